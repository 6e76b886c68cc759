"""A talk with the core by hand: what it asks is shown, what it is answered is chosen."""

from __future__ import annotations

from random import Random
from typing import Final

import msgspec

from roomtone.upload import core_events as ev
from roomtone.upload.core import Core
from roomtone.upload.core_take import TakeCore
from roomtone.wire import api
from roomtone.wire.digest import digest_of
from tests.upload.simulated_server import problem

TAKE: Final = "ab" * 16
PROJECT: Final = "cd" * 16
UPLOAD: Final = f"/api/uploads/{'ef' * 16}"
DATA: Final = bytes(range(256)) * 4000
TRACK: Final = "mic-1.flac"


def local_take(number: int = 0, tracks: tuple[str, ...] = (TRACK,)) -> ev.LocalTake:
    """Return a take; a larger number began later."""
    names = tuple(ev.LocalTrack(name, "audio/flac") for name in tracks)
    return ev.LocalTake(
        f"{number:02x}" + TAKE[2:], PROJECT, "Song", "Song – take 1", "", "Ana", f"2026-01-01T00:00:{number:02}Z", names
    )


class Conversation:
    """A core with one take of one track, and a clock that the test moves."""

    def __init__(self, record: ev.TakeRecord | None = None) -> None:
        self.core = Core(Random(0))
        self.about = local_take()
        self.now = 100.0
        self.core.add(self.about, record)
        self._sent: list[ev.Request] = []
        self.wake_at: float | None = None

    @property
    def take(self) -> TakeCore:
        return self.core.takes[self.about.id]

    def grow(self, size: int, *, ending: bool = False) -> None:
        self.tell(ev.TakeGrew(self.about.id, {TRACK: ev.Grown(size, ending)}))

    def seal(self, data: bytes = DATA) -> None:
        final = ev.FinalTrack(len(data), digest_of(data))
        self.tell(ev.TakeSealed(self.about.id, {TRACK: final}, {"title": "x"}))

    def tell(self, event: ev.Event) -> None:
        self.core.handle(event, self.now)

    def pump(self) -> None:
        """Let the core act now."""
        effects = self.core.effects(self.now)
        self._sent += effects.send
        self.wake_at = effects.wake_at

    def asked(self) -> ev.Request | None:
        """Return the next request that the core has for now, if any."""
        self.pump()
        return self._sent.pop(0) if self._sent else None

    def expect(self, purpose: ev.Purpose, patience: float = 120.0) -> ev.Request:
        """Return the next request, moving the clock to when the core wants to make it."""
        until = self.now + patience
        request = self.asked()
        while request is None and self.wake_at is not None and self.wake_at <= until:
            self.now = max(self.now, self.wake_at)
            request = self.asked()
        assert request is not None, f"no request, wake at {self.wake_at}, {self.take.phase} {self.take.trouble}"
        assert request.purpose is purpose
        return request

    def answer(
        self, request: ev.Request, status: int, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> None:
        self.tell(ev.Answered(request.id, ev.Answer(status, headers or {}, body), 0.01))

    def refuse(self, request: ev.Request, status: int, code: str, digest: str = "") -> None:
        self.tell(ev.Answered(request.id, problem(status, code, digest), 0.01))

    def offset(self, request: ev.Request, offset: int, status: int = 204) -> None:
        self.answer(request, status, {"upload-offset": str(offset)})

    def declare(self, digest: str = "", *, sealed: bool = False) -> None:
        """Let the server accept the take; with ``digest`` it has the track already."""
        request = self.expect(ev.Purpose.DECLARE)
        state = api.TrackState.SEALED if digest else api.TrackState.DECLARED
        self.answer(request, 200, {}, self.take_document([api.Track(TRACK, "audio/flac", state, 0, digest)], sealed))

    def take_document(self, tracks: list[api.Track], sealed: bool) -> bytes:
        take = self.about
        return msgspec.json.encode(api.Take(take.id, take.project, take.title, "", "", take.started, 1, sealed, tracks))

    def create(self) -> None:
        """Let the server make the upload."""
        request = self.expect(ev.Purpose.CREATE)
        self.answer(request, 201, {"location": UPLOAD, "upload-offset": "0"})

    def send_all(self) -> None:
        """Let the server take every byte."""
        while self.take.tracks[TRACK].offset < self.take.tracks[TRACK].total:
            request = self.expect(ev.Purpose.SEND)
            assert request.range is not None
            self.offset(request, request.range.offset + request.range.size)

    def begun(self) -> Conversation:
        """Return this talk with the take declared and its upload made."""
        self.declare()
        self.create()
        return self
