"""Which takes of a project can be chosen for what: to be heard, or to be seen."""

from __future__ import annotations

from typing import NamedTuple

from roomtone.studio.together_snapshot import PartKind, ReviewTake
from roomtone.wire.project.state import Stage

Choice = tuple[str, str]


class TakeChoices(NamedTuple):
    """(id, title with its maker) of the takes that can be ``heard``, of those with a picture, and of the ``pages``:
    pictures that are several, which nothing can be framed by."""

    heard: tuple[Choice, ...] = ()
    seen: tuple[Choice, ...] = ()
    pages: tuple[Choice, ...] = ()


def take_choices(takes: tuple[ReviewTake, ...]) -> TakeChoices:
    """Return what may be chosen, cuts first. What its maker took back is not asked of anybody."""
    there = [take for take in takes if take.stage is not Stage.WITHDRAWN]
    there.sort(key=lambda take: not take.cut)
    pages = [take for take in there if take.kind is PartKind.ARTWORK and take.file.endswith(".pdf")]
    heard = [take for take in there if take.kind in (PartKind.SOUND, PartKind.VIDEO)]
    seen = [take for take in there if take.kind in (PartKind.ARTWORK, PartKind.VIDEO) and take not in pages]
    return TakeChoices(*(tuple(_choice(take) for take in some) for some in (heard, seen, pages)))


def _choice(take: ReviewTake) -> Choice:
    title = f"Cut “{take.cut}”" if take.cut else take.title
    return take.id, f"{title} – {take.person.name}"
