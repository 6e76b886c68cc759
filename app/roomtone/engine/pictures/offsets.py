"""What the sync self-test found, for each camera with each input: kept over restarts."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.files import atomic_write

log = logging.getLogger(__name__)


class _Pair(msgspec.Struct, frozen=True):
    camera: str
    input: str
    offset_ms: float


class _Kept(msgspec.Struct, frozen=True):
    schema: int
    pairs: list[_Pair]


class Offsets:
    """The offsets of a home. A file that cannot be read counts as none, and is replaced by the next test."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], float] = {}
        try:
            kept = decode(path.read_bytes(), _Kept)
            self._known = {(pair.camera, pair.input): pair.offset_ms for pair in kept.pairs}
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            log.info("the sync offsets cannot be read: %s", error)

    def of(self, camera: str, device: str) -> float | None:
        """Return how many milliseconds the pictures of ``camera`` come later than the sound of ``device``."""
        with self._lock:
            return self._known.get((camera, device))

    def keep(self, camera: str, device: str, offset_ms: float) -> None:
        """Remember an offset. Raises ``OSError``."""
        with self._lock:
            self._known[camera, device] = offset_ms
            pairs = [_Pair(key[0], key[1], value) for key, value in self._known.items()]
            atomic_write(self._path, msgspec.json.encode(_Kept(1, pairs)))
