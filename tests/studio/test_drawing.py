"""Small pictures of takes: drawn once by the render worker, found in the cache by everybody else."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from roomtone.foundation.paths import Home
from tests.rigs.workers import worker_pid
from tests.studio.ears import Ears


def _png(path: Path, width: int = 64, height: int = 36) -> Path:
    """Write a red picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xc0\x10\x10" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


def test_a_picture_that_was_brought_in_has_a_thumbnail_now_and_without_a_process_later(
    place: Home, tmp_path: Path
) -> None:
    with Ears(place) as ears:
        ears.studio.bring_in([str(_png(tmp_path / "red.png"))])
        take = ears.wait("its thumbnail", lambda s: s.takes and s.takes[0].thumbnail).takes[0]
        assert (take.title, take.media, take.audio, take.filmstrip) == ("red", "artwork", False, "")
        assert Path(take.thumbnail).is_relative_to(place.cache)
        assert ears.now.ghost == take.thumbnail
        ears.studio.choose_ghost("another")
        assert ears.now.ghost == ""
    first = worker_pid(place, "render")
    with Ears(place) as ears:
        again = ears.wait("the thumbnail again", lambda s: s.takes and s.takes[0].thumbnail).takes[0]
        assert again.thumbnail == take.thumbnail
        # It has ended since, or waits for its end: nobody needed another one.
        assert worker_pid(place, "render") in (first, None)
    # A cache that was emptied is filled again.
    Path(take.thumbnail).unlink()
    with Ears(place) as ears:
        ears.wait("the thumbnail once more", lambda s: s.takes and s.takes[0].thumbnail)
        assert Path(take.thumbnail).exists()
