"""The protocol core: everything that is on its way to the server, without I/O and with the time passed in.

``handle`` takes in what happened, ``effects`` says what to do about it. Both are called from one thread, and
both are pure apart from the state of this object: the same events at the same times with the same ``Random``
lead to the same requests, so that a simulated failure can be replayed.
"""

from __future__ import annotations

from random import Random
from typing import Final

from roomtone.foundation.errors import Problem, unexpected
from roomtone.upload import core_problems
from roomtone.upload.core_events import (
    Answered,
    Capped,
    Effects,
    Event,
    Failed,
    Failure,
    LocalTake,
    NewToken,
    Paused,
    Reached,
    Request,
    RetryNow,
    TakeGrew,
    TakeRecord,
    TakeSealed,
)
from roomtone.upload.core_line import Line
from roomtone.upload.core_take import TakeCore
from roomtone.upload.core_take_answers import answered, failed, released
from roomtone.upload.states import TakePhase

MAX_FLIGHTS: Final = 6
# Takes that are not being recorded share these, so that a full queue never delays a live one.
MAX_BULK_FLIGHTS: Final = 3
# What a server says about a token for one request is true for all of them.
_UNAUTHORIZED: Final = 401


class Core:
    """All takes that are on their way. Takes that are done leave by ``forget``."""

    def __init__(self, random: Random) -> None:
        self._line = Line(random)
        self._takes: dict[str, TakeCore] = {}
        self._order: list[TakeCore] = []
        self._flights: dict[int, Request] = {}
        self._bulk: set[int] = set()
        self._recorded: dict[str, TakeRecord] = {}
        self._touched: set[str] = set()
        self._offline = self._line.backoff()
        # What is said about a token that was replaced meanwhile says nothing about the new one.
        self._old_token_until = 0
        self.link_problem: Problem | None = None
        self.paused = False
        self.online: bool | None = None

    # What is known

    @property
    def takes(self) -> dict[str, TakeCore]:
        """The takes by their ids."""
        return self._takes

    @property
    def signed_out(self) -> bool:
        """Whether nothing is sent until there is another token."""
        return self.link_problem is core_problems.SIGNED_OUT

    def add(self, take: LocalTake, record: TakeRecord | None) -> None:
        """Take on a take, with what was remembered of it. One that is here already is left alone."""
        if take.id in self._takes:
            return
        core = TakeCore(take, record, self._line)
        self._takes[take.id] = core
        self._recorded[take.id] = record or TakeRecord(take.id)
        self._order = sorted(self._takes.values(), key=lambda t: (t.local.started, t.local.id), reverse=True)
        self._touched.add(take.id)

    def forget(self, take: str) -> None:
        """Drop a take; answers to its requests count for nothing."""
        core = self._takes.pop(take)
        for request in list(core.flights()):
            self._flights.pop(request.id, None)
        self._recorded.pop(take)
        self._touched.discard(take)
        self._order.remove(core)

    def give_up(self, event: Event) -> None:
        """Handling ``event`` met a bug: whatever take it is about needs a person, and the others go on."""
        request = self._flights.get(event.request) if isinstance(event, (Answered, Failed)) else None
        name = event.take if isinstance(event, (TakeGrew, TakeSealed)) else request.take if request else ""
        if name in self._takes:
            self._takes[name].stop(unexpected("sending a take").problem)
            self._drop_grounded(self._takes[name])
            self._touched.add(name)

    # In

    def handle(self, event: Event, now: float) -> None:
        """Take in an event. Answers to requests that nobody waits for any more change nothing."""
        match event:
            case TakeGrew():
                self._takes[event.take].grew(event.tracks)
                self._touched.add(event.take)
            case TakeSealed():
                self._takes[event.take].sealed(event.tracks, event.manifest)
                self._touched.add(event.take)
            case Answered():
                self._answered(event, now)
            case Failed():
                self._failed(event, now)
            case Paused():
                self.paused = event.on
            case Capped():
                self._line.budget.set_cap(event.bytes_per_second, now)
            case NewToken():
                self._old_token_until = max(self._flights, default=0)
                self._again()
            case RetryNow():
                self._again()
            case Reached():
                self._reached()

    def _answered(self, event: Answered, now: float) -> None:
        request = self._flights.get(event.request)
        if request is None:
            return
        take = self._takes[request.take]
        self._touched.add(request.take)
        if event.answer.status == _UNAUTHORIZED:
            del self._flights[request.id]
            released(take, request)
            if request.id > self._old_token_until:
                self._set_link_problem(core_problems.SIGNED_OUT)
            return
        self._reached()
        answered(take, self._line, request, event.answer, event.seconds, now)
        self._drop_grounded(take)

    def _failed(self, event: Failed, now: float) -> None:
        request = self._flights.pop(event.request, None)
        if request is None:
            return
        self._touched.add(request.take)
        if event.why in core_problems.LINK_PROBLEMS:
            if self._offline.ready(now):
                # Requests that failed together are one failure of the line.
                self._offline.fail(now)
            self.online = False
            self._set_link_problem(core_problems.LINK_PROBLEMS[event.why])
        failed(self._takes[request.take], request, event.why, event.detail, now)

    def _reached(self) -> None:
        self._offline.succeed()
        self.online = True
        if not self.signed_out:
            self._set_link_problem(None)

    def _again(self) -> None:
        """Everything is tried at once, with whatever token there is now."""
        self._set_link_problem(None)
        self._offline.hurry()
        for take in self._takes.values():
            take.retry()
            self._drop_grounded(take)
        self._touched.update(self._takes)

    def _set_link_problem(self, problem: Problem | None) -> None:
        if problem is not self.link_problem:
            self.link_problem = problem
            self._touched.update(self._takes)

    def _drop_grounded(self, take: TakeCore) -> None:
        """Forget requests that the take does not wait for any more."""
        awaited = {request.id for request in take.flights()}
        for number in [n for n, r in self._flights.items() if r.take == take.local.id and n not in awaited]:
            del self._flights[number]

    # Out

    def effects(self, now: float) -> Effects:
        """Return what to do now."""
        effects = Effects()
        self._time_out(now)
        wakes = [request.deadline for request in self._flights.values()]
        if not self.paused and not self.signed_out:
            wakes += self._launch(now, effects)
        for name in sorted(self._touched):
            effects.changed.append(name)
            record = self._takes[name].record
            if record != self._recorded[name]:
                self._recorded[name] = record
                effects.persist.append(record)
        self._touched.clear()
        effects.wake_at = min(wakes, default=None)
        return effects

    def _time_out(self, now: float) -> None:
        for request in [r for r in self._flights.values() if r.deadline <= now]:
            self._failed(Failed(request.id, Failure.TIMEOUT), now)

    def _launch(self, now: float, effects: Effects) -> list[float]:
        """Send what may be sent, the newest take first; return the times at which more may be."""
        if self.online is False:
            # One request finds out whether the server is back; the others wait for what it finds.
            if self._flights:
                return []
            if not self._offline.ready(now):
                return [self._offline.not_before]
        wakes: list[float] = []
        lagging = False
        newest = next((take for take in self._order if take.phase is not TakePhase.DONE), None)
        for take in self._order:
            bulk = not take.live and take is not newest
            if take.phase is TakePhase.DONE or (bulk and lagging):
                continue
            lanes = take.lanes(now)
            while self._room(bulk=bulk) and (made := next(lanes, None)) is not None:
                if isinstance(made, float):
                    wakes.append(made)
                    continue
                self._flights[made.id] = made
                self._bulk.update([made.id] if bulk else [])
                effects.send.append(made)
                self._touched.add(take.local.id)
            lagging = lagging or take.lagging
        return wakes

    def _room(self, *, bulk: bool) -> bool:
        """Return whether one more request may be sent."""
        if len(self._flights) >= (1 if self.online is False else MAX_FLIGHTS):
            return False
        self._bulk &= self._flights.keys()
        return not bulk or len(self._bulk) < MAX_BULK_FLIGHTS
