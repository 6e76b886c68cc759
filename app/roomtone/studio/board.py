"""The board: the one state that is shown. Changed under its lock, published whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from roomtone.foundation.errors import Problem
from roomtone.studio.lines import Tone
from roomtone.studio.model import StudioModel
from roomtone.studio.snapshot import LevelsView, StudioState


class Board:
    """Every part of the studio changes the same model, from whatever thread it hears of a change on."""

    def __init__(self) -> None:
        self._model = StudioModel()
        self._lock = threading.RLock()
        self._on_state: Callable[[StudioState], None] = _unheard
        self._on_levels: Callable[[LevelsView], None] = _unheard

    def subscribe(self, on_state: Callable[[StudioState], None], on_levels: Callable[[LevelsView], None]) -> None:
        """Tell every state and all levels from now on; the functions must only hand over."""
        self._on_state, self._on_levels = on_state, on_levels

    def tell_levels(self, levels: LevelsView) -> None:
        """Tell the levels of the open input. They are no part of the state: they come far more often."""
        self._on_levels(levels)

    @contextmanager
    def looking(self) -> Iterator[StudioModel]:
        """Hold the model still. Changes made here are seen with the next publishing."""
        with self._lock:
            yield self._model

    @contextmanager
    def changing(self) -> Iterator[StudioModel]:
        """Hold the model still while it is changed, and publish what it is then."""
        with self._lock:
            yield self._model
            self.publish()

    def publish(self) -> None:
        """Tell the state as it is now."""
        with self._lock:
            state = self._model.state()
            # Told with the lock held, so that states arrive in the order in which they were made.
            self._on_state(state)

    def notice(
        self, problem: Problem, action: str = "", do: Callable[[], None] | None = None, tone: Tone = Tone.LOOK
    ) -> None:
        """Show a notice, with the one thing that can be done about it."""
        with self.changing() as model:
            model.add_notice(problem, tone, action, do)

    def withdraw(self, code: str) -> None:
        """Take away the notices with this code: what they said is over."""
        with self.changing() as model:
            model.dismiss_code(code)


def _unheard(*_: object) -> None:
    """Nobody has subscribed yet."""
