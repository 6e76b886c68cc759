"""Drafts become takes: whole, readable by other programs, once, and whatever crashes in between."""

from __future__ import annotations

import json
import random
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.assembly import keeping
from roomtone.assembly.checking import check_take
from roomtone.assembly.client import RenderClient
from roomtone.assembly.messages import KeepStills, KeepText
from roomtone.foundation.clock import ManualClock, SystemClock
from roomtone.foundation.errors import RoomtoneError, UsageError, WorldError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers.client import WorkerGoneError
from roomtone.takes import draft_editing as editing
from roomtone.takes import drafts as d
from roomtone.takes.documents import Ending, Source
from roomtone.takes.folder import take_folders
from roomtone.takes.library import Library
from roomtone.takes.model import load_take
from tests.assembly.samples import make_sample
from tests.rigs.disks import SmallDisk
from tests.rigs.processes import kill, need, run, until
from tests.rigs.workers import end_workers, worker_pid

CLOCK = ManualClock()


def draw(path: Path, colour: tuple[int, ...] = (255, 0, 0), size: tuple[int, int] = (64, 48)) -> Path:
    """Write a PNG of one colour: three values, or four with how opaque it is."""
    kind = 2 if len(colour) == 3 else 6
    row = b"\0" + bytes(colour) * size[0]
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", *size, 8, kind, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * size[1])),
        (b"IEND", b""),
    )
    raw = b"".join(struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + raw)
    return path


def begin(home: Home, kind: d.DraftKind, *files: Path, title: str = "") -> d.Draft:
    """Begin a draft with pictures."""
    draft = editing.begin(home.drafts, kind, CLOCK, title)
    for file in files:
        draft = editing.add_picture(draft, file, CLOCK)
    return draft


def _probed(film: Path) -> dict[str, str]:
    need("ffprobe")
    entries = "stream=codec_name,profile,pix_fmt,width,height,r_frame_rate,avg_frame_rate,nb_read_frames,color_space"
    shown = ["-count_frames", "-show_entries", f"{entries}:format=duration", "-of", "json"]
    said = json.loads(run(["ffprobe", "-v", "error", *shown, film]))
    return {**said["streams"][0], **said["format"]}


def _colours(film: Path, size: tuple[int, int]) -> list[tuple[int, ...]]:
    """Return the colour in the middle of each picture of a film, as ffmpeg decodes it."""
    out = film.with_suffix(".rgb")
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", film, "-f", "rawvideo", "-pix_fmt", "rgb24", out])
    raw, length = out.read_bytes(), size[0] * size[1] * 3
    middle = (size[1] // 2 * size[0] + size[0] // 2) * 3
    out.unlink()
    return [tuple(raw[at + middle : at + middle + 3]) for at in range(0, len(raw), length)]


def _near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 6 for a, b in zip(one, other, strict=True))


def test_one_picture_becomes_a_still(home: Home, library: Library, tmp_path: Path) -> None:
    file = draw(tmp_path / "moon.png")
    draft = begin(home, d.DraftKind.STILL, file, title="Moon")
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id, project="ab" * 16, person="Ana"))
    take = load_take(Path(kept.folder))
    (track,) = kept.manifest.tracks
    assert (track.name, track.media, track.width, track.height) == ("still-1.png", "image/png", 64, 48)
    assert (take.folder / track.name).read_bytes() == file.read_bytes()
    assert (take.id, take.title, take.began.source) == (draft.id, "Moon", Source.MADE)
    assert (kept.manifest.ending, kept.manifest.person, kept.manifest.number) == (Ending.MADE, "Ana", 1)
    assert [checked.digest for checked in check_take(take.folder)] == [track.digest]
    after = d.read_draft(draft.folder)
    assert (after.state, after.kept) == (d.DraftState.KEPT, take.folder.name)
    assert not draft.pictures[0].file.exists()


def test_asking_twice_answers_the_same(home: Home, library: Library, tmp_path: Path) -> None:
    for kind in (d.DraftKind.STILL, d.DraftKind.STOP_MOTION):
        draft = begin(home, kind, draw(tmp_path / "a.png"))
        first = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id))
        assert keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id)) == first
    assert len(take_folders(home.takes)) == 2


