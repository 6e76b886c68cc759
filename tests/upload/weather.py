"""The weather: everything that goes wrong at random moments, beside what goes wrong with single requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roomtone.upload import core_events as ev
from roomtone.upload.states import SyncState
from tests.upload.promises import BrokenInvariantError
from tests.upload.simulated_disk import HEADER

if TYPE_CHECKING:
    from tests.upload.simulator import Simulation

WEATHER_SECONDS: Final = 60.0


class Weather:
    """Strikes a simulation now and then, until the weather ends."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation

    def later(self) -> None:
        """Strike again in a while."""
        when = self._sim.now + self._sim.random.uniform(1.0, 12.0)
        if when < WEATHER_SECONDS:
            self._sim.at(when, self._strike)

    def _strike(self) -> None:
        kinds = ["crash", "token", "full", "busy", "forget", "rot", "small", "amnesia", "pause", "cap"]
        kind = self._sim.random.choice(kinds)
        until = self._sim.now + self._sim.random.uniform(0.5, 10.0)
        core, server = self._sim.core, self._sim.server
        if kind == "crash" and core is not None:
            self._sim.crash()
        elif kind == "token":
            self._sim.fault(kind)
            server.token += 1
            self._sim.at(until, self._sim.join_again)
        elif kind == "full":
            self._sim.fault(kind)
            server.full = True
            self._sim.at(until, lambda: setattr(server, "full", False))
        elif kind == "busy":
            self._sim.fault(kind)
            server.busy = self._sim.random.choice([(503, 0), (503, 2), (429, 5), (423, 1), (500, 0), (502, 0)])
            self._sim.at(until, lambda: setattr(server, "busy", None))
        elif kind in ("forget", "rot") and server.uploads:
            self._hurt_upload(kind)
        elif kind == "small":
            self._sim.fault(kind)
            server.body_limit = 20_000
        elif kind == "amnesia" and server.takes:
            self._forget_take()
        elif kind == "pause" and core is not None:
            core.handle(ev.Paused(on=True), self._sim.now)
            self._sim.at(until, lambda: self._sim.tell(ev.Paused(on=False)))
        elif kind == "cap":
            self._sim.tell(ev.Capped(self._sim.random.choice([0, 20_000, 200_000])))
        self.later()

    def _hurt_upload(self, kind: str) -> None:
        self._sim.fault(kind)
        path = self._sim.random.choice(sorted(self._sim.server.uploads))
        upload = self._sim.server.uploads[path]
        if kind == "forget":
            self._sim.tally.excused += len(upload.data)
            del self._sim.server.uploads[path]
            self._sim.promises.excuse(path)
        elif len(upload.data) > HEADER:
            # Nobody notices before the track is sealed; then all of it goes again.
            take = next(t for t in self._sim.takes if t.about.id == upload.take)
            self._sim.tally.excused += next(len(t.sealed) for t in take.tracks if t.name == upload.track)
            upload.data[self._sim.random.randrange(HEADER, len(upload.data))] ^= 1

    def _forget_take(self) -> None:
        """The server is put back to before it knew an unsealed take."""
        take = self._sim.random.choice(sorted(self._sim.server.takes))
        if take in self._sim.server.sealed_takes or any(key[0] == take for key in self._sim.server.sealed):
            return
        self._sim.fault("amnesia")
        del self._sim.server.takes[take]
        for path in [p for p, u in self._sim.server.uploads.items() if u.take == take]:
            self._sim.tally.excused += len(self._sim.server.uploads.pop(path).data)
            self._sim.promises.excuse(path)

    def clear_up(self) -> None:
        """The faults stop, and a person who is asked for something does it."""
        self._sim.say("the weather is over")
        self._sim.server.full = False
        self._sim.server.busy = None
        self._sim.join_again()
        self._sim.at(self._sim.now + 100.0, self._mend)

    def _mend(self) -> None:
        """A person answers what needs one, once; only digests that differ three times may still ask then."""
        if self._sim.core is not None:
            for name, take in sorted(self._sim.core.takes.items()):
                if take.state is SyncState.NEEDS_YOU and take.trouble is not None:
                    self._sim.say(f"{name[:8]} needs you: {take.trouble.code}")
                    if take.trouble.code != "digest-mismatch":
                        raise BrokenInvariantError(f"asks for a person without need: {take.trouble}")
        self._sim.tell(ev.RetryNow())
