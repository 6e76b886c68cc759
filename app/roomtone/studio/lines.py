"""A line of text and what its colour says: what every part of the state is made of."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Tone(StrEnum):
    """What a colour may say. Red means recording, green safe, amber look here, and nothing else does."""

    QUIET = "quiet"
    SAFE = "safe"
    LOOK = "look"
    RECORDING = "recording"


class Line(msgspec.Struct, frozen=True):
    """A line of text with the tone of its dot."""

    text: str
    tone: Tone
