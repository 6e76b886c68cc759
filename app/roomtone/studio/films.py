"""Films as a use case: written for other programs, and brought in to belong to a take. Errands, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from roomtone.assembly.messages import Align, Nudge
from roomtone.foundation.errors import Problem, UsageError
from roomtone.studio.board import Board
from roomtone.studio.lines import Tone
from roomtone.studio.queueing import QueueThread
from roomtone.studio.take_list import TakeList
from roomtone.studio.workshop import Workshop

RATES: Final = (24, 25, 30, 50, 60)
EXPORTING_CODE: Final = "exporting"
EXPORTED_CODE: Final = "exported"
ALIGNING_CODE: Final = "aligning"
ALIGNED_CODE: Final = "aligned"
# Below this the sound of two takes was hardly alike, and a person should look.
_SURE: Final = 0.5


class Films:
    """What it does takes long, and says that it goes on, and what came of it."""

    def __init__(self, board: Board, workshop: Workshop, errands: QueueThread, takes: TakeList) -> None:
        self._board = board
        self._workshop = workshop
        self._errands = errands
        self._takes = takes

    def export(self, take: str, file: str, fps: int) -> None:
        """Write the pictures of a take with its sound as a film of constant rate."""
        item = self._workshop.find(take)
        if fps not in RATES:
            known = ", ".join(map(str, RATES))
            raise UsageError("bad-rate", "The film was not exported", f"{fps} is no rate of films", f"One of {known}")
        path = str(Path(file).expanduser().absolute())
        with self._progress(EXPORTING_CODE, f"Exporting “{item.title}”", f"To {path}"):
            made = self._workshop.export_film(item, path, fps)
        facts = f"{made.frames} pictures, {made.fps:g} a second"
        if made.shown_twice or made.left_out:
            facts += f"; {made.shown_twice} shown twice and {made.left_out} left out to make the rate constant"
        self._tell(EXPORTED_CODE, f"Exported to {made.file}", facts)

    def align(self, take: str, file: str) -> None:
        """Bring a camera's file in, and place it against a take by their sound."""
        item = self._workshop.find(take)
        path = str(Path(file).expanduser().absolute())
        with self._progress(ALIGNING_CODE, f"Listening where “{Path(path).name}” belongs", f"In “{item.title}”"):
            made = self._workshop.rendering.align(Align(item.folder, path))
        self._workshop.poke(made.folder)
        self._takes.came(made.manifest.id)
        title = f"“{made.manifest.title}” begins {made.offset:+.3f} s from “{item.title}”"
        if made.confidence >= _SURE:
            self._tell(ALIGNED_CODE, title, f"Their sound agrees, {made.confidence:.0%} sure")
        else:
            why = f"Only {made.confidence:.0%} sure: their sound is hardly alike"
            self._tell(ALIGNED_CODE, title, why, "Play both, and move it by hand where it is wrong", Tone.LOOK)

    def nudge(self, take: str, offset: float) -> None:
        """Place a take by hand. Where it was can be taken back, and is by hand as well then."""
        item = self._workshop.find(take)
        self._workshop.rendering.nudge(Nudge(item.folder, offset))
        self._takes.undoable(f"Moved “{item.title}”", lambda: self._errands.put(lambda: self.nudge(take, item.offset)))
        self._takes.refresh()

    @contextmanager
    def _progress(self, code: str, title: str, detail: str) -> Iterator[None]:
        self._board.notice(Problem(code, title, detail), tone=Tone.QUIET)
        try:
            yield
        finally:
            self._board.withdraw(code)

    def _tell(self, code: str, title: str, detail: str, remedy: str = "", tone: Tone = Tone.QUIET) -> None:
        self._board.notice(Problem(code, title, detail, remedy), tone=tone)
