"""Films whose recorder died: cut at their last whole fragment, wherever that is, and whatever lies behind it."""

from __future__ import annotations

import shutil
import struct
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.paths import Home
from roomtone.takes import documents as d
from roomtone.takes import folder as f
from roomtone.takes.model import load_take
from roomtone.takes.movie import Fragment, MovieScan, NotMovieError, scan_file
from roomtone.takes.movie_index import MovieIndex
from roomtone.takes.recovery import digest_file, recover, recover_all
from tests.rigs.disks import SmallDisk
from tests.takes.making import began

_SAMPLE = Path(__file__).parents[1] / "data" / "takes" / "schema-1-growing-film" / "camera-1.mp4"


@cache
def _film() -> bytes:
    return _SAMPLE.read_bytes()


@cache
def _ends() -> list[tuple[int, int]]:
    """Return where each fragment of the sample ends, and how many pictures lie before that."""
    scan = MovieScan()
    fragments: list[Fragment] = scan.feed(_film())
    frames = 0
    ends = []
    for fragment in fragments:
        frames += fragment.frames
        ends.append((fragment.end, frames))
    return ends


def _take_with(home: Home, data: bytes) -> Path:
    track = d.TrackStart("camera-1.mp4", "video/mp4", width=320, height=180, fps=30.0, device="practice")
    first = began(tracks=[track])
    folder = home.takes / f.folder_name(first.title, first.id)
    folder.mkdir()
    (folder / f.JOURNAL).write_bytes(f.encode_entry(first))
    (folder / "camera-1.mp4").write_bytes(data)
    return folder


def _plays_without_a_word(path: Path) -> None:
    told = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-enc_time_base", "-1", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stderr.strip() == ""


