"""The simulated way to the server: what is lost, late, repeated, damaged or cut off."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from roomtone.upload import core_events as ev

if TYPE_CHECKING:
    from tests.upload.simulator import Simulation

_MISHAPS = ("unreachable", "lost-request", "lost-answer", "late", "twice", "damaged", "cut")


class Network:
    """Carries requests of a simulation. Nothing of it outlives the life of the client that sent the request."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation

    def send(self, request: ev.Request) -> None:
        """Carry a request, well or badly."""
        sim = self._sim
        body, checksum = self._body(request)
        part = f"{request.range.offset}+{request.range.size}" if request.range else ""
        sim.say(f"> {request.id} {request.method} {request.path} {part}")
        letter = _Letter(self._sim, request, body, checksum)
        if sim.bad():
            kind = sim.random.choice(_MISHAPS)
            sim.fault(kind)
            sim.tally.excused += request.size
            letter.misdeliver(kind)
        else:
            letter.deliver_after(letter.latency)

    def _body(self, request: ev.Request) -> tuple[bytes, bytes]:
        """Read what is sent from the disk as it is now."""
        if request.range is None:
            return request.body, b""
        take, track = self._sim.promises.find(request)
        data = track.sealed if take.is_sealed else track.data
        body = data[request.range.offset : request.range.offset + request.range.size]
        return body, hashlib.sha256(body).digest()


class _Letter:
    """One request on its way."""

    def __init__(self, sim: Simulation, request: ev.Request, body: bytes, checksum: bytes) -> None:
        self._sim = sim
        self._request = request
        self._body = body
        self._checksum = checksum
        self._token = sim.token
        self._life = sim.life
        self.latency = sim.random.uniform(0.001, 0.2)

    def deliver_after(self, seconds: float) -> None:
        self._sim.at(self._sim.now + seconds, self._deliver)

    def misdeliver(self, kind: str) -> None:
        late = self.latency + self._sim.random.choice([0.5, 30.0, 50.0, 90.0])
        if kind == "unreachable":
            self._fail_after(self.latency, ev.Failure.UNREACHABLE)
        elif kind == "late":
            self.deliver_after(late)
        elif kind == "twice":
            self.deliver_after(self.latency)
            self._sim.at(self._sim.now + late, self._arrive)
        elif kind == "damaged":
            if self._request.range and self._body:
                self._body = bytes([self._body[0] ^ 1]) + self._body[1:]
            self.deliver_after(self.latency)
        else:
            self._break(kind)
            self._fail_after(self.latency, ev.Failure.CUT)

    def _break(self, kind: str) -> None:
        """The connection breaks before the answer is there."""
        if kind == "cut" and self._request.range is not None:
            # A server may keep the bytes that arrived before.
            self._body = self._body[: self._sim.random.randrange(len(self._body) + 1)]
            self._checksum = hashlib.sha256(self._body).digest()
        if kind == "lost-answer" or (self._request.range is not None and kind == "cut"):
            self._sim.at(self._sim.now + self.latency / 2, self._arrive)

    def _arrive(self) -> ev.Answer:
        return self._sim.server.answer(self._request, self._body, self._checksum, self._token)

    def _deliver(self) -> None:
        sim, request = self._sim, self._request
        answer = self._arrive()
        sim.say(f"< {request.id} {answer.status} {answer.headers or ''}")
        if answer.status in (423, 429) or answer.status >= 500:
            sim.promises.check_patience(request, sim.life, sim.now)
        if request.range and answer.status != 204:
            sim.tally.excused += request.size
        if self._life != sim.life or sim.core is None:
            return
        awaited = any(flight.id == request.id for flight in sim.core.takes[request.take].flights())
        if awaited and request.purpose is ev.Purpose.SEND and answer.status == 204:
            sim.promises.acknowledge(request.path, int(answer.headers["upload-offset"]))
        sim.tell(ev.Answered(request.id, answer, self.latency))

    def _fail_after(self, seconds: float, why: ev.Failure) -> None:
        def fail() -> None:
            if self._life == self._sim.life:
                self._sim.say(f"< {self._request.id} {why}")
                self._sim.tell(ev.Failed(self._request.id, why))

        self._sim.at(self._sim.now + seconds, fail)
