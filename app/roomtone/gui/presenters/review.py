"""Which takes the review page lists."""

from __future__ import annotations

from typing import Final

from roomtone.studio.together_snapshot import ReviewTake
from roomtone.wire.project.state import Stage

FILTERS: Final = (
    ("all", "All takes"),
    ("unheard", "Not heard yet"),
    ("mine", "My takes"),
    ("accepted", "Accepted"),
    ("later", "Kept for later"),
)
_STAGES: Final = {"unheard": Stage.SUBMITTED, "accepted": Stage.ACCEPTED, "later": Stage.LATER}


def suits(take: ReviewTake, chosen: str) -> bool:
    """Return whether a take is among those that were asked for."""
    if chosen == "mine":
        return take.mine
    return chosen not in _STAGES or take.stage is _STAGES[chosen]
