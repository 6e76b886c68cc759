"""One track on its way to the server: the protocol as a state machine without I/O."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload import core_problems
from roomtone.upload.core_events import (
    Answer,
    Failure,
    FileRange,
    FinalTrack,
    Grown,
    LocalTrack,
    Purpose,
    Request,
    TrackRecord,
)
from roomtone.upload.core_line import Line
from roomtone.upload.core_pace import MIN_BODY
from roomtone.upload.core_problems import decode, offset_of, refusal, retry_after, said
from roomtone.upload.states import Phase, SyncState, move_phase, move_sync
from roomtone.wire import api
from roomtone.wire.tus import OFFSET_TYPE, UPLOADS, format_metadata

# While a take is recorded its bytes go up this often; more often costs time on both sides and gains nothing.
LIVE_SECONDS: Final = 0.25
# More than this is worth sending at once, however recently something was sent.
AT_ONCE: Final = 256 << 10
# How often a track is sent again from the start when the server's digest differs.
FRESH_STARTS: Final = 2
# How many answers in a row that make no sense are taken for a passing fault.
PATIENCE: Final = 8
TROUBLE_AFTER: Final = 5


class TrackCore:
    """The state of one track. ``next`` says what to send, ``answered`` and ``failed`` what came of it."""

    def __init__(self, take: str, track: LocalTrack, record: TrackRecord, line: Line) -> None:
        self._take = take
        self._line = line
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
        self._server_digest = ""
        self._oddities = 0
        self._best = 0
        self._sent_until = 0
        self._sent_at = -LIVE_SECONDS
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
        if self.safe_digest or self._server_digest:
            self._compare(self.safe_digest or self._server_digest)

    def admit(self) -> None:
        """The server knows the take: go on."""
        if self.phase is Phase.WAITING:
            self._go(Phase.ASKING if self.upload else Phase.CREATING)

    def dismiss(self) -> None:
        """The take has to be declared again first; what is in flight counts for nothing."""
        self.flight = None
        if self.phase is not Phase.DONE and self.phase is not Phase.STUCK:
            self._go(Phase.WAITING)

    def server_has(self, digest: str) -> None:
        """The server says that it has this track, sealed with ``digest``."""
        self._server_digest = digest
        if self.final is not None:
            self._compare(digest)

    def retry(self) -> None:
        """Try at once; what was given up on is tried from its beginning. The take declares it again."""
        self.backoff.hurry()
        if self.phase is Phase.STUCK:
            self.again = 0
            self._oddities = 0
            self.problem = None
            self._server_digest = ""
            self._go(Phase.WAITING)

    def release(self) -> None:
        """The request in flight came to nothing that concerns this track."""
        self.flight = None

    # What to send

    def next(self, now: float, *, live: bool) -> Request | float | None:
        """Return what to send now, or when to ask again, or ``None`` until something happens."""
        if self.flight is not None:
            return self.flight.deadline
        if self.phase in (Phase.WAITING, Phase.DONE, Phase.STUCK) or (self._server_digest and self.final is None):
            return None
        if not self.backoff.ready(now):
            return self.backoff.not_before
        made = self._next_bytes(now, live=live) if self.phase is Phase.SENDING else self._step(now)
        if isinstance(made, Request):
            self.flight = made
        return made

    def _step(self, now: float) -> Request | None:
        name = self.local.name
        match self.phase:
            case Phase.CREATING:
                about = {"take": self._take, "track": name, "filename": name, "filetype": self.local.media}
                headers = (("Upload-Defer-Length", "1"), ("Upload-Metadata", format_metadata(about)))
                return self._line.tus(self._take, name, Purpose.CREATE, "POST", UPLOADS, now, headers)
            case Phase.ASKING:
                return self._line.tus(self._take, name, Purpose.ASK, "HEAD", self.upload, now)
            case Phase.CLEARING:
                return self._line.tus(self._take, name, Purpose.CLEAR, "DELETE", self.upload, now)
            case Phase.SEALING if self.final is not None:
                patches = [api.Patch(offset, data) for offset, data in self.final.patches]
                body = msgspec.json.encode(api.SealTrack(self.final.length, self.final.digest, patches))
                path = f"/api/takes/{self._take}/tracks/{name}/seal"
                return self._line.json(self._take, name, Purpose.SEAL_TRACK, "POST", path, body, now)
        return None

    def _next_bytes(self, now: float, *, live: bool) -> Request | float | None:
        final = self.final
        if final is not None and self.offset > final.length:
            self._go(Phase.CLEARING)
            return self._step(now)
        if final is not None and self.offset == final.length:
            self._go(Phase.SEALING)
            return self._step(now)
        waiting = self.total - self.offset
        if waiting <= 0:
            return None
        due = self._sent_at + LIVE_SECONDS
        if live and not self.grown.ending and waiting < AT_ONCE and now < due:
            return due
        allowed_at = self._line.budget.ready_at(now)
        if allowed_at > now:
            return allowed_at
        size = min(waiting, self._line.sizes.allowed(now, self._line.budget.cap))
        if self.backoff.attempts:
            # What was refused or lost is tried with little at stake.
            size = min(size, MIN_BODY)
        self._line.budget.spend(size)
        self._sent_at = now
        self._sent_until = self.offset + size
        headers = (("Upload-Offset", str(self.offset)), ("Content-Type", OFFSET_TYPE))
        part = FileRange(self.local.name, self.offset, size)
        return self._line.tus(self._take, self.local.name, Purpose.SEND, "PATCH", self.upload, now, headers, part)

    # What came of it

    def answered(self, request: Request, answer: Answer, seconds: float, now: float) -> bool:
        """Take an answer in; return whether the take has to be declared (again) first."""
        self.flight = None
        status = answer.status
        if not 200 <= status < 300:
            return self._refused(request, answer, now)
        if request.purpose is not Purpose.SEND:
            self._line.sizes.answered(seconds)
        match request.purpose:
            case Purpose.CREATE:
                self._created(answer, now)
            case Purpose.ASK:
                self._told(answer, now)
            case Purpose.SEND:
                self._sent(request, answer, seconds, now)
            case Purpose.SEAL_TRACK:
                self._seal_answered(answer, now)
            case Purpose.CLEAR:
                self._start_over()
        return False

    def failed(self, request: Request, why: Failure, detail: str, now: float) -> None:
        """No answer came."""
        self.flight = None
        if why is Failure.UNREADABLE:
            self._odd(now, core_problems.UNREADABLE, detail)
            return
        if request.purpose is Purpose.SEND:
            self._go(Phase.ASKING)
        if why in (Failure.CUT, Failure.TIMEOUT):
            # Where no connection came about at all, the line as a whole waits.
            self.backoff.fail(now, first_free=why is Failure.CUT)

    def _created(self, answer: Answer, now: float) -> None:
        path = urlsplit(answer.headers.get("location", "")).path
        at = path.find(f"{UPLOADS}/")
        if at < 0:
            self._odd(now, core_problems.NOT_ROOMTONE)
            return
        self.upload = path[at:]
        offset = offset_of(answer)
        if offset is None:
            self._go(Phase.ASKING)
        else:
            self._at(offset)

    def _told(self, answer: Answer, now: float) -> None:
        offset = offset_of(answer)
        if offset is None:
            self._odd(now, core_problems.NOT_ROOMTONE)
            return
        self._line.sizes.lost(self._sent_until - offset, now)
        self._at(offset)

    def _sent(self, request: Request, answer: Answer, seconds: float, now: float) -> None:
        offset = offset_of(answer)
        assert request.range is not None
        if offset != request.range.offset + request.range.size:
            # Whatever this answer is about, it is not what was sent: the server is asked.
            self._go(Phase.ASKING)
            self.backoff.fail(now, first_free=True)
            return
        self._line.sizes.passed(request.range.size, seconds)
        self._at(offset)

    def _at(self, offset: int) -> None:
        """The server has ``offset`` bytes."""
        self.offset = offset
        self._sent_until = offset
        self._go(Phase.SENDING)
        if offset > self._best:
            self._best = offset
            self.problem = None
            self._oddities = 0
            self.backoff.succeed()

    def _seal_answered(self, answer: Answer, now: float) -> None:
        track = decode(answer, api.Track)
        if track is None or track.state is not api.TrackState.SEALED or not track.digest:
            self._odd(now, core_problems.NOT_ROOMTONE)
        else:
            self._compare(track.digest)

    def _compare(self, digest: str) -> None:
        """The server has sealed the track with ``digest``: either that is ours, or something is very wrong."""
        assert self.final is not None
        if digest == self.final.digest:
            self.safe_digest = digest
            self.offset = self.final.length
            self.problem = None
            self.flight = None
            self._go(Phase.DONE)
        else:
            self._stick(core_problems.OTHER_TRACK)

    def _refused(self, request: Request, answer: Answer, now: float) -> bool:
        document = refusal(answer)
        match answer.status:
            case 404 | 410:
                return self._unknown(request, document.code, now)
            case 409:
                return self._conflict(document, now)
            case 408:
                self._ask_again(request, now)
            case 413 if request.purpose is Purpose.SEND:
                if not self._line.sizes.refused(request.size):
                    self._stick(core_problems.TOO_LARGE)
            case 460:
                self.backoff.fail(now, first_free=True)
            case status if status in (423, 425, 429) or status >= 500:
                self._busy(request, answer, now)
            case status if status >= 400:
                self._stick(said(document, core_problems.OLD_SERVER))
            case _:
                self._stick(core_problems.NOT_ROOMTONE)
        return False

    def _unknown(self, request: Request, code: str, now: float) -> bool:
        """The server does not know the upload, the take, or anything at this address."""
        if code in ("unknown-take", "unknown-track", "unknown-project"):
            self.backoff.fail(now, first_free=True)
            return True
        if code in ("unknown-upload", "upload-gone") or request.purpose in (Purpose.ASK, Purpose.SEND, Purpose.CLEAR):
            # An upload that expired is no news for anybody: another one is made.
            self.backoff.fail(now, first_free=True)
            self._start_over()
        else:
            self._odd(now, core_problems.NOT_ROOMTONE)
        return False

    def _conflict(self, document: api.ProblemDocument, now: float) -> bool:
        if document.code == "track-sealed" and document.digest:
            self.server_has(document.digest)
        elif document.code == "digest-mismatch" and self.again >= FRESH_STARTS:
            self._stick(core_problems.DIFFERS)
        elif document.code == "digest-mismatch":
            self.again += 1
            self._go(Phase.CLEARING)
        elif document.code in ("take-differs", "not-yours"):
            self._stick(said(document, core_problems.OTHER_TRACK))
        elif not self.upload or self.phase is Phase.CLEARING:
            self._odd(now, said(document, core_problems.OLD_SERVER))
        else:
            self.backoff.fail(now, first_free=True)
            self._go(Phase.ASKING)
            self._oddities += 1
            if self._oddities > PATIENCE:
                self._stick(said(document, core_problems.OLD_SERVER))
        return False

    def _busy(self, request: Request, answer: Answer, now: float) -> None:
        self._ask_again(request, now, retry_after(answer))
        if answer.status == 507 and self.backoff.attempts >= 2:
            self.problem = core_problems.DISK_FULL
        elif self.backoff.attempts >= TROUBLE_AFTER and self.problem is None:
            self.problem = core_problems.TROUBLE

    def _ask_again(self, request: Request, now: float, seconds: float = 0.0) -> None:
        self.backoff.fail(now, seconds, first_free=request.purpose is Purpose.SEND and not seconds)
        if request.purpose is Purpose.SEND:
            self._go(Phase.ASKING)

    def _odd(self, now: float, problem: Problem, detail: str = "") -> None:
        """Something that makes no sense happened: it may pass, or it may need a person."""
        self.backoff.fail(now)
        self._oddities += 1
        if self._oddities > PATIENCE:
            self._stick(msgspec.structs.replace(problem, detail=detail) if detail else problem)

    def _start_over(self) -> None:
        self.upload = ""
        self.offset = 0
        self._sent_until = 0
        self._go(Phase.CREATING)

    def _stick(self, problem: Problem) -> None:
        self.problem = problem
        self.flight = None
        self._go(Phase.STUCK)

    def _go(self, phase: Phase) -> None:
        self.phase = move_phase(self.phase, phase)
