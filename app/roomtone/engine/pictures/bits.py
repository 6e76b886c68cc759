"""How large films may become. Loads no codec."""

from __future__ import annotations

from typing import Final

# With its sound, which is AAC.
_SOUND_BYTES: Final = 25_000


def most_bits(width: int, height: int, fps: float) -> int:
    """Return how many bits a second pictures of this size take at most."""
    return round(0.3 * width * height * max(fps, 10.0))


def film_bytes_a_second(width: int, height: int, fps: float) -> int:
    """Return how fast a film of this size grows at most, with its sound."""
    return most_bits(width, height, fps) // 8 + _SOUND_BYTES
