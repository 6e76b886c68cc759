"""What the process of a source tells the engine, and when: its events in order, and what nobody would say otherwise."""

from __future__ import annotations

import logging
import threading
from enum import StrEnum
from typing import Final

from roomtone.devices.pictures.conditions import Judge
from roomtone.devices.pictures.messages import Condition, Conditions, Event, Frame, Lost, Opened
from roomtone.devices.pictures.sources import SILENCE_SECONDS, silent
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem
from roomtone.foundation.workers.as_child import Outlet

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 0.2
# Something is said at least this often, so that the engine can tell a dead source from a dead process.
_SAY_SECONDS: Final = 2.5


class Phase(StrEnum):
    """How it stands with the source."""

    TRYING = "trying"
    LIVE = "live"
    LOST = "lost"


# From each phase to those that may follow it. A driver that hangs is lost while it is still being read.
MOVES: Final[dict[Phase, frozenset[Phase]]] = {
    Phase.TRYING: frozenset({Phase.LIVE, Phase.LOST}),
    Phase.LIVE: frozenset({Phase.LIVE, Phase.LOST}),
    Phase.LOST: frozenset({Phase.LIVE, Phase.LOST}),
}


class Reporter:
    """Knows how it stands with the source and tells what changes. Safe to use from several threads."""

    def __init__(self, name: str, outlet: Outlet, clock: Clock) -> None:
        self._name = name
        self._outlet = outlet
        self._clock = clock
        self._lock = threading.RLock()
        self._phase = Phase.TRYING
        self._problem: Problem | None = None
        self._condition = Condition.FINE
        self._said = clock.monotonic()
        self.judge = Judge(self._said)
        self._frame_at = self._said

    @property
    def live(self) -> bool:
        """Whether frames come; not so when the driver seemed to hang and the engine was told."""
        with self._lock:
            return self._phase is Phase.LIVE

    def opened(self, event: Opened) -> None:
        """Frames follow."""
        with self._lock:
            self._move(Phase.LIVE)
            self._frame_at = self._clock.monotonic()
            self.judge = Judge(self._frame_at)
            self._problem = None
            self._tell(event)
            if self._condition is not Condition.FINE:
                self._condition = Condition.FINE
                self._tell(Conditions(Condition.FINE, 0.0))

    def frame(self, event: Frame | None) -> None:
        """A frame came; ``None`` where it could not be kept."""
        with self._lock:
            self._frame_at = self._clock.monotonic()
            if event is not None:
                self._tell(event)
            self._tell_condition()

    def tell(self, event: Event) -> None:
        """Tell what is no state."""
        with self._lock:
            self._tell(event)

    def lost(self, problem: Problem) -> None:
        """The source is gone. What was told already is not told again at once."""
        with self._lock:
            self._move(Phase.LOST)
            if problem != self._problem:
                log.info("lost: %s", problem.sentence())
                self._problem = problem
                self._tell(Lost(problem))

    def attend(self) -> None:
        """Say what nobody else would: that nothing comes, and that this process lives. Called a few times a second."""
        with self._lock:
            now = self._clock.monotonic()
            if self._phase is Phase.LIVE:
                if now - self._frame_at > SILENCE_SECONDS + 1.0:
                    # Whoever reads should have noticed; a driver that hangs keeps it from doing so.
                    self.lost(silent(self._name).problem)
                else:
                    self._tell_condition()
            if now - self._said > _SAY_SECONDS and not self._outlet.would_wait():
                if self._phase is Phase.LOST and self._problem is not None:
                    self._tell(Lost(self._problem))
                else:
                    self._tell(Conditions(self._condition, self.judge.fps))

    def attend_for_ever(self) -> None:
        """Be the thread that attends."""
        never = threading.Event()
        while not self._clock.wait(never, _LOOK_SECONDS):
            self.attend()

    def _tell_condition(self) -> None:
        found = self.judge.verdict(self._clock.monotonic())
        if found is not self._condition and not self._outlet.would_wait():
            self._condition = found
            self._tell(Conditions(found, round(self.judge.fps, 2)))

    def _tell(self, event: Event) -> None:
        self._said = self._clock.monotonic()
        self._outlet.tell(event)

    def _move(self, phase: Phase) -> None:
        if phase not in MOVES[self._phase]:
            raise ValueError(f"{self._phase} is not followed by {phase}")
        self._phase = phase
