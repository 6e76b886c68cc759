"""What the server's answers mean for a track."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec

from roomtone.upload import core_problems
from roomtone.upload.core_events import Answer, Failure, Purpose, Request
from roomtone.upload.core_line import Line
from roomtone.upload.core_problems import document_in, offset_of, refusal, retry_after, said
from roomtone.upload.core_track import TrackCore
from roomtone.upload.states import Phase
from roomtone.wire import api
from roomtone.wire.tus import UPLOADS

TROUBLE_AFTER: Final = 5


def answered(track: TrackCore, line: Line, request: Request, answer: Answer, seconds: float, now: float) -> bool:
    """Take an answer in; return whether the take has to be declared (again) first."""
    track.flight = None
    if not 200 <= answer.status < 300:
        return _refused(track, line, request, answer, now)
    if request.purpose is not Purpose.SEND:
        line.sizes.answered(seconds)
    match request.purpose:
        case Purpose.CREATE:
            _created(track, answer, now)
        case Purpose.ASK:
            _told(track, line, answer, now)
        case Purpose.SEND:
            _sent(track, line, request, answer, seconds, now)
        case Purpose.SEAL_TRACK:
            _sealed(track, answer, now)
        case Purpose.CLEAR:
            track.start_over()
    return False


def failed(track: TrackCore, request: Request, why: Failure, detail: str, now: float) -> None:
    """No answer came."""
    track.flight = None
    if why is Failure.UNREADABLE:
        track.backoff.fail(now)
        track.odd(msgspec.structs.replace(core_problems.UNREADABLE, detail=detail))
        return
    if request.purpose is Purpose.SEND:
        track.go(Phase.ASKING)
    if why in (Failure.CUT, Failure.TIMEOUT):
        # Where no connection came about at all, the line as a whole waits.
        track.backoff.fail(now, first_free=why is Failure.CUT)


def _created(track: TrackCore, answer: Answer, now: float) -> None:
    path = urlsplit(answer.headers.get("location", "")).path
    at = path.find(f"{UPLOADS}/")
    if at < 0:
        _senseless(track, now)
        return
    track.upload = path[at:]
    offset = offset_of(answer)
    if offset is None:
        track.go(Phase.ASKING)
    else:
        track.at(offset)


def _told(track: TrackCore, line: Line, answer: Answer, now: float) -> None:
    offset = offset_of(answer)
    if offset is None:
        _senseless(track, now)
        return
    line.sizes.lost(track.sent_until - offset, now)
    track.at(offset)


def _sent(track: TrackCore, line: Line, request: Request, answer: Answer, seconds: float, now: float) -> None:
    offset = offset_of(answer)
    assert request.range is not None
    if offset != request.range.offset + request.range.size:
        # Whatever this answer is about, it is not what was sent: the server is asked.
        track.go(Phase.ASKING)
        track.backoff.fail(now, first_free=True)
        return
    line.sizes.passed(request.range.size, seconds)
    track.at(offset)


def _sealed(track: TrackCore, answer: Answer, now: float) -> None:
    told = document_in(answer, api.Track)
    if told is None or told.state is not api.TrackState.SEALED or not told.digest:
        _senseless(track, now)
    else:
        track.compare(told.digest)


def _refused(track: TrackCore, line: Line, request: Request, answer: Answer, now: float) -> bool:
    document = refusal(answer)
    match answer.status:
        case 404 | 410:
            return _unknown(track, request, document.code, now)
        case 409:
            _conflict(track, document, now)
        case 408:
            _ask_again(track, request, now)
        case 413 if request.purpose is Purpose.SEND:
            if not line.sizes.refused(request.size):
                track.stick(core_problems.TOO_LARGE)
        case 460:
            track.backoff.fail(now, first_free=True)
        case status if status in (423, 425, 429) or status >= 500:
            _busy(track, request, answer, now)
        case status if status >= 400:
            track.stick(said(document, core_problems.OLD_SERVER))
        case _:
            track.stick(core_problems.NOT_ROOMTONE)
    return False


def _unknown(track: TrackCore, request: Request, code: str, now: float) -> bool:
    """The server does not know the upload, the take, or anything at this address."""
    if code in ("unknown-take", "unknown-track", "unknown-project"):
        track.backoff.fail(now, first_free=True)
        return True
    if code in ("unknown-upload", "upload-gone") or request.purpose in (Purpose.ASK, Purpose.SEND, Purpose.CLEAR):
        # An upload that expired is no news for anybody: another one is made.
        track.backoff.fail(now, first_free=True)
        track.start_over()
    else:
        _senseless(track, now)
    return False


def _conflict(track: TrackCore, document: api.ProblemDocument, now: float) -> None:
    if document.code == "track-sealed" and document.digest:
        track.server_has(document.digest)
    elif document.code == "digest-mismatch":
        track.start_fresh()
    elif document.code in ("take-differs", "not-yours"):
        track.stick(said(document, core_problems.OTHER_TRACK))
    else:
        track.backoff.fail(now, first_free=True)
        if track.upload and track.phase is not Phase.CLEARING:
            track.go(Phase.ASKING)
        track.odd(said(document, core_problems.OLD_SERVER))


def _busy(track: TrackCore, request: Request, answer: Answer, now: float) -> None:
    _ask_again(track, request, now, retry_after(answer))
    if answer.status == 507 and track.backoff.attempts >= 2:
        track.problem = core_problems.DISK_FULL
    elif track.backoff.attempts >= TROUBLE_AFTER and track.problem is None:
        track.problem = core_problems.TROUBLE


def _ask_again(track: TrackCore, request: Request, now: float, seconds: float = 0.0) -> None:
    track.backoff.fail(now, seconds, first_free=request.purpose is Purpose.SEND and not seconds)
    if request.purpose is Purpose.SEND:
        track.go(Phase.ASKING)


def _senseless(track: TrackCore, now: float) -> None:
    track.backoff.fail(now)
    track.odd(core_problems.NOT_ROOMTONE)
