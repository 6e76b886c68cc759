"""One take on its way to the server: its declaration, its tracks, its seal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from roomtone.foundation.errors import Problem
from roomtone.upload import core_problems
from roomtone.upload.core_answers import TROUBLE_AFTER, answered, failed
from roomtone.upload.core_events import (
    Answer,
    Failure,
    FinalTrack,
    Grown,
    LocalTake,
    Request,
    TakeRecord,
    TrackRecord,
)
from roomtone.upload.core_line import Line
from roomtone.upload.core_problems import decode, refusal, retry_after, said
from roomtone.upload.core_requests import next_for_take, next_for_track
from roomtone.upload.core_track import PATIENCE, TrackCore
from roomtone.upload.states import Phase, SyncState, TakePhase, move_sync, move_take, worst
from roomtone.wire import api
from roomtone.wire.digest import digest_of

_EMPTY_DIGEST: Final = digest_of(b"")


class TakeCore:
    """The state of one take. Its own requests are answered like those of its tracks."""

    def __init__(self, take: LocalTake, record: TakeRecord | None, line: Line) -> None:
        self.local = take
        self._line = line
        record = record or TakeRecord(take.id)
        self.phase = TakePhase.DECLARING
        self.problem: Problem | None = None
        self.flight: Request | None = None
        self.backoff = line.backoff()
        self.manifest: dict[str, Any] | None = None
        self._state = SyncState.LOCAL
        self._oddities = 0
        self._declared = record.declared
        self.tracks = {
            track.name: TrackCore(take.id, track, record.tracks.get(track.name, TrackRecord()), line)
            for track in take.tracks
        }
        if record.declared:
            self._open()

    # What is known

    @property
    def live(self) -> bool:
        """Whether the take may still grow."""
        return self.manifest is None

    @property
    def record(self) -> TakeRecord:
        """What is worth remembering."""
        tracks = {name: track.record for name, track in self.tracks.items()}
        return TakeRecord(self.local.id, declared=self._declared, safe=self.phase is TakePhase.DONE, tracks=tracks)

    @property
    def state(self) -> SyncState:
        """The worst of its tracks and its own seal."""
        if self.phase is TakePhase.DONE:
            state = SyncState.SAFE
        elif self.phase is TakePhase.STUCK:
            state = SyncState.NEEDS_YOU
        else:
            state = worst([track.state for track in self.tracks.values()] or [SyncState.LOCAL])
            if state is SyncState.SAFE:
                state = SyncState.SENDING
        if self._state is SyncState.SENDING and state is SyncState.LOCAL:
            state = SyncState.SENDING
        self._state = move_sync(self._state, state)
        return state

    @property
    def trouble(self) -> Problem | None:
        """Why the take does not get on, where something is in its way."""
        if self.problem is not None:
            return self.problem
        problems = [track for track in self.tracks.values() if track.problem is not None]
        problems.sort(key=lambda track: not track.needs_you)
        return problems[0].problem if problems else None

    @property
    def lagging(self) -> bool:
        """Whether it is being recorded and the line is what holds its bytes back."""
        return self.live and any(track.lagging for track in self.tracks.values())

    def flights(self) -> Iterator[Request]:
        """Go through the requests in flight."""
        if self.flight is not None:
            yield self.flight
        for track in self.tracks.values():
            if track.flight is not None:
                yield track.flight

    # What happens on this computer

    def grew(self, tracks: dict[str, Grown]) -> None:
        """Some of its tracks have grown."""
        for name, grown in tracks.items():
            if name in self.tracks:
                self.tracks[name].grew(grown)

    def sealed(self, tracks: dict[str, FinalTrack], manifest: dict[str, Any]) -> None:
        """The take is sealed. A track that is declared and missing in the manifest never got a byte."""
        self.manifest = manifest
        for name in self.tracks.keys() - tracks.keys():
            tracks = {**tracks, name: FinalTrack(0, _EMPTY_DIGEST)}
        for name, final in tracks.items():
            if name in self.tracks:
                self.tracks[name].sealed(final)

    def retry(self) -> None:
        """Try everything at once."""
        self.backoff.hurry()
        self._oddities = 0
        stuck = self.phase is TakePhase.STUCK
        for track in self.tracks.values():
            stuck = stuck or track.phase is Phase.STUCK
            track.retry()
        if stuck and self.phase is not TakePhase.DONE:
            self.problem = None
            self._redeclare()

    # What to send

    def lanes(self, now: float) -> Iterator[Request | float]:
        """Go through what can be sent now, and the times at which to ask again. What is yielded is in flight."""
        own = self._next(now)
        if own is not None:
            yield own
        if self.phase is not TakePhase.OPEN:
            return
        for track in self.tracks.values():
            made = next_for_track(track, self._line, now, live=self.live)
            if made is not None:
                yield made

    def _next(self, now: float) -> Request | float | None:
        if self.flight is not None:
            return self.flight.deadline
        if self.phase is TakePhase.OPEN:
            self._close_if_all_are_safe()
        if self.phase in (TakePhase.OPEN, TakePhase.DONE, TakePhase.STUCK):
            return None
        if not self.backoff.ready(now):
            return self.backoff.not_before
        self.flight = next_for_take(self.local, self.phase, self.manifest or {}, self._line, now)
        return self.flight

    def _close_if_all_are_safe(self) -> None:
        if self.manifest is not None and all(track.phase is Phase.DONE for track in self.tracks.values()):
            self._go(TakePhase.SEALING)

    # What came of it

    def answered(self, request: Request, answer: Answer, seconds: float, now: float) -> None:
        """Take in the answer to a request of the take or of one of its tracks."""
        if request.track:
            if answered(self.tracks[request.track], self._line, request, answer, seconds, now):
                self._redeclare()
            return
        self.flight = None
        if not 200 <= answer.status < 300:
            self._refused(answer, now)
            return
        self._line.sizes.answered(seconds)
        self.backoff.succeed()
        if self.phase is TakePhase.FOUNDING:
            self._go(TakePhase.DECLARING)
            return
        take = decode(answer, api.Take)
        if take is None or take.id != self.local.id:
            self._odd(now, core_problems.NOT_ROOMTONE)
            return
        if self.phase is TakePhase.DECLARING:
            self._take_known(take)
        elif take.sealed:
            self._done()
        else:
            self._odd(now, core_problems.NOT_ROOMTONE)

    def failed(self, request: Request, why: Failure, detail: str, now: float) -> None:
        """A request got no answer."""
        if request.track:
            failed(self.tracks[request.track], request, why, detail, now)
            return
        self.flight = None
        if why in (Failure.CUT, Failure.TIMEOUT):
            self.backoff.fail(now, first_free=why is Failure.CUT)

    def release(self, request: Request) -> None:
        """A request came to nothing, for a reason that does not concern the take."""
        if request.track:
            self.tracks[request.track].flight = None
        else:
            self.flight = None

    def _take_known(self, take: api.Take) -> None:
        self._declared = True
        self.problem = None
        for track in take.tracks:
            if track.state is api.TrackState.SEALED and track.name in self.tracks:
                ours = self.tracks[track.name]
                if ours.phase is not Phase.DONE:
                    ours.server_has(track.digest)
        self._open()

    def _open(self) -> None:
        self._go(TakePhase.OPEN)
        for track in self.tracks.values():
            track.admit()

    def _redeclare(self) -> None:
        """The server has to be told of the take (again) before anything else makes sense."""
        self._declared = False
        self.flight = None
        self._go(TakePhase.DECLARING)
        for track in self.tracks.values():
            track.dismiss()

    def _done(self) -> None:
        self.problem = None
        self._oddities = 0
        self._go(TakePhase.DONE)

    def _refused(self, answer: Answer, now: float) -> None:
        document = refusal(answer)
        code, status = document.code, answer.status
        if status in (423, 425, 429, 408) or status >= 500:
            self.backoff.fail(now, retry_after(answer))
            if status == 507 and self.backoff.attempts >= 2:
                self.problem = core_problems.DISK_FULL
            elif self.backoff.attempts >= TROUBLE_AFTER:
                self.problem = core_problems.TROUBLE
        elif code == "unknown-project" and self.phase is TakePhase.DECLARING:
            self._go(TakePhase.FOUNDING)
            self._patience(now, said(document, core_problems.OLD_SERVER))
        elif self.phase is TakePhase.SEALING and status in (404, 409):
            # The server forgot something that was there: everything is gone through again, nothing sent twice.
            if self._patience(now, said(document, core_problems.OLD_SERVER)):
                self._redeclare()
        elif code == "take-sealed" and self.phase is TakePhase.DECLARING:
            self._declared = True
            self._open()
        elif status < 400 or (status in (404, 410) and not code):
            self._odd(now, core_problems.NOT_ROOMTONE)
        else:
            self._stick(said(document, core_problems.OLD_SERVER))

    def _odd(self, now: float, problem: Problem) -> None:
        self.backoff.fail(now)
        self._oddities += 1
        if self._oddities > PATIENCE:
            self._stick(problem)

    def _patience(self, now: float, problem: Problem) -> bool:
        """Something goes back a step, as it may: the first time costs nothing. Return whether to go on at all."""
        self.backoff.fail(now, first_free=True)
        self._oddities += 1
        if self._oddities > PATIENCE:
            self._stick(problem)
            return False
        return True

    def _stick(self, problem: Problem) -> None:
        self.problem = problem
        self._go(TakePhase.STUCK)

    def _go(self, phase: TakePhase) -> None:
        self.phase = move_take(self.phase, phase)