def test_several_stills_of_any_kind_are_tracks_of_one_take(home: Home, library: Library, samples: Path) -> None:
    files = [make_sample(samples, name) for name in ("drawing.png", "photo.jpg", "photo.webp", "scan.tif", "flash.gif")]
    draft = begin(home, d.DraftKind.STILL, *files)
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id, project_title="Song", person="Ana"))
    assert kept.manifest.title == "Song – Still – Ana – take 1"
    assert [track.name for track in kept.manifest.tracks] == [
        "still-1.png",
        "still-2.jpg",
        "still-3.webp",
        "still-4.tif",
        "still-5.gif",
    ]
    assert len(check_take(Path(kept.folder))) == 5


@pytest.mark.parametrize("fps", [1, 12, 24])
def test_pictures_become_a_film_of_constant_rate_and_an_archive(
    home: Home, library: Library, tmp_path: Path, fps: int
) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (120, 60, 200), (255, 255, 255)]
    files = [draw(tmp_path / f"{n}.png", colour) for n, colour in enumerate(colours)]
    draft = begin(home, d.DraftKind.STOP_MOTION, *files)
    draft = editing.drop_picture(draft, "0003.png", CLOCK)
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id, fps))
    film, archive = kept.manifest.tracks
    assert (film.name, film.media, film.seconds) == ("film-1.mp4", "video/mp4", round(4 / fps, 6))
    assert film.picture is not None
    assert (film.picture.frames, film.picture.fps, film.width, film.height) == (4, fps, 64, 48)
    probed = _probed(Path(kept.folder) / film.name)
    assert (probed["codec_name"], probed["profile"], probed["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (probed["r_frame_rate"], probed["avg_frame_rate"]) == (f"{fps}/1", f"{fps}/1")
    assert (probed["nb_read_frames"], probed["color_space"]) == ("4", "bt709")
    assert abs(float(probed["duration"]) - 4 / fps) < 0.002
    seen = _colours(Path(kept.folder) / film.name, (64, 48))
    assert all(_near(a, b) for a, b in zip(seen, [c for n, c in enumerate(colours) if n != 2], strict=True)), seen
    raw = (Path(kept.folder) / film.name).read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    with zipfile.ZipFile(Path(kept.folder) / archive.name) as stored:
        assert stored.namelist() == ["00001.png", "00002.png", "00003.png", "00004.png"]
        assert [stored.read(name) for name in stored.namelist()] == [f.read_bytes() for f in (*files[:2], *files[3:])]
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in stored.infolist())
    assert archive.media == "application/zip"
    assert len(check_take(Path(kept.folder))) == 2


def test_pictures_of_other_sizes_are_fitted_and_what_is_transparent_lies_on_paper(
    home: Home, library: Library, tmp_path: Path
) -> None:
    files = [
        draw(tmp_path / "odd.png", (255, 0, 0), (65, 49)),
        draw(tmp_path / "tall.png", (0, 255, 0), (100, 400)),
        draw(tmp_path / "wide.png", (0, 0, 255), (400, 100)),
        draw(tmp_path / "clear.png", (0, 0, 0, 0), (64, 48)),
        draw(tmp_path / "half.png", (255, 0, 0, 128), (64, 48)),
        draw(tmp_path / "dot.png", (255, 255, 0), (1, 1)),
    ]
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(begin(home, d.DraftKind.STOP_MOTION, *files).id))
    seen = _colours(Path(kept.folder) / "film-1.mp4", (64, 48))
    expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (255, 127, 127), (255, 255, 0)]
    assert all(_near(a, b) for a, b in zip(seen, expected, strict=True)), seen


@pytest.mark.parametrize(
    ("size", "film"),
    [((1, 1), (16, 16)), ((5000, 2500), (3840, 1920)), ((2500, 5000), (1920, 3840)), ((33, 17), (32, 16))],
)
def test_a_film_has_a_size_that_players_decode(
    home: Home, library: Library, tmp_path: Path, size: tuple[int, int], film: tuple[int, int]
) -> None:
    draft = begin(home, d.DraftKind.TIME_LAPSE, draw(tmp_path / "a.png", (9, 9, 9), size))
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id))
    assert (kept.manifest.tracks[0].width, kept.manifest.tracks[0].height) == film


