"""Automatic names: nobody types a file name."""

from __future__ import annotations

from collections.abc import Iterable


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
