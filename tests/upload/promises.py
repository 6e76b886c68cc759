"""What the core must never do, and what a run costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from roomtone.upload import core_events as ev
from roomtone.upload.core_take import TakeCore
from roomtone.upload.states import SyncState
from roomtone.wire.digest import digest_of
from tests.upload.simulated_disk import SimulatedTake, SimulatedTrack
from tests.upload.simulated_server import SimulatedServer

# More requests than these within a second would be a hot loop, whatever the weather.
MAX_PER_SECOND: Final = 150
# A server that has trouble is spared: no more than this from one track within ten seconds.
MAX_REFUSALS: Final = 15


class BrokenInvariantError(AssertionError):
    """The core did what it must never do."""


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


class Promises:
    """Watches a run. Its methods raise ``BrokenInvariantError``."""

    def __init__(self, takes: list[SimulatedTake], server: SimulatedServer, tally: Tally) -> None:
        self._takes = {take.about.id: take for take in takes}
        self._server = server
        self._tally = tally
        self._recent: list[float] = []
        self._refusals: dict[tuple[str, str, int], list[float]] = {}
        self._acknowledged: dict[str, int] = {}
        self._states: dict[str, SyncState] = {}

    def begin_life(self) -> None:
        """The client starts again and knows only its records."""
        self._acknowledged = {}
        self._states = {}

    def find(self, request: ev.Request) -> tuple[SimulatedTake, SimulatedTrack]:
        """Return what a request with a body from the disk is about."""
        take = self._takes[request.take]
        return take, next(track for track in take.tracks if track.name == request.track)

    def acknowledge(self, path: str, offset: int) -> None:
        """The client was told that so many bytes are safe."""
        self._acknowledged[path] = max(self._acknowledged.get(path, 0), offset)

    def excuse(self, path: str) -> None:
        """The server has lost an upload."""
        self._acknowledged.pop(path, None)

    def check_request(self, request: ev.Request, now: float) -> None:
        """A request is sent."""
        self._tally.requests += 1
        self._recent = [at for at in self._recent if at > now - 1.0]
        self._recent.append(now)
        if len(self._recent) > MAX_PER_SECOND:
            raise BrokenInvariantError(f"{len(self._recent)} requests within a second")
        if request.range is None:
            return
        self._tally.sent += request.size
        if request.range.offset < self._acknowledged.get(request.path, 0):
            raise BrokenInvariantError(f"sends from {request.range.offset}, below what was acknowledged")
        take, track = self.find(request)
        if request.range.offset + request.range.size > (len(track.sealed) if take.is_sealed else track.grown):
            raise BrokenInvariantError("sends bytes that are not synced on this computer")

    def check_patience(self, request: ev.Request, life: int, now: float) -> None:
        """A server in trouble refused a request."""
        times = self._refusals.setdefault((request.take, request.track, life), [])
        times.append(now)
        if len([at for at in times if at > now - 10.0]) > MAX_REFUSALS:
            raise BrokenInvariantError("a server in trouble is not left alone")

    def check_claims(self, core: TakeCore) -> bool:
        """Look at what the core says about a take, as a window would; return whether that is new."""
        name = core.local.id
        take = self._takes[name]
        for track in take.tracks:
            if core.tracks[track.name].state is SyncState.SAFE:
                held = self._server.digest(name, track.name)
                if not take.is_sealed or held != digest_of(track.sealed):
                    raise BrokenInvariantError(f"{track.name} of {name[:8]} is called safe and is not")
        before, state = self._states.get(name), core.state
        if before is SyncState.SAFE and state is not SyncState.SAFE:
            raise BrokenInvariantError("a safe take stopped being safe")
        if state is SyncState.SAFE and name not in self._server.sealed_takes:
            raise BrokenInvariantError(f"{name[:8]} is called safe before it is sealed")
        self._states[name] = state
        return before is not state

    def check_end(self) -> None:
        """Everything is safe: is it what was recorded, and what did it cost?"""
        for take in self._takes.values():
            for track in take.tracks:
                if self._server.sealed.get((take.about.id, track.name)) != track.sealed:
                    raise BrokenInvariantError(f"{track.name} of {take.about.id[:8]} is not what was recorded")
        tally = self._tally
        tracks = sum(len(take.tracks) for take in self._takes.values())
        allowed = 1.2 * tally.files + tally.excused if tally.faults else tally.files
        if tally.sent > allowed:
            raise BrokenInvariantError(f"sent {tally.sent} bytes of {tally.files}, {tally.excused} of them excused")
        most = 8 * len(self._takes) + tracks * (10 + 4 * 16) + 12 * tally.faults + 40 * tally.crashes
        if tally.requests > most:
            raise BrokenInvariantError(f"{tally.requests} requests where {most} should do ({tally.kinds})")
