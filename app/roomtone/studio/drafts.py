"""Drafts as a use case: artwork and writing that has begun and is not yet a take."""

from __future__ import annotations

from roomtone.foundation.errors import WorldError
from roomtone.studio.board import Board
from roomtone.studio.snapshot import DraftKind
from roomtone.studio.take_list import TakeList
from roomtone.studio.workshop import Workshop


class Drafts:
    """Nothing is kept of drafts yet; whoever asks is told so."""

    def __init__(self, board: Board, workshop: Workshop, takes: TakeList) -> None:
        self._board = board
        self._workshop = workshop
        self._takes = takes

    def begin(self, kind: DraftKind) -> None:
        """Begin artwork or writing."""
        raise _not_yet(f"No {kind} was begun")

    def snap(self, draft: str, source: str) -> None:
        """Add the camera's newest picture to a draft."""
        raise _not_yet(f"No picture of {source} was taken for {draft}")

    def drop_picture(self, draft: str, picture: str) -> None:
        """Leave a picture out of a draft."""
        raise _not_yet(f"{picture} stays in {draft}")

    def lapse(self, draft: str, source: str, every: float) -> None:
        """Take a picture each ``every`` seconds; 0 stops."""
        raise _not_yet(f"No picture of {source} is taken for {draft} each {every:g} s")

    def write(self, draft: str, text: str) -> None:
        """Keep the text of a page as it is now."""
        raise _not_yet(f"{len(text)} characters of {draft} were not kept")

    def keep(self, draft: str, title: str, fps: int) -> None:
        """Make a take of a draft."""
        raise _not_yet(f"“{title or draft}” did not become a take of {fps} pictures a second")

    def throw_away(self, draft: str) -> None:
        """Put a draft aside."""
        raise _not_yet(f"{draft} was not put aside")


def _not_yet(title: str) -> WorldError:
    return WorldError("no-drafts", title, "This version keeps no drafts", "Bring finished work in as a file")
