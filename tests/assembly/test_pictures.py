"""Pictures and pages: what they are is told, and what asks for too much is refused before it gets it."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from roomtone.assembly import pages, stills
from roomtone.assembly.importing import bring_in
from roomtone.assembly.media import UnreadableFileError, probe
from roomtone.assembly.messages import BringIn
from roomtone.foundation.clock import ManualClock
from roomtone.foundation.paths import Home
from roomtone.takes.library import Library
from tests.assembly.documents import LOCKED, make_pdf
from tests.assembly.samples import make_sample


def _patched(at: int, content: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:at] + content + raw[at + len(content) :]


def _tiff(raw: bytes) -> bytes:
    """Say in every entry of the directory that tells of a size that it is 20,000."""
    for tag in (256, 257):
        at = raw.index(struct.pack("<HH", tag, 4), int.from_bytes(raw[4:8], "little"))
        raw = raw[: at + 8] + struct.pack("<L", 20_000) + raw[at + 12 :]
    return raw


def _jpeg(raw: bytes) -> bytes:
    at = raw.index(b"\xff\xc0")
    return raw[: at + 5] + struct.pack(">HH", 20_000, 20_000) + raw[at + 9 :]


def _png(raw: bytes) -> bytes:
    head = b"IHDR" + struct.pack(">II", 20_000, 20_000) + raw[24:29]
    return raw[:12] + head + struct.pack(">I", zlib.crc32(head)) + raw[33:]


_BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "drawing.png": _png,
    "photo.jpg": _jpeg,
    "scan.tif": _tiff,
    "flash.gif": _patched(6, struct.pack("<HH", 20_000, 20_000)),
}
_CHILD = r"""
import re, sys
from pathlib import Path
from roomtone.assembly.media import UnreadableFileError, probe
try:
    print(probe(Path(sys.argv[1])))
except UnreadableFileError as error:
    print(error.detail)
# Not what the system counts for a process: that goes on from whoever started it.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)) // 1024)
"""


@pytest.mark.parametrize("name", list(_BOMBS))
def test_a_picture_of_20000_by_20000_is_refused_before_it_is_decoded(tmp_path: Path, samples: Path, name: str) -> None:
    bomb = tmp_path / name
    bomb.write_bytes(_BOMBS[name](make_sample(samples, name).read_bytes()))
    done = subprocess.run([sys.executable, "-c", _CHILD, bomb], capture_output=True, text=True, timeout=60, check=True)
    why, megabytes = done.stdout.splitlines()
    assert why == "It is 20000 × 20000 pixels large, and 100 million pixels are the most"
    assert int(megabytes) < 200


def test_the_decoder_has_the_bound_too(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a head does not say, or says wrongly, is met by FFmpeg's own bound."""
    monkeypatch.setattr(stills, "_declared_size", lambda *_: None)
    for name, change in _BOMBS.items():
        if name == "flash.gif":
            # Its pictures are small; only the sheet that they lie on is large.
            continue
        bomb = tmp_path / name
        bomb.write_bytes(change(make_sample(samples, name).read_bytes()))
        with pytest.raises(UnreadableFileError):
            probe(bomb)


def test_a_picture_as_large_as_can_be_is_taken(tmp_path: Path) -> None:
    row = b"\0" * (1 + 10_000 // 8)
    packed = zlib.compress(row * 10_000, 1)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 10_000, 10_000, 1, 0, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
    raw = b"".join(struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks)
    file = tmp_path / "large.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + raw)
    found = probe(file)
    assert (found.media, found.width, found.height, found.seconds) == ("image/png", 10_000, 10_000, 0.0)


@pytest.mark.parametrize("name", ["drawing.png", "photo.jpg", "photo.webp", "scan.tif", "deep.tif", "flash.gif"])
def test_the_picture_of_every_kind_is_the_one_that_was_drawn(samples: Path, name: str) -> None:
    picture = stills.picture_of(make_sample(samples, name)).to_ndarray(format="gray")
    expected = stills.picture_of(make_sample(samples, "drawing.png")).to_ndarray(format="gray")
    assert picture.shape == (240, 320)
    assert abs(picture.astype(int) - expected.astype(int)).mean() < 12


def test_an_animated_webp_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "x.webp"
    file.write_bytes(b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x3f\x01\0\xef\0\0ANIM\0\0")
    with pytest.raises(UnreadableFileError, match="It is an animation"):
        probe(file)


def test_the_pages_of_a_pdf_are_counted_and_the_first_one_is_drawn(
    home: Home, library: Library, tmp_path: Path
) -> None:
    file = make_pdf(tmp_path / "score.pdf", 3, (400, 200))
    brought = bring_in(home, ManualClock(), library, BringIn(str(file)))
    track = brought.manifest.tracks[0]
    assert (track.name, track.media, track.width, track.height) == ("file-1.pdf", "application/pdf", 400, 200)
    assert track.picture is not None
    assert track.picture.frames == 3
    assert pages.draw_page(file, tmp_path / "page.png", 300).count == 3
    drawn = stills.picture_of(tmp_path / "page.png").to_ndarray(format="rgb24")
    assert drawn.shape == (150, 300, 3)
    assert (drawn[140, 10].tolist(), drawn[10, 290].tolist()) == ([0, 0, 0], [255, 255, 255])


def test_pdf_files_that_cannot_be_taken(home: Home, library: Library, tmp_path: Path) -> None:
    whole = make_pdf(tmp_path / "whole.pdf").read_bytes()
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(whole[: len(whole) // 2])
    headless = tmp_path / "headless.pdf"
    headless.write_bytes(whole[:100] + b"%%EOF")
    for file, why in (
        (cut, "It is damaged or ends early: its last part is missing"),
        (headless, "It is damaged: its pages cannot be found"),
        (make_pdf(tmp_path / "locked.pdf", more=LOCKED), "It is protected with a password"),
        (make_pdf(tmp_path / "none.pdf", 0), "It is damaged: its pages cannot be found"),
        (make_pdf(tmp_path / "many.pdf", 5001), "It has 5001 pages, and 5000 are the most"),
    ):
        with pytest.raises(UnreadableFileError) as refused:
            bring_in(home, ManualClock(), library, BringIn(str(file)))
        assert refused.value.detail == why
        assert refused.value.remedy
    assert list(home.takes.iterdir()) == []


def test_pages_of_any_size_are_drawn_small(tmp_path: Path) -> None:
    for size in ((1, 14_400), (14_400, 1), (14_400, 14_400), (200_000, 200_000)):
        assert probe(make_pdf(tmp_path / "x.pdf", 1, size)).pictures == 1


def test_a_pdf_that_asks_for_all_memory_ends_its_reader_only(tmp_path: Path) -> None:
    inner = "q 30000 0 0 30000 0 0 cm BI /W 30000 /H 30000 /CS /RGB /BPC 8 /F /AHx ID > EI Q " * 3
    file = make_pdf(tmp_path / "bomb.pdf", 1, drawn=inner)
    done = subprocess.run([sys.executable, "-c", _CHILD, file], capture_output=True, text=True, timeout=90, check=True)
    said, megabytes = done.stdout.splitlines()
    assert said.startswith(("Media(", "Reading it takes more", "It is damaged"))
    assert int(megabytes) < 200
