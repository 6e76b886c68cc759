"""The theme's tokens: colours, type, spacing and sizes, from one file, without Qt."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.resources import resource


class Colours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours of one theme as ``#rrggbb``.

    ``record`` means recording and nothing else, ``safe`` means safe, ``look`` means look here. The ``…_clip``
    colours are the grounds of waveforms and notices of that meaning, the ``…_fill`` ones shapes rather than text.
    ``people`` are the grounds of initials in ``on_accent``: a colour a person, none of which means anything.
    """

    page: str
    surface: str
    raised: str
    control: str
    control_hover: str
    line: str
    border: str
    text: str
    muted: str
    on_record: str
    on_accent: str
    record: str
    record_clip: str
    record_halo: str
    safe: str
    safe_fill: str
    safe_clip: str
    look: str
    look_fill: str
    look_clip: str
    meter_floor: str
    focus: str
    person: str
    person_clip: str
    plain_wave: str
    plain_clip: str
    playhead: str
    people: tuple[str, ...]


class Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes of text in pixels at a scale of 1."""

    caption: int
    small: int
    body: int
    title: int
    heading: int
    time: int


class Space(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distances in pixels."""

    hair: int
    tight: int
    small: int
    medium: int
    large: int
    wide: int


class Radius(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Radii of corners in pixels."""

    small: int
    medium: int
    large: int
    pill: int


class Size(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes of parts in pixels at a scale of 1."""

    header: int
    control: int
    icon: int
    lane: int
    rolling: int
    lane_title: int
    lane_actions: int
    record: int
    meter: int
    green_line: int
    focus: int
    side: int


class Themes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both themes."""

    dark: Colours
    light: Colours


class Tokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in the token file."""

    type: Type
    space: Space
    radius: Radius
    size: Size
    themes: Themes


# What is written on what: every pair of text and ground that the window uses.
TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    *((text, ground) for text in ("text", "muted") for ground in ("page", "surface", "raised", "control")),
    ("text", "control_hover"),
    ("muted", "plain_clip"),
    ("text", "person_clip"),
    ("text", "plain_clip"),
    ("text", "record_clip"),
    ("muted", "record_clip"),
    ("text", "look_clip"),
    ("muted", "look_clip"),
    ("look", "look_clip"),
    ("text", "safe_clip"),
    ("safe", "surface"),
    ("safe", "page"),
    ("look", "surface"),
    ("look", "page"),
    ("look", "record_clip"),
    ("record", "surface"),
    ("record", "page"),
    ("page", "text"),
    ("page", "muted"),
)
# Shapes that mean something without words: at least 3:1 (WCAG 1.4.11).
SHAPE_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("focus", "page"),
    ("focus", "surface"),
    ("border", "surface"),
    ("border", "page"),
    ("safe_fill", "plain_clip"),
    ("safe_fill", "person_clip"),
    ("safe_fill", "record_clip"),
    ("safe_fill", "meter_floor"),
    ("look_fill", "meter_floor"),
    ("look_fill", "record_clip"),
    ("person", "person_clip"),
    ("plain_wave", "plain_clip"),
    ("record", "record_clip"),
    ("on_record", "record"),
    ("playhead", "person_clip"),
    ("playhead", "plain_clip"),
)


def load_tokens() -> Tokens:
    """Read the token file. Raises ``msgspec.ValidationError`` where it lacks something."""
    return decode(resource("theme/tokens.json").read_bytes(), Tokens)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2, "relative luminance")."""
    parts = []
    for at in (1, 3, 5):
        value = int(colour[at : at + 2], 16) / 255
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
