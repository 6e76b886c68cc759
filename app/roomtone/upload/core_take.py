"""One take on its way to the server: its declaration, its tracks, its seal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from roomtone.foundation.errors import Problem
from roomtone.upload import core_problems
from roomtone.upload.core_events import FinalTrack, Grown, LocalTake, Request, TakeRecord, TrackRecord
from roomtone.upload.core_line import Line
from roomtone.upload.core_requests import next_for_take, next_for_track
from roomtone.upload.core_track import PATIENCE, TrackCore
from roomtone.upload.states import Phase, SyncState, TakePhase, move_sync, move_take, worst
from roomtone.wire import api
from roomtone.wire.digest import digest_of

_EMPTY_DIGEST: Final = digest_of(b"")


class TakeCore:
    """The state of one take, and how it may move; ``core_take_answers`` says what an answer means."""

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
        elif self.phase is TakePhase.STUCK or self.problem is core_problems.DISK_FULL:
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
            self.redeclare()

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
            self.go(TakePhase.SEALING)

    # What the server says

    def known(self, take: api.Take | None) -> None:
        """The server knows the take; with ``take`` it also says which tracks it has."""
        self._declared = True
        self.problem = None
        for track in take.tracks if take is not None else []:
            ours = self.tracks.get(track.name)
            if track.state is api.TrackState.SEALED and ours is not None and ours.phase is not Phase.DONE:
                ours.server_has(track.digest)
        self._open()

    def redeclare(self) -> None:
        """The server has to be told of the take (again) before anything else makes sense."""
        self._declared = False
        self.flight = None
        self.go(TakePhase.DECLARING)
        for track in self.tracks.values():
            track.dismiss()

    def done(self) -> None:
        """The server has sealed the take."""
        self.problem = None
        self.go(TakePhase.DONE)

    def odd(self, problem: Problem) -> bool:
        """Something that makes no sense happened: it may pass, or it needs a person. Return whether it may pass."""
        self._oddities += 1
        if self._oddities > PATIENCE:
            self.stick(problem)
        return self._oddities <= PATIENCE

    def stick(self, problem: Problem) -> None:
        """Only a person can help."""
        self.problem = problem
        self.go(TakePhase.STUCK)

    def stop(self, problem: Problem) -> None:
        """Stop in the middle of whatever it does, from any phase."""
        self.flight = None
        for track in self.tracks.values():
            track.flight = None
        self.problem = problem
        self.phase = TakePhase.STUCK

    def go(self, phase: TakePhase) -> None:
        """Move on. Raises ``IllegalMoveError``."""
        self.phase = move_take(self.phase, phase)

    def _open(self) -> None:
        self.go(TakePhase.OPEN)
        for track in self.tracks.values():
            track.admit()