def test_writing_becomes_a_take_with_its_revisions(home: Home, library: Library) -> None:
    clock = ManualClock()
    page = editing.begin(home.drafts, d.DraftKind.WRITING, clock)
    for text in ("# Verse", "# Verse\n夜の歌", "# Verse\n夜の歌\n🎵"):
        page = editing.write_text(page, text, clock)
        clock.advance(10)
    kept = keeping.keep_text(home, clock, library, KeepText(page.id))
    assert kept.manifest.title == "Verse"
    assert [(t.name, t.media) for t in kept.manifest.tracks] == [
        ("text-1.txt", "text/plain"),
        ("revisions-1.json", "application/json"),
    ]
    folder = Path(kept.folder)
    assert (folder / "text-1.txt").read_text(encoding="utf-8") == page.text
    document = json.loads((folder / "revisions-1.json").read_bytes())
    assert [r["text"] for r in document["revisions"]] == ["# Verse", "# Verse\n夜の歌", "# Verse\n夜の歌\n🎵"]
    assert len(check_take(folder)) == 2
    later = editing.begin(home.drafts, d.DraftKind.WRITING, clock, "Verse", (page.id,), page.text)
    again = keeping.keep_text(home, clock, library, KeepText(editing.write_text(later, "New", clock).id))
    assert (again.manifest.lineage, again.manifest.id) == ([page.id], later.id)


def test_damage_in_what_was_made_is_found(home: Home, library: Library, tmp_path: Path) -> None:
    for name, content in (("x.zip", b"PK no archive"), ("y.json", b"{}")):
        (tmp_path / name).write_bytes(content)
    assert keeping.check_made(tmp_path / "x.zip", "application/zip")
    assert keeping.check_made(tmp_path / "y.json", "application/json")
    assert keeping.check_made(tmp_path / "y.json", "text/plain") is None
    draft = begin(home, d.DraftKind.STOP_MOTION, draw(tmp_path / "a.png"))
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id))
    archive = Path(kept.folder) / "stills-1.zip"
    raw = bytearray(archive.read_bytes())
    raw[60] ^= 1
    archive.write_bytes(raw)
    assert "damaged" in str(keeping.check_made(archive, "application/zip"))
    with pytest.raises(WorldError, match="not those that were sealed"):
        check_take(Path(kept.folder))


# What is refused


def _keep(home: Home, library: Library, command: KeepStills | KeepText) -> object:
    if isinstance(command, KeepStills):
        return keeping.keep_stills(home, CLOCK, library, command)
    return keeping.keep_text(home, CLOCK, library, command)


def _refused(home: Home, library: Library, command: KeepStills | KeepText) -> RoomtoneError:
    """Try to keep a draft; return why not, with draft and takes as they were."""
    draft = d.find_draft(home.drafts, home.takes, command.draft)
    with pytest.raises(WorldError) as refused:
        _keep(home, library, command)
    assert d.read_draft(draft.folder) == draft
    assert list(home.takes.iterdir()) == []
    assert refused.value.remedy
    return refused.value


def test_what_cannot_be_kept(home: Home, library: Library, tmp_path: Path) -> None:
    empty = begin(home, d.DraftKind.STILL)
    page = editing.write_text(begin(home, d.DraftKind.WRITING), " \n", CLOCK)
    thrown = editing.throw_away(begin(home, d.DraftKind.STILL, draw(tmp_path / "a.png")), True, CLOCK)
    assert "no pictures" in _refused(home, library, KeepStills(empty.id)).detail
    assert "Nothing is written" in _refused(home, library, KeepText(page.id)).detail
    assert "thrown away" in _refused(home, library, KeepStills(thrown.id)).detail
    assert "page of writing" in _refused(home, library, KeepStills(page.id)).detail
    assert "no page" in _refused(home, library, KeepText(empty.id)).detail
    assert "61 pictures a second" in _refused(home, library, KeepStills(empty.id, 61)).detail
    with pytest.raises(UsageError, match="No draft"):
        keeping.keep_text(home, CLOCK, library, KeepText("nope"))


@pytest.mark.parametrize("kind", [d.DraftKind.STILL, d.DraftKind.STOP_MOTION])
def test_a_damaged_picture_is_named_and_can_be_left_out(
    home: Home, library: Library, tmp_path: Path, kind: d.DraftKind
) -> None:
    good = draw(tmp_path / "good.png")
    bad = tmp_path / "bad.png"
    bad.write_bytes(good.read_bytes()[:60])
    draft = begin(home, kind, good, bad)
    error = _refused(home, library, KeepStills(draft.id))
    assert (error.code, "0002.png" in error.detail) == ("unreadable-picture", True)
    editing.drop_picture(draft, "0002.png", CLOCK)
    assert keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id)).manifest.tracks