def _probed(path: Path) -> dict[str, str]:
    told = subprocess.run(
        [
            *("ffprobe", "-v", "warning", "-count_packets", "-select_streams", "v"),
            *("-show_entries", "stream=nb_read_packets,nb_frames,start_time,duration", "-of", "default=nw=1", path),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stderr.strip() == ""
    return dict(line.split("=", 1) for line in told.stdout.split())


@pytest.mark.parametrize("more", [0, 1, 9, 500, -1])
@pytest.mark.parametrize("number", [1, 4, -1])
def test_a_torn_film_becomes_a_playable_track(home: Home, number: int, more: int) -> None:
    end, frames = _ends()[number]
    data = _film()[: end + more]
    if more < 0:
        # The last fragment itself lacks a byte.
        end, frames = _ends()[number - 1]
    folder = _take_with(home, data)
    manifest = recover(load_take(folder), ManualClock()).manifest
    assert manifest is not None
    seal = manifest.tracks[0]
    path = folder / "camera-1.mp4"
    kept = path.read_bytes()
    # What was there stays, but for the room that now leads to the final header behind it.
    assert kept[:end] == _film()[:36] + struct.pack(">I4sQ", 1, b"mdat", end - 36) + _film()[52:end]
    assert kept[end + 4 : end + 8] == b"moov"
    assert (seal.frames, seal.bytes, seal.digest) == (frames, len(kept), digest_file(path))
    torn = path.with_name("camera-1.mp4.torn")
    assert (torn.read_bytes() if torn.exists() else b"") == data[end:]
    told = _probed(path)
    assert int(told["nb_read_packets"]) == int(told["nb_frames"]) == frames
    assert float(told["duration"]) + float(told["start_time"]) == pytest.approx(seal.seconds, abs=0.04)
    assert manifest.seconds == seal.seconds
    assert (seal.width, seal.height) == (320, 180)
    assert seal.picture is not None
    assert seal.picture.frames == frames
    assert seal.picture.fps == pytest.approx(30, rel=0.05)
    assert seal.picture.first == pytest.approx(float(told["start_time"]), abs=0.03)
    _plays_without_a_word(path)
    before = {found.name: found.read_bytes() for found in folder.iterdir()}
    assert recover_all(home.takes, ManualClock()) == ([], [])
    assert {found.name: found.read_bytes() for found in folder.iterdir()} == before


@pytest.mark.expects_log("not recovered")
@pytest.mark.parametrize(
    "room",
    [
        pytest.param(0, id="not even for what is torn"),
        pytest.param(4096, id="for what is torn, and not for all of the header"),
    ],
)
def test_a_full_disk_leaves_a_film_to_the_next_start(room: int) -> None:
    end, frames = _ends()[-1]
    # A page of its own is enough for what is torn; the header does not fit into what is left of the film's last one.
    data = _film()[:end] + b"torn"
    with SmallDisk(4) as disk:
        home = Home(disk.path).prepare()
        folder = _take_with(home, data)
        path, torn = folder / "camera-1.mp4", folder / "camera-1.mp4.torn"
        disk.fill(room)
        recovered, troubles = recover_all(home.takes, ManualClock())
        assert recovered == []
        assert [error.code for error in troubles] == ["disk-full"]
        assert path.read_bytes() + (torn.read_bytes() if room else b"") == data
        assert torn.exists() is bool(room)
        disk.make_room()
        recovered, troubles = recover_all(home.takes, ManualClock())
        assert troubles == []
        manifest = recovered[0].manifest
        assert manifest is not None
        assert (manifest.tracks[0].frames, torn.read_bytes()) == (frames, data[end:])
        _plays_without_a_word(path)


@pytest.mark.parametrize("times", [1, 2])
def test_a_recovery_that_is_killed_before_it_told_what_it_did_is_done_again(home: Home, times: int) -> None:
    end, frames = _ends()[4]
    folder = _take_with(home, _film()[: end + 100])
    recovered = _take_with(home, _film()[: end + 100])
    whole = recover(load_take(recovered), ManualClock()).manifest
    assert whole is not None
    shutil.copy(recovered / "camera-1.mp4", folder / "camera-1.mp4")
    for _ in range(times):
        recover(load_take(folder), ManualClock())
        (folder / f.MANIFEST).unlink()
        (folder / f.JOURNAL).write_bytes((folder / f.JOURNAL).read_bytes().splitlines(keepends=True)[0])
    manifest = recover(load_take(folder), ManualClock()).manifest
    assert manifest is not None
    assert manifest.tracks[0].digest == whole.tracks[0].digest
    assert manifest.tracks[0].frames == frames


@given(st.integers(88, 88 + 1298), st.binary(min_size=1, max_size=16))
@settings(deadline=None, max_examples=300)
def test_a_damaged_header_costs_the_final_header_at_most(at: int, garbage: bytes) -> None:
    end, _ = _ends()[2]
    damaged = (_film()[:at] + garbage + _film()[at + len(garbage) :])[:end]
    scan, index = MovieScan(), MovieIndex()
    try:
        for fragment in scan.feed(damaged):
            index.add(fragment)
    except NotMovieError:
        return
    try:
        index.header(scan.header)
    except NotMovieError:
        return


def test_films_of_schema_1_open_for_ever(tmp_path: Path) -> None:
    takes = tmp_path / "takes"
    for name in ("schema-1-growing-film", "schema-1-sealed-film"):
        shutil.copytree(_SAMPLE.parents[1] / name, takes / name)
    sealed = takes / "schema-1-sealed-film"
    before = {found.name: found.read_bytes() for found in sealed.iterdir()}
    recovered, troubles = recover_all(takes, ManualClock())
    assert troubles == []
    assert [take.title for take in recovered] == ["Growing film – take 1"]
    assert {found.name: found.read_bytes() for found in sealed.iterdir()} == before
    for folder in (sealed, recovered[0].folder):
        manifest = load_take(folder).manifest
        assert manifest is not None
        track = manifest.tracks[0]
        assert digest_file(folder / track.name) == track.digest
        assert int(_probed(folder / track.name)["nb_read_packets"]) == track.frames > 0
        _plays_without_a_word(folder / track.name)


@given(st.integers(0, len(_film())))
@settings(deadline=None, max_examples=200)
def test_wherever_it_is_cut_all_whole_fragments_are_found(cut: int) -> None:
    scan = MovieScan()
    scan.feed(_film()[:cut])
    assert (scan.whole, scan.frames) == max(((e, n) for e, n in _ends() if e <= cut), default=(0, 0))


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_it_does_not_matter_in_which_pieces_it_is_read(pieces: list[int]) -> None:
    scan = MovieScan()
    at = 0
    while at < len(_film()):
        for piece in pieces:
            scan.feed(_film()[at : at + piece])
            at += piece
    assert (scan.whole, scan.frames) == _ends()[-1]


@given(st.integers(0, len(_film()) - 1), st.binary(min_size=1, max_size=64), st.booleans())
@settings(deadline=None, max_examples=300)
def test_garbage_in_a_film_never_crashes_its_recovery(at: int, garbage: bytes, insert: bool) -> None:
    damaged = _film()[:at] + garbage + _film()[at if insert else at + len(garbage) :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "camera-1.mp4"
        path.write_bytes(damaged)
        scan = scan_file(path)
    before = max((e for e, _ in _ends() if e <= at), default=0)
    assert scan.whole >= before
    assert scan.whole <= len(damaged)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_what_is_no_film_is_none(data: bytes) -> None:
    scan = MovieScan()
    try:
        scan.feed(data)
    except NotMovieError:
        assert scan.frames == 0
    assert scan.whole == 0


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"\xff" * 5000, _SAMPLE.read_bytes()[:500]])
def test_a_film_without_a_picture_is_no_track_and_stays_as_it_is(home: Home, data: bytes) -> None:
    folder = _take_with(home, data)
    recovered, troubles = recover_all(home.takes, ManualClock())
    assert (len(recovered), troubles) == (1, [])
    assert recovered[0].manifest is not None
    assert recovered[0].manifest.tracks == []
    assert (folder / "camera-1.mp4").read_bytes() == data


def test_a_film_that_was_being_sealed_is_sealed(home: Home) -> None:
    """The final header is in the file and in the journal; the recorder died before it changed the start."""
    sealed = _SAMPLE.parents[1] / "schema-1-sealed-film"
    original = load_take(sealed)
    assert original.manifest is not None
    seal = next(track for track in original.manifest.tracks if track.name == "camera-1.mp4")
    growing = bytearray((sealed / seal.name).read_bytes())
    growing[44:52] = bytes.fromhex("0000002c") + b"free"
    folder = _take_with(home, bytes(growing) + b"torn")
    with (folder / f.JOURNAL).open("ab") as journal:
        journal.write(f.encode_entry(d.Sealing(seal.name, seal.bytes, seal.frames, seal.patches)))
        journal.write(f.encode_entry(d.PictureGap(seal.name, 0.5, 0.25, "gone")))
    manifest = recover(load_take(folder), ManualClock()).manifest
    assert manifest is not None
    again = manifest.tracks[0]
    assert (again.digest, again.frames, again.patches) == (seal.digest, seal.frames, seal.patches)
    assert again.seconds == pytest.approx(seal.seconds, abs=0.01)
    assert again.picture is not None
    assert [gap.why for gap in again.picture.gaps] == ["gone"]
    _plays_without_a_word(folder / seal.name)
