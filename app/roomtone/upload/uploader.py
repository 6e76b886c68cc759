"""The loop of the sync worker: local takes in, requests out, everything told. One thread owns all of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem
from roomtone.upload import core_events as ev
from roomtone.upload.arrivals import Arrivals
from roomtone.upload.core import Core
from roomtone.upload.core_problems import NO_PROJECT, PROJECT_ELSEWHERE
from roomtone.upload.http import UnreadableError
from roomtone.upload.local import LocalEntry, LocalTakes, about, in_trash
from roomtone.upload.mailbox import Mailbox
from roomtone.upload.messages import Link, TakeSync
from roomtone.upload.orphan import Orphan
from roomtone.upload.place import Place
from roomtone.upload.records import Kept, Records
from roomtone.upload.reports import Reports, report
from roomtone.upload.states import SyncState, TakePhase

log = logging.getLogger(__name__)
T = TypeVar("T")

# How long the core is left alone when it waits for nothing but events.
IDLE_SECONDS: Final = 60.0


class Projects(Protocol):
    """Knows where projects live. Asked on the uploader's thread; it must neither block nor raise."""

    def server(self) -> str:
        """Return the server that is used now."""

    def home_of_take(self, project: str, title: str) -> str:
        """Return the server that a take's project lives on; one that nobody knows of begins where we are now."""


