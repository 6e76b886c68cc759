"""Seconds as people write them: 0:07, 1:02:03.5."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(?:(?:([0-9]{1,3}):)?([0-9]{1,4}):)?([0-9]{1,6}(?:[.,][0-9]{1,3})?)", re.ASCII)


def read_seconds(text: str) -> float:
    """Read a time in a take. Raises ``ValueError`` with what to write instead."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("Write a time as minutes and seconds, such as 0:07")
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))


def write_seconds(seconds: float) -> str:
    """Write a time in a take, to the tenth where it has one."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    whole, tenth = divmod(rest, 10)
    text = f"{hours}:{minutes:02d}:{whole:02d}" if hours else f"{minutes}:{whole:02d}"
    return f"{text}.{tenth}" if tenth else text
