"""A deterministic world around the protocol core: disk, network, server, crashes, and a clock of its own.

Everything that happens follows from the seed. While the weather lasts, requests and answers are lost, late,
repeated and damaged, the client crashes and comes back with older records, the server forgets uploads, fills up,
restarts and changes its token. Then the weather ends, and everything has to become safe.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

from roomtone.upload import core_events as ev
from roomtone.upload.core import Core
from roomtone.upload.states import SyncState
from roomtone.wire.digest import digest_of
from tests.upload.simulated_server import SimulatedServer

WEATHER_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 1500.0
HEADER: Final = 42
# More requests than these within a second would be a hot loop, whatever the weather.
MAX_PER_SECOND: Final = 150
# A server that has trouble is spared: no more than this from one track within ten seconds.
MAX_REFUSALS: Final = 15


class BrokenInvariantError(AssertionError):
    """The core did what it must never do."""


@dataclass
class SimulatedTrack:
    """A file that grows; ``data`` is what it becomes while it grows, ``sealed`` its last form."""

    name: str
    data: bytes
    sealed: bytes
    grown: int = 0


@dataclass
class SimulatedTake:
    """A take on the simulated disk."""

    about: ev.LocalTake
    begins: float
    ends: float
    tracks: list[SimulatedTrack]
    is_sealed: bool = False

    def finals(self) -> dict[str, ev.FinalTrack]:
        return {
            t.name: ev.FinalTrack(len(t.sealed), digest_of(t.sealed), ((0, t.sealed[:HEADER]),)) for t in self.tracks
        }


@dataclass
class Tally:
    """What a run cost. ``excused`` bytes were lost to the weather and had to be sent again."""

    requests: int = 0
    sent: int = 0
    excused: int = 0
    faults: int = 0
    files: int = 0
    crashes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


class Simulation:
    """One run. ``run`` raises ``BrokenInvariantError`` when the core breaks a promise."""

    def __init__(
        self,
        seed: int,
        trace: Callable[[str], None] | None = None,
        make_core: Callable[[Random], Core] = Core,
    ) -> None:
        self.random = Random(seed)
        self._trace = trace
        self._make_core = make_core
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = 0
        self.server = SimulatedServer()
        self.tally = Tally()
        self._token = 0
        self._life = 0
        self._wake_at: float | None = None
        self._core: Core | None = None
        self._records: dict[str, list[ev.TakeRecord]] = {}
        self._acknowledged: dict[str, int] = {}
        self._states: dict[str, SyncState] = {}
        self._recent: list[float] = []
        self._refusals: dict[tuple[str, str, int], list[float]] = {}
        self.roughness = self.random.choice([0.0, 0.02, 0.1, 0.3])
        self._stormy = self.roughness > 0 and self.random.random() < 0.7
        self.takes = [self._make_take(n) for n in range(self.random.choice([1, 1, 2, 3]))]

    # The world

    def _make_take(self, number: int) -> SimulatedTake:
        rng = self.random
        begins = rng.uniform(0.0, 20.0)
        tracks = []
        for n in range(rng.choice([1, 1, 2, 3])):
            size = rng.choice([0, HEADER, 3_000, 30_000, 150_000]) + rng.randrange(HEADER, 2_000)
            data = rng.randbytes(size)
            tracks.append(SimulatedTrack(f"mic-{n + 1}.flac", data, rng.randbytes(HEADER) + data[HEADER:]))
        about = ev.LocalTake(
            id=f"{rng.getrandbits(128):032x}",
            project=f"{1:032x}",
            project_title="Song",
            title=f"Song – take {number}",
            part="",
            person="",
            started=f"2026-01-01T00:00:{int(begins):02}Z",
            tracks=tuple(ev.LocalTrack(t.name, "audio/flac") for t in tracks),
        )
        return SimulatedTake(about, begins, begins + rng.uniform(0.3, 15.0), tracks)

    def run(self) -> Tally:
        """Run to the end and return what it cost."""
        self.tally.files = sum(len(t.sealed) for take in self.takes for t in take.tracks)
        self._start_client()
        for take in self.takes:
            self._grow_later(take)
        if self._stormy:
            self._weather_later()
        self._at(WEATHER_SECONDS, self._clear_up)
        while not self._finished():
            if not self._heap:
                raise BrokenInvariantError("nothing is left to happen, and not everything is safe")
            self.now, _, happen = heapq.heappop(self._heap)
            if self.now > WEATHER_SECONDS + PATIENCE_SECONDS:
                raise BrokenInvariantError(f"stuck: {self._describe()}")
            happen()
            self._step()
        self._check_end()
        return self.tally

    def _at(self, when: float, happen: Callable[[], None]) -> None:
        self._numbers += 1
        heapq.heappush(self._heap, (when, self._numbers, happen))

    def _say(self, text: str) -> None:
        if self._trace is not None:
            self._trace(f"{self.now:9.3f} {text}")

    def _bad(self) -> bool:
        """Return whether something goes wrong now."""
        return self.now < WEATHER_SECONDS and self.random.random() < self.roughness

    def _fault(self, kind: str) -> None:
        self.tally.faults += 1
        self.tally.kinds[kind] += 1
        self._say(f"! {kind}")

    # The disk

    def _grow_later(self, take: SimulatedTake) -> None:
        when = take.begins
        while when < take.ends:
            part = (when - take.begins) / (take.ends - take.begins)
            self._at(when, partial(self._grow, take, part))
            when += 0.2
        self._at(take.ends, lambda: self._grow(take, 1.0))
        self._at(take.ends + self.random.uniform(0.0, 0.3), lambda: self._seal(take))

    def _grow(self, take: SimulatedTake, part: float) -> None:
        for track in take.tracks:
            track.grown = max(track.grown, int(len(track.data) * part))
        if self._core is not None:
            self._introduce(take)

    def _seal(self, take: SimulatedTake) -> None:
        take.is_sealed = True
        self._say(f"sealed {take.about.id[:8]}")
        if self._core is not None:
            self._introduce(take)

    # The client

    def _start_client(self) -> None:
        self._life += 1
        self._core = self._make_core(Random(self.random.getrandbits(64)))
        self._acknowledged = {}
        self._states = {}
        self._wake_at = None
        for take in self.takes:
            if take.begins <= self.now:
                self._introduce(take)

    def _introduce(self, take: SimulatedTake) -> None:
        """Tell the core how the take stands on the disk."""
        assert self._core is not None
        if take.about.id not in self._core.takes:
            records = self._records.get(take.about.id, [])
            record = None
            if records:
                # A crash may bring back any record that was ever written.
                record = self.random.choice(records) if self._bad() else records[-1]
            self._core.add(take.about, record)
        if take.is_sealed:
            event: ev.Event = ev.TakeSealed(take.about.id, take.finals(), {"title": take.about.title})
        else:
            grown = {t.name: ev.Grown(t.grown, t.grown == len(t.data)) for t in take.tracks}
            event = ev.TakeGrew(take.about.id, grown)
        self._core.handle(event, self.now)

    def _crash(self) -> None:
        self._fault("crash")
        self.tally.crashes += 1
        assert self._core is not None
        for take in self._core.takes.values():
            self.tally.excused += sum(request.size for request in take.flights())
        self._core = None
        self._at(self.now + self.random.uniform(0.1, 5.0), self._start_client)

    def _step(self) -> None:
        """Let the core act, and look at what it says."""
        core = self._core
        if core is None:
            return
        effects = core.effects(self.now)
        for record in effects.persist:
            self._records.setdefault(record.take, []).append(record)
        for request in effects.send:
            self._send(request)
        for name in effects.changed:
            self._check_claims(name)
        if effects.wake_at is not None and effects.wake_at != self._wake_at:
            self._wake_at = effects.wake_at
            self._at(max(effects.wake_at, self.now), lambda: None)

    # The network

    def _send(self, request: ev.Request) -> None:
        self._check_request(request)
        body, checksum = self._body(request)
        self._say(f"> {request.id} {request.method} {request.path} {_range(request)}")
        token, life = self._token, self._life
        latency = self.random.uniform(0.001, 0.2)
        if self._bad():
            kind = self.random.choice(["unreachable", "lost-request", "lost-answer", "late", "twice", "damaged", "cut"])
            self._fault(kind)
            self.tally.excused += request.size
            self._misdeliver(kind, request, body, checksum, token, life, latency)
            return
        self._at(self.now + latency, lambda: self._deliver(request, body, checksum, token, life, latency))

    def _misdeliver(
        self, kind: str, request: ev.Request, body: bytes, checksum: bytes, token: int, life: int, latency: float
    ) -> None:
        def arrive() -> None:
            self.server.answer(request, body, checksum, token)

        def deliver() -> None:
            self._deliver(request, body, checksum, token, life, latency)

        late = self.now + latency + self.random.choice([0.5, 30.0, 50.0, 90.0])
        match kind:
            case "unreachable":
                self._at(self.now + latency, lambda: self._fail(request, ev.Failure.UNREACHABLE, life))
            case "lost-request":
                self._at(self.now + latency, lambda: self._fail(request, ev.Failure.CUT, life))
            case "lost-answer":
                self._at(self.now + latency / 2, arrive)
                self._at(self.now + latency, lambda: self._fail(request, ev.Failure.CUT, life))
            case "late":
                self._at(late, deliver)
            case "twice":
                self._at(self.now + latency, deliver)
                self._at(late, arrive)
            case "damaged":
                body = bytes([body[0] ^ 1]) + body[1:] if request.range and body else body
                self._at(self.now + latency, lambda: self._deliver(request, body, checksum, token, life, latency))
            case "cut":
                # A server may keep the bytes that arrived before the connection broke.
                kept = body[: self.random.randrange(len(body) + 1)] if request.range else body
                shortened = hashlib.sha256(kept).digest()
                self._at(self.now + latency / 2, lambda: self._keep(request, kept, shortened, token))
                self._at(self.now + latency, lambda: self._fail(request, ev.Failure.CUT, life))

    def _keep(self, request: ev.Request, kept: bytes, checksum: bytes, token: int) -> None:
        if request.range is not None:
            self.server.answer(request, kept, checksum, token)

    def _body(self, request: ev.Request) -> tuple[bytes, bytes]:
        """Read what is sent from the disk as it is now."""
        if request.range is None:
            return request.body, b""
        take = next(t for t in self.takes if t.about.id == request.take)
        track = next(t for t in take.tracks if t.name == request.track)
        data = track.sealed if take.is_sealed else track.data
        body = data[request.range.offset : request.range.offset + request.range.size]
        return body, hashlib.sha256(body).digest()

    def _deliver(
        self, request: ev.Request, body: bytes, checksum: bytes, token: int, life: int, seconds: float
    ) -> None:
        answer = self.server.answer(request, body, checksum, token)
        self._say(f"< {request.id} {answer.status} {answer.headers or ''}")
        if answer.status in (423, 429) or answer.status >= 500:
            self._check_patience(request)
        if request.range and answer.status != 204:
            self.tally.excused += request.size
        if life != self._life or self._core is None:
            return
        if request.purpose is ev.Purpose.SEND and answer.status == 204:
            until = int(answer.headers["upload-offset"])
            if any(r.id == request.id for r in self._core.takes[request.take].flights()):
                self._acknowledged[request.path] = max(self._acknowledged.get(request.path, 0), until)
        self._core.handle(ev.Answered(request.id, answer, seconds), self.now)

    def _fail(self, request: ev.Request, why: ev.Failure, life: int) -> None:
        if life == self._life and self._core is not None:
            self._say(f"< {request.id} {why}")
            self._core.handle(ev.Failed(request.id, why), self.now)

    # The weather

    def _weather_later(self) -> None:
        when = self.now + self.random.uniform(1.0, 12.0)
        if when < WEATHER_SECONDS:
            self._at(when, self._weather)

    def _weather(self) -> None:
        kinds = ["crash", "token", "full", "busy", "forget", "rot", "small", "amnesia", "pause", "cap"]
        kind = self.random.choice(kinds)
        until = self.now + self.random.uniform(0.5, 10.0)
        core, server = self._core, self.server
        if kind == "crash" and core is not None:
            self._crash()
        elif kind == "token":
            self._fault(kind)
            server.token += 1
            self._at(until, self._join_again)
        elif kind == "full":
            self._fault(kind)
            server.full = True
            self._at(until, lambda: setattr(server, "full", False))
        elif kind == "busy":
            self._fault(kind)
            server.busy = self.random.choice([(503, 0), (503, 2), (429, 5), (423, 1), (500, 0), (502, 0)])
            self._at(until, lambda: setattr(server, "busy", None))
        elif kind in ("forget", "rot") and server.uploads:
            self._hurt_upload(kind)
        elif kind == "small":
            self._fault(kind)
            server.body_limit = 20_000
        elif kind == "amnesia" and server.takes:
            self._forget_take()
        elif kind == "pause" and core is not None:
            core.handle(ev.Paused(on=True), self.now)
            self._at(until, lambda: self._tell(ev.Paused(on=False)))
        elif kind == "cap":
            self._tell(ev.Capped(self.random.choice([0, 20_000, 200_000])))
        self._weather_later()

    def _hurt_upload(self, kind: str) -> None:
        self._fault(kind)
        path = self.random.choice(sorted(self.server.uploads))
        upload = self.server.uploads[path]
        if kind == "forget":
            self.tally.excused += len(upload.data)
            del self.server.uploads[path]
            self._acknowledged.pop(path, None)
        elif len(upload.data) > HEADER:
            # Nobody notices before the track is sealed; then all of it goes again.
            take = next(t for t in self.takes if t.about.id == upload.take)
            self.tally.excused += next(len(t.sealed) for t in take.tracks if t.name == upload.track)
            upload.data[self.random.randrange(HEADER, len(upload.data))] ^= 1

    def _forget_take(self) -> None:
        """The server is put back to before it knew an unsealed take."""
        take = self.random.choice(sorted(self.server.takes))
        if take in self.server.sealed_takes or any(key[0] == take for key in self.server.sealed):
            return
        self._fault("amnesia")
        del self.server.takes[take]
        for path in [p for p, u in self.server.uploads.items() if u.take == take]:
            self.tally.excused += len(self.server.uploads.pop(path).data)
            self._acknowledged.pop(path, None)

    def _join_again(self) -> None:
        self._token = self.server.token
        self._tell(ev.NewToken())

    def _tell(self, event: ev.Event) -> None:
        if self._core is not None:
            self._core.handle(event, self.now)

    def _clear_up(self) -> None:
        """The faults stop, and a person who is asked for something does it."""
        self._say("the weather is over")
        self.server.full = False
        self.server.busy = None
        self._join_again()
        self._at(self.now + 100.0, self._mend)

    def _mend(self) -> None:
        """A person answers what needs one, once; only digests that differ three times may still ask then."""
        if self._core is not None:
            for name, take in sorted(self._core.takes.items()):
                if take.state is SyncState.NEEDS_YOU and take.trouble is not None:
                    self._say(f"{name[:8]} needs you: {take.trouble.code}")
                    if take.trouble.code != "digest-mismatch":
                        raise BrokenInvariantError(f"asks for a person without need: {take.trouble}")
        self._tell(ev.RetryNow())

    # What must hold

    def _check_request(self, request: ev.Request) -> None:
        self.tally.requests += 1
        self._recent = [at for at in self._recent if at > self.now - 1.0]
        self._recent.append(self.now)
        if len(self._recent) > MAX_PER_SECOND:
            raise BrokenInvariantError(f"{len(self._recent)} requests within a second")
        if request.range is None:
            return
        self.tally.sent += request.size
        if request.range.offset < self._acknowledged.get(request.path, 0):
            raise BrokenInvariantError(
                f"{request.path}: sends from {request.range.offset}, below what was acknowledged"
            )
        take = next(t for t in self.takes if t.about.id == request.take)
        track = next(t for t in take.tracks if t.name == request.track)
        if request.range.offset + request.range.size > (len(track.sealed) if take.is_sealed else track.grown):
            raise BrokenInvariantError("sends bytes that are not synced on this computer")

    def _check_patience(self, request: ev.Request) -> None:
        times = self._refusals.setdefault((request.take, request.track, self._life), [])
        times.append(self.now)
        if len([at for at in times if at > self.now - 10.0]) > MAX_REFUSALS:
            raise BrokenInvariantError("a server in trouble is not left alone")

    def _check_claims(self, name: str) -> None:
        """Look at what the core says about a take, as a window would."""
        assert self._core is not None
        take = next(t for t in self.takes if t.about.id == name)
        core = self._core.takes[name]
        for track in take.tracks:
            if core.tracks[track.name].state is SyncState.SAFE:
                held = self.server.digest(name, track.name)
                if not take.is_sealed or held != digest_of(track.sealed):
                    raise BrokenInvariantError(f"{track.name} of {name[:8]} is called safe and is not")
        state = core.state
        if self._states.get(name) is not state:
            self._say(f"{name[:8]} is {state}")
        if self._states.get(name) is SyncState.SAFE and state is not SyncState.SAFE:
            raise BrokenInvariantError("a safe take stopped being safe")
        if state is SyncState.SAFE and name not in self.server.sealed_takes:
            raise BrokenInvariantError(f"{name[:8]} is called safe before it is sealed")
        self._states[name] = state

    def _finished(self) -> bool:
        core = self._core
        return (
            core is not None
            and len(core.takes) == len(self.takes)
            and all(t.is_sealed for t in self.takes)
            and all(take.state is SyncState.SAFE for take in core.takes.values())
        )

    def _check_end(self) -> None:
        for take in self.takes:
            for track in take.tracks:
                if self.server.sealed.get((take.about.id, track.name)) != track.sealed:
                    raise BrokenInvariantError(f"{track.name} of {take.about.id[:8]} is not what was recorded")
        tally = self.tally
        tracks = sum(len(t.tracks) for t in self.takes)
        allowed = 1.2 * tally.files + tally.excused
        if tally.faults == 0:
            allowed = tally.files
        if tally.sent > allowed:
            raise BrokenInvariantError(f"sent {tally.sent} bytes of {tally.files}, {tally.excused} of them excused")
        most = 8 * len(self.takes) + tracks * (10 + 4 * 16) + 12 * tally.faults + 40 * tally.crashes
        if tally.requests > most:
            raise BrokenInvariantError(f"{tally.requests} requests where {most} should do ({tally.kinds})")

    def _describe(self) -> str:
        if self._core is None:
            return "the client is down"
        return "; ".join(
            f"{name[:8]} {take.phase} {take.state} {take.trouble and take.trouble.code} "
            f"{[(t.local.name, str(t.phase), t.offset, t.total) for t in take.tracks.values()]}"
            for name, take in self._core.takes.items()
        )


def _range(request: ev.Request) -> str:
    return f"{request.range.offset}+{request.range.size}" if request.range else ""
