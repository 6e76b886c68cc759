"""One track on its way to the server: what is known of it, and how it moves."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.errors import Problem
from roomtone.upload import core_problems
from roomtone.upload.core_events import FinalTrack, Grown, LocalTrack, Request, TrackRecord
from roomtone.upload.core_line import Line
from roomtone.upload.states import Phase, SyncState, move_phase, move_sync

# While a take is recorded its bytes go up this often; more often costs time on both sides and gains nothing.
LIVE_SECONDS: Final = 0.25
# More than this is worth sending at once, however recently something was sent.
AT_ONCE: Final = 256 << 10
# How often a track is sent again from the start when the server's digest differs.
FRESH_STARTS: Final = 2
# How many answers in a row that make no sense are taken for a passing fault.
PATIENCE: Final = 8


class TrackCore:
    """The state of one track, and how it may move.

    ``core_requests`` says what to send for it, ``core_answers`` what an answer means; both move it by its methods.
    """

    def __init__(self, take: str, track: LocalTrack, record: TrackRecord, line: Line) -> None:
        self.take = take
        self.local = track
        self.phase = Phase.WAITING
        self.upload = record.upload
        self.again = record.again
        self.safe_digest = record.digest
        self.offset = 0
        self.grown = Grown(0)
        self.final: FinalTrack | None = None
        self.problem: Problem | None = None
        self.flight: Request | None = None
        self.backoff = line.backoff()
        self.server_digest = ""
        self._oddities = 0
        self._best = 0
        self.sent_until = 0
        self.sent_at = -LIVE_SECONDS
        self._state = SyncState.LOCAL

    # What is known

    @property
    def record(self) -> TrackRecord:
        """What is worth remembering."""
        return TrackRecord(self.upload, self.again, self.safe_digest)

    @property
    def needs_you(self) -> bool:
        """Whether a person has to do something; a full server disk is tried on meanwhile."""
        return self.phase is Phase.STUCK or (
            self.problem is not None and self.problem.code == core_problems.DISK_FULL.code
        )

    @property
    def state(self) -> SyncState:
        """Where the track is, for people."""
        if self.phase is Phase.DONE:
            state = SyncState.SAFE
        elif self.needs_you:
            state = SyncState.NEEDS_YOU
        elif self.offset or self._best or self._state is SyncState.SENDING:
            state = SyncState.SENDING
        else:
            state = SyncState.LOCAL
        self._state = move_sync(self._state, state)
        return state

    @property
    def total(self) -> int:
        """How many bytes there are to send, as far as is known."""
        return self.final.length if self.final else self.grown.bytes

    @property
    def lagging(self) -> bool:
        """Whether more bytes wait than a line that keeps up would leave, and nothing else is in the way."""
        return self.phase is Phase.SENDING and self.total - self.offset > AT_ONCE and self.backoff.attempts == 0

    # What happens on this computer

    def grew(self, grown: Grown) -> None:
        """More bytes are synced."""
        if self.final is None and grown.bytes >= self.grown.bytes:
            self.grown = grown

    def sealed(self, final: FinalTrack) -> None:
        """The track is sealed."""
        self.final = final
        if self.safe_digest or self.server_digest:
            self.compare(self.safe_digest or self.server_digest)

    def admit(self) -> None:
        """The server knows the take: go on."""
        if self.phase is Phase.WAITING:
            self.go(Phase.ASKING if self.upload else Phase.CREATING)

    def dismiss(self) -> None:
        """The take has to be declared again first; what is in flight counts for nothing."""
        self.flight = None
        if self.phase is not Phase.DONE and self.phase is not Phase.STUCK:
            self.go(Phase.WAITING)

    def server_has(self, digest: str) -> None:
        """The server says that it has this track, sealed with ``digest``."""
        self.server_digest = digest
        if self.final is not None:
            self.compare(digest)

    def retry(self) -> None:
        """Try at once; what was given up on is tried from its beginning. The take declares it again."""
        self.backoff.hurry()
        if self.phase is Phase.STUCK:
            self.again = 0
            self._oddities = 0
            self.problem = None
            self.server_digest = ""
            self.go(Phase.WAITING)

    # What the server says

    def at(self, offset: int) -> None:
        """The server has ``offset`` bytes."""
        if offset > self.offset:
            self._oddities = 0
        self.offset = offset
        self.sent_until = offset
        self.go(Phase.SENDING)
        if offset > self._best:
            self._best = offset
            self.problem = None
            self.backoff.succeed()

    def compare(self, digest: str) -> None:
        """The server has sealed the track with ``digest``: either that is ours, or something is very wrong."""
        assert self.final is not None
        if digest == self.final.digest:
            self.safe_digest = digest
            self.offset = self.final.length
            self.problem = None
            self.flight = None
            self.go(Phase.DONE)
        else:
            self.stick(core_problems.OTHER_TRACK)

    def start_over(self) -> None:
        """The upload is of no use any more: make another one."""
        self.upload = ""
        self.offset = 0
        self.sent_until = 0
        self.go(Phase.CREATING)

    def start_fresh(self) -> None:
        """The server's bytes are not ours: send all of them again, or ask for a person when that did not help."""
        if self.again >= FRESH_STARTS:
            self.stick(core_problems.DIFFERS)
        else:
            self.again += 1
            self.go(Phase.CLEARING)

    def odd(self, problem: Problem) -> None:
        """Something that makes no sense happened: it may pass, or it needs a person."""
        self._oddities += 1
        if self._oddities > PATIENCE:
            self.stick(problem)

    def stick(self, problem: Problem) -> None:
        """Only a person can help."""
        self.problem = problem
        self.flight = None
        self.go(Phase.STUCK)

    def go(self, phase: Phase) -> None:
        """Move on. Raises ``IllegalMoveError``."""
        self.phase = move_phase(self.phase, phase)
