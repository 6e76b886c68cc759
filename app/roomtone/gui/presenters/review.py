"""Which takes the review page lists, and what it says of the one that is looked at."""

from __future__ import annotations

from typing import Final

from roomtone.studio.together_snapshot import CommentView, PageView, PartKind, ReviewTake
from roomtone.wire.project.items import Anchor, Lines, Region
from roomtone.wire.project.state import Stage

FILTERS: Final = (
    ("all", "All takes"),
    ("unheard", "Not heard yet"),
    ("mine", "My takes"),
    ("accepted", "Accepted"),
    ("later", "Kept for later"),
)
# The least width and height of a region, in shares of the picture.
_LEAST: Final = 0.05
_STAGES: Final = {"unheard": Stage.SUBMITTED, "accepted": Stage.ACCEPTED, "later": Stage.LATER}


def suits(take: ReviewTake, chosen: str) -> bool:
    """Return whether a take is among those that were asked for."""
    if chosen == "mine":
        return take.mine
    return chosen not in _STAGES or take.stage is _STAGES[chosen]


def empty_words(chosen: str) -> str:
    """Say what to do where no take is among those that were asked for."""
    if chosen == "unheard":
        return "Everything was heard. Choose “All takes” to go back to one."
    return "None here. Choose “All takes” to see the rest."


def hint(take: ReviewTake) -> str:
    """Say what to do where a take cannot be shown here yet."""
    if take.kind is PartKind.ARTWORK and not take.file:
        return "The picture is not on this computer yet. “Fetch all files” brings it here."
    if take.kind is PartKind.WRITING and not take.text:
        return "The text is not on this computer yet. “Fetch all files” brings it here."
    return ""


def origin_lines(take: ReviewTake) -> list[str]:
    """Say what a take comes from, and what its maker said about those who are in it."""
    lines = [f"Built on {', '.join(take.built_on)}"] if take.built_on else []
    return lines + ([take.consent_line] if take.consent_line else [])


def page_words(page: PageView) -> str:
    """Say which page of a PDF is seen, and which one is coming."""
    if not page.number:
        return "Drawing the first page …"
    seen = f"Page {page.number} of {page.count}" if page.count else f"Page {page.number}"
    return f"{seen} – drawing page {page.turning} …" if page.turning else seen


def missing_place(take: ReviewTake, comment: CommentView) -> str:
    """Say why the place of a comment cannot be shown now; "" where it can."""
    if comment.lines is not None:
        last = take.text.rstrip("\n").count("\n") + 1
        return f"There is no line {comment.lines[0]} in this text" if comment.lines[0] > last else ""
    if comment.region is not None and not take.file:
        return "It is not on this computer yet. “Fetch all files” brings it here."
    if comment.region is not None and take.page is None and comment.page > 1:
        return f"Only its first page is here. “Fetch all files” brings page {comment.page}."
    return ""


def place_words(anchor: Anchor | None, *, paged: bool = False) -> str:
    """Say what part of a picture or text the next comment is about; "" for all of it. ``paged`` tells of a PDF."""
    match anchor:
        case Lines(first, last):
            return f"About line {first}" if last <= first else f"About lines {first} to {last}"
        case Region():
            return f"About the framed part of page {anchor.page}" if paged else "About the framed part of the picture"
    return ""


def moved(region: Region | None, right: float, down: float, grow: bool) -> Region:
    """Return a region after a step by keyboard, moved or grown; the middle of the picture where there was none."""
    if region is None:
        return Region(0.25, 0.25, 0.5, 0.5)
    if grow:
        width = min(1.0 - region.left, max(_LEAST, region.width + right))
        height = min(1.0 - region.top, max(_LEAST, region.height + down))
        return Region(region.left, region.top, width, height)
    left = min(1.0 - region.width, max(0.0, region.left + right))
    top = min(1.0 - region.height, max(0.0, region.top + down))
    return Region(left, top, region.width, region.height)
