"""Automatic names: nobody types a file name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def one_line(text: str) -> str:
    """Return a title or name as it is kept: any Unicode, on one line, without what cannot be written or seen.

    Control characters become spaces. So do halves of surrogate pairs, which is what a file name or an argument
    that is no UTF-8 consists of.
    """
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())


def several_lines(text: str) -> str:
    """Return a note as it is kept: like ``one_line``, but its line ends stay."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in line) for line in lines)


def take_title(project_title: str, part: str, person: str, number: int) -> str:
    """Return *project – part – person – take number*, leaving out what is not known."""
    parts = [project_title, part, person, f"take {number}"]
    return " – ".join(text.strip() for text in parts if text.strip())


def next_number(existing: Iterable[tuple[str, str, str, int]], project: str, part: str, person: str) -> int:
    """Return the number of the next take of this part by this person: one more than the highest.

    ``existing`` holds the project, part, person and number of every take there is.
    """
    taken = (number for *whose, number in existing if whose == [project, part, person])
    return max(taken, default=0) + 1
