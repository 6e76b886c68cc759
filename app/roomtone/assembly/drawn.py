"""Where the small pictures of takes lie in the cache: for the worker that draws them, and for whoever shows them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from roomtone.assembly.messages import Pictures
from roomtone.foundation.decoding import decode
from roomtone.foundation.paths import Home


def pictures_index(home: Home, take: str, track: str) -> Path:
    """Return the file that says what was drawn of a track; it is written last, so what it names is there."""
    return home.cache / "pictures" / take / f"{track}.json"


def read_drawn(home: Home, take: str, track: str) -> Pictures | None:
    """Return what was drawn of a track; ``None`` where the cache misses it, or any part of it."""
    try:
        drawn = decode(pictures_index(home, take, track).read_bytes(), Pictures)
    except (OSError, msgspec.DecodeError):
        return None
    whole = all(Path(file).exists() for file in (drawn.thumbnail, drawn.filmstrip) if file)
    return drawn if whole else None
