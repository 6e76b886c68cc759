"""Existing files become takes, whole and unchanged, or are refused with the reason and nothing changes."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.assembly import importing
from roomtone.assembly.checking import check_take
from roomtone.assembly.importing import bring_in, remove_leftovers
from roomtone.assembly.media import Media, UnreadableFileError, probe
from roomtone.assembly.messages import BringIn, BroughtIn
from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import WorldError
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Ending, Source
from roomtone.takes.library import Library
from roomtone.takes.model import TakeState, load_take
from roomtone.wire.digest import digest_of
from tests.assembly.samples import COVERS, KINDS, make_covered, make_sample
from tests.rigs.disks import SmallDisk


def _bring(home: Home, library: Library, file: Path, title: str = "") -> BroughtIn:
    return bring_in(home, ManualClock(), library, BringIn(str(file), person="Ana", title=title))


def _everything(home: Home) -> dict[str, bytes]:
    return {
        str(path.relative_to(home.root)): path.read_bytes()
        for path in home.root.rglob("*")
        if path.is_file() and not path.name.startswith("library.sqlite")
    }


def _refused(home: Home, library: Library, file: Path) -> str:
    """Try to bring ``file`` in; return why it was refused, with nothing changed in the home."""
    before = _everything(home)
    with pytest.raises(UnreadableFileError) as refused:
        _bring(home, library, file)
    assert _everything(home) == before
    assert list(home.takes.iterdir()) == []
    assert refused.value.remedy
    return refused.value.detail


@pytest.mark.parametrize("name", list(KINDS))
def test_every_kind_becomes_a_take_that_can_be_checked(home: Home, library: Library, samples: Path, name: str) -> None:
    file = make_sample(samples, name)
    before = file.read_bytes()
    brought = _bring(home, library, file)
    take = load_take(Path(brought.folder))
    track = brought.manifest.tracks[0]
    assert file.read_bytes() == before
    assert (Path(brought.folder) / track.name).read_bytes() == before
    assert (track.digest, track.bytes) == (digest_of(before), len(before))
    assert track.media == KINDS[name][1]
    assert (take.state, take.began.source, take.title) == (TakeState.SEALED, Source.IMPORTED, file.stem)
    assert brought.manifest.ending is Ending.IMPORTED
    assert [checked.track for checked in check_take(take.folder)] == [track.name]
    if not track.media.startswith("image/"):
        assert abs(brought.manifest.seconds - 2) < 0.1
    if track.media.startswith(("image/", "video/")):
        assert (track.width, track.height) == (320, 240)
    assert [item.id for item in library.refresh()] == [take.id]


@pytest.mark.parametrize(("name", "bits"), [("16.wav", 16), ("24.wav", 24), ("float.wav", 32), ("song.flac", 16)])
def test_lossless_sound_tells_its_sample_size(samples: Path, name: str, bits: int) -> None:
    found = probe(make_sample(samples, name))
    assert (found.bits, found.rate, found.channels, found.frames) == (bits, 44_100, 1, 88_200)


@pytest.mark.parametrize("frames", [1, 4097, 72_940, 100_003])
@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_whole_flac_of_any_length_is_whole(tmp_path: Path, rate: int, frames: int) -> None:
    file = tmp_path / "x.flac"
    soundfile.write(file, np.zeros((frames, 1), np.int32), rate, subtype="PCM_24")
    assert probe(file).frames == frames


@pytest.mark.parametrize("name", list(COVERS))
def test_the_cover_of_an_album_makes_no_film_of_it(samples: Path, name: str) -> None:
    found = probe(make_covered(samples, name))
    assert found.media == COVERS[name]
    assert (found.width, found.height) == (0, 0)


@pytest.mark.parametrize(
    "name", ["song.flac", "photo.jpg", "drawing.png", "scan.tif", "flash.gif", "film.mov", "16.wav"]
)
def test_what_a_file_is_does_not_depend_on_its_name(tmp_path: Path, samples: Path, name: str) -> None:
    sample = make_sample(samples, name)
    expected = probe(sample)
    for other in ("song.mp3", "photo%03d.png", "no ending", "list.m3u8", "text.txt", "x.jpg"):
        renamed = tmp_path / other
        renamed.write_bytes(sample.read_bytes())
        assert probe(renamed) == expected


@pytest.mark.parametrize("text", ["Verse one", "夜の歌\n\n🎵\tla", "\ufeffwith a mark", "tabs\tand\r\nline ends"])
def test_writing_is_a_take_too(home: Home, library: Library, tmp_path: Path, text: str) -> None:
    file = tmp_path / "words.md"
    file.write_bytes(text.encode())
    brought = _bring(home, library, file)
    assert brought.manifest.tracks[0].media == "text/plain"
    assert (Path(brought.folder) / "file-1.txt").read_bytes() == text.encode()
    assert check_take(Path(brought.folder))


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "cp1252"])
def test_writing_in_another_encoding_is_refused_with_what_to_do(
    home: Home, library: Library, tmp_path: Path, encoding: str
) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes("Grüße aus Ålesund\nund noch eine Zeile\n".encode(encoding))
    with pytest.raises(UnreadableFileError) as refused:
        bring_in(home, ManualClock(), library, BringIn(str(page)))
    assert "not in UTF-8" in refused.value.detail
    assert "UTF-8" in refused.value.remedy


def test_takes_are_numbered_and_named(home: Home, library: Library, samples: Path) -> None:
    file = make_sample(samples, "16.wav")
    first, second = _bring(home, library, file), _bring(home, library, file, title=" A\nname\x00 ")
    assert (first.manifest.number, second.manifest.number) == (1, 2)
    assert (first.manifest.title, second.manifest.title) == ("16", "A name")
    assert first.folder != second.folder


# What is refused


def _cut(share: float) -> Callable[[bytes], bytes]:
    return lambda raw: raw[: int(len(raw) * share)]


def _noise(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes(b ^ 0x5A for b in raw[middle : middle + 300]) + raw[middle + 300 :]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("film.mp4", _cut(0.5)),
        ("film.mp4", _cut(0.99)),
        ("web.mp4", _cut(0.5)),
        ("film.mov", _cut(0.5)),
        ("film.mkv", _cut(0.5)),
        ("song.m4a", _cut(0.9)),
        ("drawing.png", _cut(0.5)),
        ("drawing.png", _cut(0.95)),
        ("drawing.png", _noise),
        ("photo.jpg", _cut(0.5)),
        ("photo.jpg", _cut(0.95)),
        ("photo.webp", _cut(0.5)),
        ("photo.webp", _cut(0.98)),
        ("scan.tif", _cut(0.5)),
        ("scan.tif", _cut(0.98)),
        ("flash.gif", _cut(0.5)),
        ("flash.gif", _cut(0.98)),
        ("song.flac", _cut(0.5)),
        ("song.flac", _cut(0.97)),
        ("song.flac", _noise),
        ("16.wav", _cut(0.5)),
        ("24.wav", _cut(0.98)),
        ("rf64.wav", _cut(0.9)),
        ("song.aiff", _cut(0.9)),
        ("song.ogg", _cut(0.02)),
    ],
)
def test_a_cut_or_damaged_file_is_refused_with_the_reason(
    home: Home, library: Library, samples: Path, tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    broken = tmp_path / name
    broken.write_bytes(damage(make_sample(samples, name).read_bytes()))
    why = _refused(home, library, broken)
    assert why.startswith(("It cannot be opened or read to its end", "It is damaged or ends early"))
    assert "Errno" not in why


def test_a_wav_file_whose_recorder_died_is_taken_as_far_as_it_goes(samples: Path, tmp_path: Path) -> None:
    raw = bytearray(make_sample(samples, "16.wav").read_bytes())
    raw[4:8] = b"\xff" * 4
    at = raw.index(b"data")
    raw[at + 4 : at + 8] = b"\xff" * 4
    dead = tmp_path / "dead.wav"
    dead.write_bytes(raw)
    assert probe(dead).frames == 88_200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 5000,
        b"MZ" + os.urandom(5000),
        b"   \n\t ",
        b"caf\xe9 in another encoding",
        b"\x7fELF\x02\x01\x01",
    ],
    ids=["empty", "zeros", "program", "blank", "latin-1", "elf"],
)
def test_what_is_neither_sound_picture_nor_writing_is_refused(
    home: Home, library: Library, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file.wav"
    file.write_bytes(content)
    assert _refused(home, library, file)


def test_a_playlist_is_no_sound_and_nothing_that_it_names_is_opened(
    home: Home, library: Library, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        playlist = tmp_path / "x.m3u8"
        start = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:{port}/a.mp3\n"
        # With this byte it is no text either.
        playlist.write_bytes(start.encode() + b"#\x01\n#EXT-X-ENDLIST\n")
        assert _refused(home, library, playlist)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_folders_devices_and_pipes_are_refused_at_once(home: Home, library: Library, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    link = tmp_path / "link.wav"
    link.symlink_to(pipe)
    for file in (pipe, link, Path("/dev/zero"), Path("/dev/null")):
        assert _refused(home, library, file) == "It is a device or a pipe, not an ordinary file"
    assert _refused(home, library, tmp_path) == "It is a folder"
    for file in (tmp_path / "missing.wav", pipe / "below.wav", Path("nul\0byte")):
        assert _refused(home, library, file) == "There is no such file"


@pytest.mark.parametrize("change", ["grows", "shrinks", "other"])
def test_a_file_that_changes_while_it_is_copied_is_refused(
    home: Home, library: Library, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    file = tmp_path / "16.wav"
    raw = make_sample(samples, "16.wav").read_bytes()
    file.write_bytes(raw)
    real = probe

    def probe_then_change(path: Path) -> Media:
        found = real(path)
        if path == file:
            new = {"grows": raw + raw, "shrinks": raw[: len(raw) // 2], "other": os.urandom(len(raw))}[change]
            file.write_bytes(new)
        return found

    monkeypatch.setattr(importing, "probe", probe_then_change)
    assert _refused(home, library, file)


def test_a_file_that_never_stops_growing_is_not_followed(home: Home, library: Library, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_bytes(b"line\n" * 1000)
    done = threading.Event()

    def grow() -> None:
        with file.open("ab") as out:
            while not done.is_set():
                out.write(b"line\n" * 20_000)
                out.flush()
                done.wait(0.001)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        why = _refused(home, library, file)
    finally:
        done.set()
        thread.join()
    assert why


def test_a_disk_without_room_refuses_with_that_reason(samples: Path) -> None:
    with SmallDisk(20) as disk:
        home = Home(disk.path / "home").prepare()
        library = Library(home.library, home.takes)
        with pytest.raises(WorldError) as refused:
            _bring(home, library, make_sample(samples, "16.wav"))
        library.close()
        assert refused.value.code == "disk-full"
        assert list(home.takes.iterdir()) == []


def test_a_disk_that_fills_up_while_copying_keeps_nothing_of_it(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SmallDisk(1) as disk:
        home = Home(disk.path / "home").prepare()
        library = Library(home.library, home.takes)
        monkeypatch.setattr(importing, "free_bytes", lambda _: 1 << 40)
        file = samples / "long.wav"
        file.write_bytes(make_sample(samples, "16.wav").read_bytes())
        disk.fill(leave=100_000)
        with pytest.raises(WorldError) as refused:
            _bring(home, library, file)
        library.close()
        assert refused.value.code == "disk-full"
        assert list(home.takes.iterdir()) == []


def test_leftovers_of_an_import_that_was_cut_off_are_removed_and_nothing_else(home: Home) -> None:
    (home.takes / ".incoming-abc").mkdir()
    (home.takes / ".incoming-abc" / "file-1.wav").write_bytes(b"half")
    (home.takes / ".hidden").mkdir()
    (home.takes / "take").mkdir()
    remove_leftovers(home)
    assert {path.name for path in home.takes.iterdir()} == {".hidden", "take"}


def test_a_flipped_or_missing_byte_is_found(home: Home, library: Library, samples: Path) -> None:
    brought = _bring(home, library, make_sample(samples, "song.flac"))
    track = Path(brought.folder) / "file-1.flac"
    raw = bytearray(track.read_bytes())
    for position in (0, len(raw) // 2, len(raw) - 1):
        raw[position] ^= 1
        track.write_bytes(raw)
        with pytest.raises(WorldError) as damaged:
            check_take(Path(brought.folder))
        assert damaged.value.code == "damaged-take"
        raw[position] ^= 1
    track.write_bytes(raw[:-1])
    with pytest.raises(WorldError):
        check_take(Path(brought.folder))
    track.unlink()
    with pytest.raises(WorldError) as missing:
        check_take(Path(brought.folder))
    assert missing.value.code == "damaged-take"
