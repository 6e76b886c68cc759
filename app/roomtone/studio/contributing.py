"""What a person gives to the project: answers to calls and prompts, takes that are submitted, and words taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from roomtone.foundation.errors import Problem
from roomtone.studio.aiming import Aiming
from roomtone.studio.board import Board
from roomtone.studio.lines import Tone
from roomtone.studio.queueing import QueueThread
from roomtone.studio.take_list import TakeList
from roomtone.studio.together import Together
from roomtone.studio.together_facts import said_of
from roomtone.studio.visiting import Visiting
from roomtone.wire.project.items import CommentFields, Consent

SUBMITTED_CODE: Final = "submitted"


class Contributing:
    """``changed`` is told when there is more to see. What waits for the server is handed to ``slow``."""

    def __init__(
        self,
        board: Board,
        together: Together,
        aiming: Aiming,
        takes: TakeList,
        visiting: Visiting,
        quick: QueueThread,
        slow: QueueThread,
        changed: Callable[[], None],
    ) -> None:
        self._board = board
        self._together = together
        self._aiming = aiming
        self._takes = takes
        self._visiting = visiting
        self._quick = quick
        self._slow = slow
        self._changed = changed

    def submit(self, take: str, consent: Consent) -> None:
        """Give a take to the project, and offer what comes next: never a dead end."""
        state = self._together.document().state
        said = said_of(state, take)
        following = self._together.submit(take, consent)
        aim = self._aiming.aim
        if (aim.call and said.call == aim.call) or (aim.prompt and said.prompt == aim.prompt):
            self._aiming.release()
        title = f"“{state.takes[take].title}” is in the project now"
        if following.calls:
            call = following.calls[0]
            problem = Problem(SUBMITTED_CODE, title, f"Next for you: “{call.title}”. {call.why}")
            self._board.notice(problem, "Answer it", lambda: self._go_on(call.call), Tone.QUIET)
        else:
            self._board.notice(Problem(SUBMITTED_CODE, title, following.then), tone=Tone.QUIET)
        self._changed()

    def answer_call(self, call: str) -> None:
        """Set the recorder for a call."""
        self._aiming.answer_call(call)
        self._changed()
        told = self._together.call(call).filmed_brief if call else ""
        if told:
            # What explains the call is at hand when somebody wants to see it.
            self._visiting.fetch(told)

    def answer_prompt(self) -> None:
        """Let the next take be the answer to the day's prompt."""
        self._aiming.answer_prompt()
        self._changed()

    def read_aloud(self, take: str) -> None:
        """Let the next take be the reading of somebody's text."""
        self._aiming.read_aloud(take)
        self._changed()

    def remove_comment(self, comment: str) -> None:
        """Take a comment away; this can be taken back."""
        self._together.edit(comment, CommentFields(removed=True))
        self._takes.undoable("A comment was taken away", lambda: self._quick.put(lambda: self._bring_back(comment)))
        self._changed()

    def _bring_back(self, comment: str) -> None:
        self._together.edit(comment, CommentFields(removed=False))
        self._changed()

    def _go_on(self, call: str) -> None:
        self._slow.put(lambda: self.answer_call(call))
