"""The thread that keeps projects up to date: at once when something was done here, else every few seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError, unexpected
from roomtone.upload.core_problems import SIGNED_OUT
from roomtone.upload.replica.exchange import Exchange, is_of_the_line
from roomtone.upload.replica.keeper import Keeper

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 2.0
# Where the server tells by itself, asking is for what got lost on the way.
SLOW_SECONDS: Final = 30.0
TROUBLE_SECONDS: Final = 5.0
# Somebody who asks waits this long for what is new, unless the server was not reached just now.
FRESH_SECONDS: Final = 1.0
WAIT_SECONDS: Final = 6.0


class Runner:
    """``wanted`` says whether anybody listens; else only what waits is sent. Safe to use from many threads."""

    def __init__(
        self,
        keeper: Keeper,
        exchange: Exchange,
        clock: Clock,
        wanted: Callable[[], bool],
        follows: Callable[[str], bool],
    ) -> None:
        """``follows`` says whether everything that happens in a project is heard of, so that nobody need ask often."""
        self._keeper = keeper
        self._follows = follows
        self._exchange = exchange
        self._clock = clock
        self._wanted = wanted
        self._lock = threading.Lock()
        self._rounds = threading.Condition(self._lock)
        self._watched: dict[str, None] = {}
        self._done: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._poked: set[str] = set()
        self._news: set[str] = set()
        self._not_before = 0.0
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="replica", daemon=True)
        self.online: bool | None = None
        self.problem: Problem | None = None

    @property
    def busy(self) -> bool:
        """Whether something waits that may be sent without a person."""
        signed_out = self.problem is not None and self.problem.code == SIGNED_OUT.code
        return not signed_out and (bool(self._news) or bool(self._keeper.waiting()))

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def poke(self, project: str) -> None:
        """Something was done in a project, or is asked of it: exchange it now."""
        with self._lock:
            self._watched[project] = None
            self._poked.add(project)
            self._not_before = 0.0
            self._held.pop(project, None)
        self._wake.set()

    def hear(self, project: str) -> None:
        """Something happened in a project on the server: ask for it. Never blocks."""
        with self._lock:
            self._news.add(project)
        self._wake.set()

    def freshen(self, project: str) -> None:
        """Wait until a project was exchanged lately. Where the server is not reached nobody waits for it."""
        with self._lock:
            self._watched[project] = None
            now = self._clock.monotonic()
            done = self._done.get(project)
            if (done is not None and now - done < FRESH_SECONDS) or now < self._not_before:
                return
            if done is not None and self._follows(project) and project not in self._news:
                # What is new would have been heard of; what was done here is seen without the server.
                return
            self._poked.add(project)
            self._wake.set()
            if self.online is False or self._held.get(project, now) > now:
                return
            self._rounds.wait_for(
                lambda: self._done.get(project) != done or self._clock.monotonic() < self._not_before or self._ending,
                WAIT_SECONDS,
            )

    def again(self) -> None:
        """Another server or another key is used: try everything at once."""
        with self._lock:
            self._done.clear()
            self._held.clear()
            self._poked |= self._watched.keys()
            self._not_before = 0.0
            self.online = None
        self.problem = None
        self._wake.set()

    def close(self) -> None:
        """End the thread; a request on its way is not waited for."""
        with self._lock:
            self._ending = True
            self._rounds.notify_all()
        self._wake.set()

    def _run(self) -> None:
        while not self._ending:
            self._wake.clear()
            try:
                self._exchange_all()
            except RoomtoneError as error:
                # The disk may be full or gone for a while; what was made is in memory or was refused.
                log.info("projects could not be kept: %s", error)
            with self._lock:
                held = self._not_before - self._clock.monotonic()
            self._clock.wait(self._wake, max(POLL_SECONDS, held))

    def _exchange_all(self) -> None:
        for project in self._due():
            self._exchange_one(project)
            if self._ending or self._clock.monotonic() < self._not_before:
                # One failure of the line is enough to know.
                return

    def _due(self) -> list[str]:
        with self._lock:
            now = self._clock.monotonic()
            if now < self._not_before:
                return []
            watched = [one for one in self._watched if self._is_old(one, now)] if self._wanted() else []
            held = {project for project, until in self._held.items() if until > now}
            poked = [*self._poked, *self._news]
            # What is held is asked for as soon as it is so no more.
            self._poked &= held
            self._news &= held
        wanted = dict.fromkeys([*poked, *watched, *self._keeper.waiting()])
        return [project for project in wanted if project not in held]

    def _is_old(self, project: str, now: float) -> bool:
        done = self._done.get(project)
        return done is None or now - done >= (SLOW_SECONDS if self._follows(project) else POLL_SECONDS)

    def _exchange_one(self, project: str) -> None:
        trouble: Problem | None = None
        before = self.online
        try:
            if self._exchange.round(project):
                self.online = True
        except RoomtoneError as error:
            log.info("a project was not exchanged: %s", error)
            trouble = error.problem
            self.online = not is_of_the_line(error)
        except Exception:
            # The boundary of this thread: a bug met with one project must not keep the others from the server.
            log.exception("a project could not be exchanged")
            trouble = unexpected("exchanging a project").problem
        self.problem = trouble
        if self.online is not before:
            self._tell_all()
        with self._lock:
            now = self._clock.monotonic()
            self._done[project] = now
            if trouble is not None:
                self._held[project] = now + TROUBLE_SECONDS
            if trouble is not None and self.online is False:
                self._not_before = now + TROUBLE_SECONDS
            self._rounds.notify_all()

    def _tell_all(self) -> None:
        """Whether the server is reached is part of what everybody sees of a project."""
        with self._lock:
            watched = list(self._watched)
        for project in watched:
            self._keeper.touch(project)
