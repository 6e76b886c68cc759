"""The list of takes as a use case: what is changed, taken back, and brought in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.studio.board import Board
from roomtone.studio.drawing import Drawing
from roomtone.studio.lines import Tone
from roomtone.studio.patience import getting_ready
from roomtone.studio.queueing import QueueThread
from roomtone.studio.workshop import Workshop

LOCATED_CODE: Final = "location-taken-out"


class TakeList:
    """Changes come on the studio's thread; what takes long is an errand on a thread of its own."""

    def __init__(
        self,
        board: Board,
        workshop: Workshop,
        clock: Clock,
        intents: QueueThread,
        errands: QueueThread,
        drawing: Drawing,
    ) -> None:
        self._board = board
        self._clock = clock
        self._workshop = workshop
        self._intents = intents
        self._errands = errands
        self._drawing = drawing
        # Hears of every take that was made here, whether it was recorded, brought in or kept of a draft.
        self.when_came: Callable[[str], object] = _nobody

    def refresh(self) -> None:
        """Show the takes as they are in their folders now."""
        items = self._workshop.takes()
        with self._board.changing() as model:
            model.set_items(items)

    def came(self, take: str) -> None:
        """Show a take that was made, and have drawn how it looks."""
        self.refresh()
        self.when_came(take)
        self._errands.put(lambda: self._drawing.draw(self._workshop.find(take)))

    def draw_all(self) -> None:
        """Have drawn what the cache misses."""
        for item in self._workshop.takes():
            if item.problem is None:
                self._errands.put(partial(self._drawing.draw, item))

    def rename(self, take: str, title: str) -> None:
        """Give a take another title."""
        item = self._workshop.find(take)
        self._workshop.rename(item, title)
        self.undoable(f"Renamed “{item.title}”", lambda: self._intents.put(lambda: self.rename(take, item.title)))
        self.refresh()

    def star(self, take: str, on: bool) -> None:
        """Set the star of a take, or take it off."""
        self._workshop.star(self._workshop.find(take), on)
        self.refresh()

    def note(self, take: str, text: str) -> None:
        """Replace the note of a take."""
        self._workshop.note(self._workshop.find(take), text)
        self.refresh()

    def trash(self, take: str) -> None:
        """Put a take into the trash."""
        item = self._workshop.find(take)
        self._workshop.trash(item, True)
        self.undoable(f"“{item.title}” is in the trash", lambda: self._intents.put(lambda: self.restore(take)))
        self.refresh()

    def restore(self, take: str) -> None:
        """Take a take out of the trash."""
        self._workshop.trash(self._workshop.find(take), False)
        self.undoable("", None)
        self.refresh()

    def undoable(self, label: str, action: Callable[[], None] | None) -> None:
        """Offer to take something back; ``action`` must only hand over."""
        with self._board.looking() as model:
            model.undo_label, model.undo = label, action

    def undo(self) -> None:
        """Take back the last thing that can be taken back."""
        with self._board.looking() as model:
            action, model.undo, model.undo_label = model.undo, None, ""
        if action is not None:
            action()

    def bring_in(self, file: str) -> None:
        """Make a take of a file. An errand: it reads the whole file."""
        try:
            brought = self._workshop.bring_in(file)
        except RoomtoneError as error:
            self._board.notice(error.problem)
            return
        self.came(brought.manifest.id)
        if brought.located:
            title = f"“{brought.manifest.title}” no longer says where it was made"
            remedy = "roomtone takes import --keep-location keeps it"
            self._board.notice(Problem(LOCATED_CODE, title, brought.located, remedy), tone=Tone.QUIET)

    def play(self, take: str, at: float, begun: int) -> None:
        """Play a take; for ``begun`` see ``Playback``."""
        item = self._workshop.find(take)
        with getting_ready(self._board, self._clock, item.title):
            self._workshop.playback.play(item, at, seen=True, begun=begun)


def _nobody(take: str) -> None:
    """Nobody wants to hear of it yet."""
    del take
