"""Where on the preview the picture, its mask and its lines lie. Plain numbers: left, top, width, height."""

from __future__ import annotations

from typing import Final

Area = tuple[float, float, float, float]

ASPECTS: Final = ("", "16:9", "9:16", "4:3", "1:1", "2.39:1")
# Eyes stand well on the upper third.
EYE_LINE: Final = 1 / 3


def ratio_of(aspect: str) -> float:
    """Return width ÷ height of an aspect as people write it, 0 where it is none."""
    wide, _, high = aspect.partition(":")
    try:
        return float(wide) / float(high)
    except (ValueError, ZeroDivisionError):
        return 0.0


def fit(ratio: float, room: Area) -> Area:
    """Return the largest area of a ratio in the middle of ``room``; all of it for a ratio of 0."""
    left, top, width, height = room
    if ratio <= 0 or width <= 0 or height <= 0:
        return room
    fitted = min(width, height * ratio)
    across, down = fitted, fitted / ratio
    return (left + (width - across) / 2, top + (height - down) / 2, across, down)


def outside(kept: Area, picture: Area) -> list[Area]:
    """Return the parts of ``picture`` that lie beside ``kept``: what an aspect mask covers."""
    left, top, width, height = picture
    kept_left, kept_top, kept_width, kept_height = kept
    sides = [
        (left, top, width, kept_top - top),
        (left, kept_top + kept_height, width, top + height - kept_top - kept_height),
        (left, kept_top, kept_left - left, kept_height),
        (kept_left + kept_width, kept_top, left + width - kept_left - kept_width, kept_height),
    ]
    return [side for side in sides if side[2] > 0.5 and side[3] > 0.5]
