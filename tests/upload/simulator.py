"""A deterministic world around the protocol core: disk, network, server, crashes, and a clock of its own.

Everything that happens follows from the seed. While the weather lasts, requests and answers are lost, late,
repeated and damaged, the client crashes and comes back with older records, the server forgets uploads, fills up,
restarts and changes its token. Then the weather ends, and everything has to become safe.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, Final

from roomtone.upload import core_events as ev
from roomtone.upload.core import Core
from roomtone.upload.states import SyncState
from tests.upload.promises import BrokenInvariantError, Promises, Tally
from tests.upload.simulated_disk import SimulatedTake, make_take
from tests.upload.simulated_network import Network
from tests.upload.simulated_server import SimulatedServer
from tests.upload.weather import WEATHER_SECONDS, Weather

PATIENCE_SECONDS: Final = 1500.0


class Simulation:
    """One run. ``run`` raises ``BrokenInvariantError`` when the core breaks a promise."""

    def __init__(
        self,
        seed: int,
        trace: Callable[[str], None] | None = None,
        make_core: Callable[[Random], Core] = Core,
    ) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.server = SimulatedServer()
        self.tally = Tally()
        self.token = 0
        self.life = 0
        self.core: Core | None = None
        self._trace = trace
        self._make_core = make_core
        self._heap: list[tuple[float, int, Callable[[], Any]]] = []
        self._numbers = 0
        self._wake_at: float | None = None
        self._records: dict[str, list[ev.TakeRecord]] = {}
        self._roughness = self.random.choice([0.0, 0.02, 0.1, 0.3])
        self._stormy = self._roughness > 0 and self.random.random() < 0.7
        self.takes = [make_take(self.random, n) for n in range(self.random.choice([1, 1, 2, 3]))]
        self.promises = Promises(self.takes, self.server, self.tally)
        self._network = Network(self)
        self._weather = Weather(self)

    def run(self) -> Tally:
        """Run to the end and return what it cost."""
        self.tally.files = sum(len(track.sealed) for take in self.takes for track in take.tracks)
        self._start_client()
        for take in self.takes:
            self._grow_later(take)
        if self._stormy:
            self._weather.later()
        self.at(WEATHER_SECONDS, self._weather.clear_up)
        while not self._finished():
            if not self._heap:
                raise BrokenInvariantError("nothing is left to happen, and not everything is safe")
            self.now, _, happen = heapq.heappop(self._heap)
            if self.now > WEATHER_SECONDS + PATIENCE_SECONDS:
                raise BrokenInvariantError(f"stuck: {self._describe()}")
            happen()
            self._step()
        self.promises.check_end()
        return self.tally

    # For the network and the weather

    def at(self, when: float, happen: Callable[[], Any]) -> None:
        """Let something happen at a time."""
        self._numbers += 1
        heapq.heappush(self._heap, (when, self._numbers, happen))

    def say(self, text: str) -> None:
        """Write a line into the trace."""
        if self._trace is not None:
            self._trace(f"{self.now:9.3f} {text}")

    def bad(self) -> bool:
        """Return whether something goes wrong now."""
        return self.now < WEATHER_SECONDS and self.random.random() < self._roughness

    def fault(self, kind: str) -> None:
        """Count something that goes wrong."""
        self.tally.faults += 1
        self.tally.kinds[kind] += 1
        self.say(f"! {kind}")

    def tell(self, event: ev.Event) -> None:
        """Tell the client, if it runs."""
        if self.core is not None:
            self.core.handle(event, self.now)

    def join_again(self) -> None:
        """The person gets another token."""
        self.token = self.server.token
        self.tell(ev.NewToken())

    def crash(self) -> None:
        """The client ends without a word, and starts again later."""
        self.fault("crash")
        self.tally.crashes += 1
        if self.core is not None:
            for take in self.core.takes.values():
                self.tally.excused += sum(request.size for request in take.flights())
        self.core = None
        self.at(self.now + self.random.uniform(0.1, 5.0), self._start_client)

    # The disk

    def _grow_later(self, take: SimulatedTake) -> None:
        when = take.begins
        while when < take.ends:
            part = (when - take.begins) / (take.ends - take.begins)
            self.at(when, partial(self._grow, take, part))
            when += 0.2
        self.at(take.ends, partial(self._grow, take, 1.0))
        self.at(take.ends + self.random.uniform(0.0, 0.3), partial(self._seal, take))

    def _grow(self, take: SimulatedTake, part: float) -> None:
        for track in take.tracks:
            track.grown = max(track.grown, int(len(track.data) * part))
        self._introduce(take)

    def _seal(self, take: SimulatedTake) -> None:
        take.is_sealed = True
        self.say(f"sealed {take.about.id[:8]}")
        self._introduce(take)

    # The client

    def _start_client(self) -> None:
        self.life += 1
        self.core = self._make_core(Random(self.random.getrandbits(64)))
        self.promises.begin_life()
        self._wake_at = None
        for take in self.takes:
            if take.begins <= self.now:
                self._introduce(take)

    def _introduce(self, take: SimulatedTake) -> None:
        """Tell the core how the take stands on the disk."""
        if self.core is None:
            return
        if take.about.id not in self.core.takes:
            records = self._records.get(take.about.id, [])
            # A crash may bring back any record that was ever written.
            record = (self.random.choice(records) if self.bad() else records[-1]) if records else None
            self.core.add(take.about, record)
        if take.is_sealed:
            self.tell(ev.TakeSealed(take.about.id, take.finals(), {"title": take.about.title}))
        else:
            grown = {t.name: ev.Grown(t.grown, t.grown == len(t.data)) for t in take.tracks}
            self.tell(ev.TakeGrew(take.about.id, grown))

    def _step(self) -> None:
        """Let the core act, and look at what it says."""
        if self.core is None:
            return
        effects = self.core.effects(self.now)
        for record in effects.persist:
            self._records.setdefault(record.take, []).append(record)
        for request in effects.send:
            self.promises.check_request(request, self.now)
            self._network.send(request)
        for name in effects.changed:
            if self.promises.check_claims(self.core.takes[name]):
                self.say(f"{name[:8]} is {self.core.takes[name].state}")
        if effects.wake_at is not None and effects.wake_at != self._wake_at:
            self._wake_at = effects.wake_at
            self.at(max(effects.wake_at, self.now), lambda: None)

    def _finished(self) -> bool:
        return (
            self.core is not None
            and len(self.core.takes) == len(self.takes)
            and all(take.is_sealed for take in self.takes)
            and all(take.state is SyncState.SAFE for take in self.core.takes.values())
        )

    def _describe(self) -> str:
        if self.core is None:
            return "the client is down"
        return "; ".join(
            f"{name[:8]} {take.phase} {take.state} {take.trouble and take.trouble.code} "
            f"{[(t.local.name, str(t.phase), t.offset, t.total) for t in take.tracks.values()]}"
            for name, take in self.core.takes.items()
        )