def test_a_disk_without_room_costs_nothing_but_the_try(tmp_path: Path) -> None:
    with SmallDisk(20) as disk:
        home = Home(disk.path / "home").prepare()
        library = Library(home.library, home.takes)
        draft = begin(home, d.DraftKind.STOP_MOTION, draw(tmp_path / "a.png"))
        assert _refused(home, library, KeepStills(draft.id)).code == "disk-full"
        library.close()


def test_a_disk_that_fills_up_meanwhile_costs_nothing_but_the_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "free_bytes", lambda _: 1 << 40)
    for kind in (d.DraftKind.STOP_MOTION, d.DraftKind.STILL):
        with SmallDisk(4) as disk:
            home = Home(disk.path / "home").prepare()
            library = Library(home.library, home.takes)
            draft = begin(home, kind, draw(tmp_path / "a.png"))
            with draft.pictures[0].file.open("ab") as file:
                # What follows the end of a PNG is not part of it, and is archived with it.
                file.write(b"\0" * 1_000_000)
            library.refresh()
            disk.fill(leave=300_000)
            assert _refused(home, library, KeepStills(draft.id)).code in ("disk-full", "unreadable-picture")
            library.close()


# Crashes


@pytest.fixture
def render(home: Home) -> Iterator[None]:
    """Ends the workers of the home after the test."""
    yield
    end_workers(home)


@pytest.mark.usefixtures("render")
def test_after_a_kill_there_is_a_draft_or_a_take_and_keeping_again_makes_one(home: Home, tmp_path: Path) -> None:
    chance = random.Random(11)
    picture = draw(tmp_path / "a.png", (200, 30, 30), (640, 480))
    for _ in range(3):
        draft = begin(home, d.DraftKind.STOP_MOTION, *[picture] * 40)
        client = RenderClient.ensure(home, SystemClock())
        pid = worker_pid(home, "render")
        assert pid is not None
        gone: list[RoomtoneError] = []
        thread = threading.Thread(target=_keep_until_gone, args=(client, draft.id, gone))
        thread.start()
        until(lambda: any(home.takes.glob(".incoming-*")), 20, "the take to be begun")
        threading.Event().wait(chance.random() * 1.2)
        kill(pid)
        thread.join(30)
        client.close()
        listed, troubles = d.list_drafts(home.drafts, home.takes)
        state = next(x.state for x in listed if x.id == draft.id)
        takes = [folder for folder in take_folders(home.takes) if load_take(folder).id == draft.id]
        assert (state is d.DraftState.KEPT) == (len(takes) == 1)
        assert troubles == []
        if state is d.DraftState.OPEN:
            assert len(d.read_draft(draft.folder).pictures) == 40
            assert all(p.file.exists() for p in d.read_draft(draft.folder).pictures)
        client = RenderClient.ensure(home, SystemClock())
        kept = client.keep_stills(KeepStills(draft.id))
        client.close()
        assert kept.manifest.id == draft.id
        assert len(check_take(Path(kept.folder))) == 2
        assert d.read_draft(draft.folder).state is d.DraftState.KEPT
    assert len(take_folders(home.takes)) == 3
    assert not any(home.takes.glob(".*"))


def _keep_until_gone(client: RenderClient, draft: str, gone: list[RoomtoneError]) -> None:
    try:
        client.keep_stills(KeepStills(draft))
    except WorkerGoneError as error:
        gone.append(error)


def test_a_crash_before_the_draft_says_so_keeps_nothing_twice(
    home: Home, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = begin(home, d.DraftKind.STILL, draw(tmp_path / "a.png"))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "mark_kept", crash)
        with pytest.raises(KeyboardInterrupt):
            keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id))
    assert d.read_draft(draft.folder).state is d.DraftState.OPEN
    assert d.find_draft(home.drafts, home.takes, draft.id).state is d.DraftState.KEPT
    kept = keeping.keep_stills(home, CLOCK, library, KeepStills(draft.id))
    assert d.read_draft(draft.folder).kept == Path(kept.folder).name
    assert len(take_folders(home.takes)) == 1
