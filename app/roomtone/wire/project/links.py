"""Links to a place in a project, down to the second: ``roomtone:<project>/<take>?t=7.5``."""

from __future__ import annotations

import re
from typing import Final

import msgspec

# How every such link begins.
PLACE: Final = "roomtone:"
_LINK: Final = re.compile(
    r"roomtone:(?://)?([0-9a-f]{32})(?:/([0-9a-f]{32}))?(?:\?t=([0-9]{1,7}(?:\.[0-9]{1,3})?))?", re.ASCII
)


class Place(msgspec.Struct, frozen=True):
    """What a link leads to: a project, an item or take of it, and a time in it in seconds."""

    project: str
    item: str = ""
    at: float | None = None


def write_link(place: Place) -> str:
    """Return the link to a place."""
    item = f"/{place.item}" if place.item else ""
    at = f"?t={place.at:.3f}".rstrip("0").rstrip(".") if place.at is not None else ""
    return f"{PLACE}{place.project}{item}{at}"


def read_link(text: str) -> Place:
    """Read a link. Raises ``ValueError``."""
    found = _LINK.fullmatch(text.strip())
    if found is None:
        raise ValueError("this is no link to a place in a project")
    project, item, at = found.groups()
    return Place(project, item or "", float(at) if at is not None else None)
