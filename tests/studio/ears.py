"""A studio with somebody who listens: every state in order, and a way to wait for one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from roomtone.devices.model import PRACTICE_TONE
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.studio.snapshot import LevelsView, NoticeView, Phase, RollingView, StudioState, TakeView
from roomtone.studio.studio import Studio
from tests.rigs.processes import until

SECONDS = 30.0


class Ears:
    """A running studio. Leaving the context closes it; its workers go on."""

    def __init__(self, home: Home) -> None:
        self.studio = Studio(home, SystemClock())
        self.states: list[StudioState] = []
        self.levels: list[LevelsView] = []
        self.threads: set[str] = set()
        self.studio.subscribe(self._state, self.levels.append)

    def _state(self, state: StudioState) -> None:
        self.states.append(state)
        self.threads.add(threading.current_thread().name)

    @property
    def now(self) -> StudioState:
        """The latest state."""
        return self.states[-1] if self.states else StudioState()

    def wait(self, what: str, look: Callable[[StudioState], object]) -> StudioState:
        """Wait for a state that ``look`` likes, and return it."""

        def seen() -> StudioState | None:
            state = self.now
            return state if look(state) else None

        try:
            return until(seen, SECONDS, what)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; the latest state was {self.now}") from None

    def wait_notice(self, code: str) -> NoticeView:
        """Wait for a notice with this code, and return it."""
        state = self.wait(code, lambda s: any(n.problem.code == code for n in s.notices))
        return next(n for n in state.notices if n.problem.code == code)

    def practise(self) -> None:
        """Choose the practice tone, and wait until it is open."""
        self.studio.choose_input(PRACTICE_TONE)
        self.wait("the practice tone", lambda s: s.input is not None and s.input.practice and s.phase is Phase.READY)

    def roll(self, seconds: float = 0.3) -> RollingView:
        """Record, and wait until the take is so long."""
        self.studio.record()
        state = self.wait("a rolling take", lambda s: s.rolling is not None and s.rolling.seconds >= seconds)
        assert state.rolling is not None
        return state.rolling

    def wait_take(self, take: str, what: str, look: Callable[[TakeView], object]) -> TakeView:
        """Wait until a take of the list is as ``look`` wants it, and return it."""
        state = self.wait(what, lambda s: any(t.id == take and look(t) for t in (*s.takes, *s.trash)))
        return next(t for t in (*state.takes, *state.trash) if t.id == take)

    def __enter__(self) -> Self:
        self.studio.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.studio.close()