class Uploader:
    """Brings every take of a home to the server. ``run`` is its thread; ``post`` and ``ask`` are for all others."""

    def __init__(
        self,
        takes: Path,
        clock: Clock,
        core: Core,
        place: Place,
        records: Records,
        projects: Projects,
        arrivals: Arrivals,
        reports: Reports,
        clients: Callable[[], int],
        busy: Callable[[], bool],
    ) -> None:
        """``busy`` says whether anything beside takes is on its way."""
        self._takes = takes
        self._clock = clock
        self._core = core
        self._place = place
        self._records = records
        self._projects = projects
        self._arrivals = arrivals
        self._server = projects.server()
        self._kept: dict[str, Kept] = {}
        self._reports = reports
        self._orphan = Orphan(clients, busy)
        self._local = self._begin_to_look()
        self._mailbox = Mailbox()
        self._folders: dict[str, Path] = {}
        self._later: dict[str, float] = {}
        self._send: Callable[[ev.Request], None] = lambda _: None
        self._cap = 0
        self._woken = True
        self._core_due = 0.0
        self._ending = False

    # For other threads

    def post(self, event: ev.Event) -> None:
        """Hand over an event. Never blocks."""
        self._mailbox.post(lambda: self._handle(event))

    def ask(self, act: Callable[[], T]) -> T:
        """Let ``act`` happen on the uploader's thread, with all that follows at once, and return its result."""
        return self._mailbox.ask(act, self._turn_at_once)

    def folder(self, take: str) -> Path:
        """Return the folder of a take that is on its way. Raises ``UnreadableError`` where it is so no more."""
        found = self._folders.get(take)
        if found is None:
            raise UnreadableError("the take is not on its way any more")
        return found

    def cap(self) -> int:
        """Return how many bytes a second may be sent, 0 for any number."""
        return self._cap

    def end(self) -> None:
        """Let ``run`` return soon."""
        self._mailbox.post(self._end)

    # For ``act``s on the uploader's thread

    def poke(self, folder: str) -> None:
        """Look at a folder now."""
        self._local.poke(Path(folder).name)

    def retry(self) -> None:
        """Look at everything and try everything now."""
        self._local.poke("")
        self._core.handle(ev.RetryNow(), self._clock.monotonic())

    def pause(self, on: bool) -> None:
        """Stop sending, or go on."""
        self._core.handle(ev.Paused(on), self._clock.monotonic())

    def set_cap(self, bytes_per_second: int) -> None:
        """Limit what is sent."""
        self._cap = bytes_per_second
        self._core.handle(ev.Capped(bytes_per_second), self._clock.monotonic())

    def use_server(self) -> None:
        """Another key, and perhaps another server, is used from now on."""
        if self._projects.server() != self._server:
            self.begin_again()
        self._core.handle(ev.NewToken(), self._clock.monotonic())

    def begin_again(self) -> None:
        """Look at every take anew: what is safe on one server is not on another, and projects may have moved."""
        for take in list(self._core.takes):
            self._core.forget(take)
        self._folders.clear()
        self._later.clear()
        self._server = self._projects.server()
        self._local = self._begin_to_look()

    def _begin_to_look(self) -> LocalTakes:
        self._kept = self._records.load(self._server)
        safe = {take for take, kept in self._kept.items() if kept.record.safe}
        self._arrivals.remember(self._server, safe)
        self._reports.begin_again(safe)
        return LocalTakes(self._takes, {k.folder for k in self._kept.values() if k.record.safe and k.folder})

    # The loop

    def run(self, send: Callable[[ev.Request], None]) -> None:
        """Work until there is nothing to do and nobody to do it for, or until ``end``."""
        self._send = send
        while not self._ending:
            now = self._clock.monotonic()
            wake = self._turn(now)
            if self._mailbox.work(wake - self._clock.monotonic()):
                self._woken = True

    def _handle(self, event: ev.Event) -> None:
        try:
            self._core.handle(event, self._clock.monotonic())
        except Exception:
            # A bug met with one take must not keep the others from the server.
            log.exception("an event was not understood")
            self._core.give_up(event)

    def _end(self) -> None:
        self._ending = True

    def _turn_at_once(self) -> None:
        self._woken = True
        self._turn(self._clock.monotonic())

    def _turn(self, now: float) -> float:
        """Do what there is to do now; return when to look again."""
        fresh, events = self._local.look(now)
        for entry in fresh:
            self._adopt(entry)
        for event in events:
            if event.take in self._core.takes:
                self._handle(event)
        if fresh or events or self._woken or now >= self._core_due or self._later:
            self._carry_out(self._core.effects(now), now)
        self._woken = False
        return min([self._local.due(), self._core_due, *self._later.values(), self._leave_when_done(now)])

    def _carry_out(self, effects: ev.Effects, now: float) -> None:
        self._core_due = effects.wake_at if effects.wake_at is not None else now + IDLE_SECONDS
        for request in effects.send:
            self._send(request)
        self._tell(effects.changed, now)
        for record in effects.persist:
            folder = self._folders[record.take].name
            self._kept[record.take] = Kept(folder, record)
            self._records.save(self._server, folder, record)
            if record.declared:
                project = self._local.entries[record.take].take.began.project
                self._arrivals.arrived(self._server, record.take, project)
        self._let_go(effects.changed)
        self._tell_link()

    def _adopt(self, entry: LocalEntry) -> None:
        """Decide what becomes of a take that was found."""
        take = entry.take
        kept = self._kept.get(take.id)
        if kept is not None and kept.record.safe:
            self._records.save(self._server, entry.folder.name, kept.record)
            self._reports.found_safe(take.id)
            self._local.settle(take.id)
        elif not take.began.project:
            self._leave_alone(entry, NO_PROJECT)
        elif self._projects.home_of_take(take.began.project, take.began.project_title) != self._server:
            self._leave_alone(entry, PROJECT_ELSEWHERE)
        elif in_trash(take) and kept is None:
            self._local.rest(take.id)
        else:
            self._folders[take.id] = entry.folder
            self._core.add(about(take), kept.record if kept is not None else None)

    def _leave_alone(self, entry: LocalEntry, why: Problem) -> None:
        self._local.settle(entry.take.id)
        alone = TakeSync(entry.take.id, str(entry.folder), SyncState.LOCAL, problem=why)
        self._reports.tell(alone, self._clock.monotonic())

    def _tell(self, changed: list[str], now: float) -> None:
        due = [take for take, at in self._later.items() if at <= now]
        for take in {*changed, *due}:
            self._later.pop(take, None)
            if take not in self._core.takes:
                continue
            core = self._core.takes[take]
            hold = self._core.link_problem if self._core.signed_out and core.phase is not TakePhase.DONE else None
            again = self._reports.tell(report(core, self._local.entries[take], hold), now)
            if again is not None:
                self._later[take] = again

    def _let_go(self, changed: list[str]) -> None:
        """Drop the takes that are safe: nothing about them changes any more."""
        for take in changed:
            if self._core.takes[take].phase is TakePhase.DONE:
                log.info("safe on the server: %s", self._folders[take].name)
                self._core.forget(take)
                self._local.settle(take)
                del self._folders[take]
                self._later.pop(take, None)

    def _waiting(self) -> int:
        if self._core.signed_out:
            return 0
        return sum(take.state is not SyncState.NEEDS_YOU for take in self._core.takes.values())

    def _tell_link(self) -> None:
        core = self._core
        url, embedded = self._place.known_url(), self._place.joined is None
        self._reports.tell_link(
            Link(core.online, url, embedded, core.paused, self._cap, self._waiting(), core.link_problem)
        )

    def _leave_when_done(self, now: float) -> float:
        """End when it is time to; return when to look again."""
        fresh = {name for name, entry in self._local.entries.items() if entry.fresh(now)}
        wake = self._orphan.stays_until(self._core, fresh, now)
        if wake is None:
            log.info("nothing is left to do, and nobody is here")
            self._ending = True
        return now if wake is None else wake
