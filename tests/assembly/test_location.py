"""Where a picture or film was made is taken out of the copy that becomes a take, and nothing else is touched."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from roomtone.assembly.exif import blank_gps
from roomtone.assembly.importing import LOCATED, bring_in
from roomtone.assembly.keeping import keep_stills
from roomtone.assembly.location import take_location_out
from roomtone.assembly.media import probe, sound_blocks
from roomtone.assembly.messages import BringIn, KeepStills
from roomtone.foundation.clock import ManualClock
from roomtone.foundation.paths import Home
from roomtone.takes import draft_editing as editing
from roomtone.takes.drafts import DraftKind
from roomtone.takes.library import Library
from roomtone.takes.model import load_take
from roomtone.wire.digest import digest_of
from tests.assembly.samples import KINDS, make_sample
from tests.rigs.processes import need, run


def _entry(order: str, tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack(f"{order}HHII", tag, kind, count, value)


def exif(order: str = "<") -> bytes:
    """Return an Exif block: a maker, a GPS directory with a latitude of its own, and an orientation."""
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", 8)
    gps_at, maker_at, latitude_at = 50, 96, 104
    main = struct.pack(f"{order}H", 3)
    main += _entry(order, 0x010F, 2, 8, maker_at) + _entry(order, 0x8825, 4, 1, gps_at)
    main += _entry(order, 0x9000, 4, 1, 12345) + struct.pack(f"{order}I", 0)
    gps = struct.pack(f"{order}H", 2) + _entry(order, 1, 2, 2, 0x4E000000 if order == ">" else 0x4E)
    gps += _entry(order, 2, 5, 3, latitude_at) + struct.pack(f"{order}I", 0)
    block = (head + main).ljust(gps_at, b"\0") + gps
    return block.ljust(maker_at, b"\0") + b"Roomy co" + struct.pack(f"{order}6I", 48, 1, 51, 1, 30, 1)


def with_exif_jpeg(picture: bytes, order: str = "<") -> bytes:
    body = b"Exif\x00\x00" + exif(order)
    xmp = b"http://ns.adobe.com/xap/1.0/\x00" + b'<x exif:GPSLatitude="48,51.5N" dc:title="kept"/>'
    segments = b"".join(b"\xff\xe1" + (len(one) + 2).to_bytes(2, "big") + one for one in (body, xmp))
    return picture[:2] + segments + picture[2:]


def with_exif_png(picture: bytes) -> bytes:
    chunk = b"eXIf" + exif()
    made = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    after_head = 8 + 25
    return picture[:after_head] + made + picture[after_head:]


def with_exif_webp(picture: bytes) -> bytes:
    block = exif()
    grown = picture + b"EXIF" + len(block).to_bytes(4, "little") + block + b"\0" * (len(block) % 2)
    return grown[:4] + (len(grown) - 8).to_bytes(4, "little") + grown[8:]


def _changed(before: bytes, after: bytes) -> set[int]:
    assert len(before) == len(after)
    return {at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other}


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_gps_directory_goes_and_every_other_entry_stays(order: str) -> None:
    before = exif(order)
    data = bytearray(before)
    assert blank_gps(data, 0, len(data))
    assert struct.unpack(f"{order}H", data[8:10]) == (2,)
    assert data[10:22] == before[10:22]
    # The entry behind it moved up; what it says is the same.
    assert data[22:34] == before[34:46]
    assert b"Roomy co" in data
    assert data[50:80] == bytes(30)
    assert data[104:128] == bytes(24)
    assert not blank_gps(data, 0, len(data))


@pytest.mark.parametrize("broken", [exif()[:60], b"II*\x00\xff\xff\xff\xff", b"II*\x00", b"", exif()[:24]])
def test_a_broken_block_is_survived(broken: bytes) -> None:
    data = bytearray(broken)
    blank_gps(data, 0, len(data))
    assert len(data) == len(broken)


@pytest.mark.parametrize(
    ("name", "make"),
    [("photo.jpg", with_exif_jpeg), ("drawing.png", with_exif_png), ("photo.webp", with_exif_webp)],
)
def test_pictures_lose_the_place_and_nothing_else(
    home: Home, library: Library, samples: Path, tmp_path: Path, name: str, make: type
) -> None:
    plain = make_sample(samples, name).read_bytes()
    file = tmp_path / name
    file.write_bytes(make(plain))
    before = file.read_bytes()
    brought = bring_in(home, ManualClock(), library, BringIn(str(file)))
    copy = next(Path(brought.folder).glob("file-1.*")).read_bytes()
    assert file.read_bytes() == before
    assert brought.located == LOCATED
    assert load_take(Path(brought.folder)).note == LOCATED
    assert brought.manifest.tracks[0].digest == digest_of(copy)
    assert struct.pack("<6I", 48, 1, 51, 1, 30, 1) not in copy
    assert b"GPSLatitude" not in copy
    assert b"Roomy co" in copy
    # Every byte of the picture itself is as it was.
    assert len(_changed(before, copy)) < 200
    assert plain[40:] in copy or plain[-200:] in copy
    kept = bring_in(home, ManualClock(), library, BringIn(str(file), keep_location=True))
    assert kept.located == ""
    assert next(Path(kept.folder).glob("file-1.*")).read_bytes() == before


def test_a_tiff_loses_the_place(samples: Path, tmp_path: Path) -> None:
    plain = make_sample(samples, "scan.tif").read_bytes()
    order = "<" if plain[:2] == b"II" else ">"
    first = struct.unpack(f"{order}I", plain[4:8])[0]
    count = struct.unpack(f"{order}H", plain[first : first + 2])[0]
    entries = plain[first + 2 : first + 2 + 12 * count]
    gps_at = len(plain) + 2 + 12 * (count + 1) + 4
    directory = struct.pack(f"{order}H", count + 1) + entries + _entry(order, 0x8825, 4, 1, gps_at)
    gps = struct.pack(f"{order}H", 1) + _entry(order, 1, 2, 2, 0x4E) + struct.pack(f"{order}I", 0)
    file = tmp_path / "scan.tif"
    moved = plain[:4] + struct.pack(f"{order}I", len(plain)) + plain[8:]
    file.write_bytes(moved + directory + bytes(4) + gps)
    assert take_location_out(file, "image/tiff")
    assert probe(file).width == 320
    assert not take_location_out(file, "image/tiff")
    assert file.read_bytes()[8 : len(plain)] == plain[8:]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("film.mp4", []),
        ("film.mov", []),
        ("keys.mov", ["-movflags", "use_metadata_tags"]),
        ("web.mp4", ["-movflags", "faststart"]),
    ],
)
def test_films_lose_the_place_and_nothing_moves(
    home: Home, library: Library, tmp_path: Path, name: str, options: list[str]
) -> None:
    need("ffmpeg")
    file = tmp_path / name
    said = ["-metadata", "location=+48.8584+002.2945/", "-metadata", "location-eng=+48.8584+002.2945/"]
    said += ["-metadata", "com.apple.quicktime.location.ISO6709=+48.8584+002.2945+035/", "-metadata", "title=Tower"]
    run(["ffmpeg", "-v", "error", "-nostdin", "-y", *KINDS["film.mp4"][0], *said, *options, file])
    before = file.read_bytes()
    # MP4 has it as numbers, in 3GPP's way.
    place = b"+48.8584" if name.endswith("mov") else b"\x00\x30\xdb\xc0"
    assert place in before
    brought = bring_in(home, ManualClock(), library, BringIn(str(file)))
    track = brought.manifest.tracks[0]
    copy = (Path(brought.folder) / track.name).read_bytes()
    assert place not in copy
    assert b"Tower" in copy
    assert brought.located
    assert len(_changed(before, copy)) < 400
    assert copy.index(b"mdat") == before.index(b"mdat")
    whole = [len(block) for _, block in sound_blocks(Path(brought.folder) / track.name)]
    assert whole == [len(block) for _, block in sound_blocks(file)]


def test_what_says_nothing_of_a_place_is_copied_byte_by_byte(home: Home, library: Library, samples: Path) -> None:
    for name in ("photo.jpg", "film.mp4", "drawing.png", "scan.tif", "photo.webp"):
        file = make_sample(samples, name)
        brought = bring_in(home, ManualClock(), library, BringIn(str(file)))
        assert brought.located == ""
        assert load_take(Path(brought.folder)).note == ""
        assert (Path(brought.folder) / brought.manifest.tracks[0].name).read_bytes() == file.read_bytes()


def test_broken_files_end(tmp_path: Path) -> None:
    file = tmp_path / "broken"
    beginnings = {"image/jpeg": b"\xff\xd8\xff\xe1\xff\xff", "image/png": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffeXIf"}
    for media in ("image/jpeg", "image/png", "image/webp", "image/tiff", "video/mp4", "video/quicktime"):
        for content in (b"", b"\0" * 64, beginnings.get(media, b"\0\0\0\x08moov\0\0\0\0moov") + b"\xff" * 40):
            file.write_bytes(content)
            assert not take_location_out(file, media)
            assert file.read_bytes() == content


@pytest.mark.parametrize("kind", [DraftKind.STILL, DraftKind.STOP_MOTION])
def test_photos_of_a_draft_lose_the_place_when_it_is_kept(
    home: Home, library: Library, samples: Path, tmp_path: Path, kind: DraftKind
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(with_exif_jpeg(make_sample(samples, "photo.jpg").read_bytes()))
    before = photo.read_bytes()
    draft = editing.begin(home.drafts, kind, ManualClock(), "Tower")
    draft = editing.add_picture(draft, photo, ManualClock())
    made = keep_stills(home, ManualClock(), library, KeepStills(draft.id))
    assert photo.read_bytes() == before
    kept = b"".join(file.read_bytes() for file in Path(made.folder).iterdir())
    assert b"Roomy co" in kept
    assert b"GPSLatitude" not in kept
    assert struct.pack("<6I", 48, 1, 51, 1, 30, 1) not in kept
