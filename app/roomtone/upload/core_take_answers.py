"""What the server's answers mean for a take; those to requests of its tracks are passed on."""

from __future__ import annotations

from roomtone.upload import core_answers, core_problems
from roomtone.upload.core_answers import TROUBLE_AFTER
from roomtone.upload.core_events import Answer, Failure, Request
from roomtone.upload.core_line import Line
from roomtone.upload.core_problems import document_in, refusal, retry_after, said
from roomtone.upload.core_take import TakeCore
from roomtone.upload.states import TakePhase
from roomtone.wire import api


def answered(take: TakeCore, line: Line, request: Request, answer: Answer, seconds: float, now: float) -> None:
    """Take in the answer to a request of the take or of one of its tracks."""
    if request.track:
        if core_answers.answered(take.tracks[request.track], line, request, answer, seconds, now):
            take.redeclare()
        return
    take.flight = None
    if not 200 <= answer.status < 300:
        _refused(take, answer, now)
        return
    line.sizes.answered(seconds)
    if take.phase is TakePhase.FOUNDING:
        take.backoff.succeed()
        take.go(TakePhase.DECLARING)
        return
    told = document_in(answer, api.Take)
    if told is None or told.id != take.local.id or (take.phase is TakePhase.SEALING and not told.sealed):
        take.backoff.fail(now)
        take.odd(core_problems.NOT_ROOMTONE)
        return
    take.backoff.succeed()
    if take.phase is TakePhase.DECLARING:
        take.known(told)
    else:
        take.done()


def failed(take: TakeCore, request: Request, why: Failure, detail: str, now: float) -> None:
    """A request of the take or of one of its tracks got no answer."""
    if request.track:
        core_answers.failed(take.tracks[request.track], request, why, detail, now)
        return
    take.flight = None
    if why in (Failure.CUT, Failure.TIMEOUT):
        take.backoff.fail(now, first_free=why is Failure.CUT)


def released(take: TakeCore, request: Request) -> None:
    """A request came to nothing, for a reason that does not concern the take."""
    if request.track:
        take.tracks[request.track].flight = None
    else:
        take.flight = None


def _refused(take: TakeCore, answer: Answer, now: float) -> None:
    document = refusal(answer)
    code, status = document.code, answer.status
    if status in (408, 423, 425, 429) or status >= 500:
        take.backoff.fail(now, retry_after(answer))
        if status == 507 and take.backoff.attempts >= 2:
            take.problem = core_problems.DISK_FULL
        elif take.backoff.attempts >= TROUBLE_AFTER:
            take.problem = core_problems.TROUBLE
    elif code == "unknown-project" and take.phase is TakePhase.DECLARING:
        take.backoff.fail(now, first_free=True)
        if take.odd(said(document, core_problems.OLD_SERVER)):
            take.go(TakePhase.FOUNDING)
    elif take.phase is TakePhase.SEALING and status in (404, 409):
        # The server forgot something that was there: everything is gone through again, nothing sent twice.
        take.backoff.fail(now, first_free=True)
        if take.odd(said(document, core_problems.OLD_SERVER)):
            take.redeclare()
    elif code == "take-sealed" and take.phase is TakePhase.DECLARING:
        take.known(None)
    elif status < 400 or (status in (404, 410) and not code):
        take.backoff.fail(now)
        take.odd(core_problems.NOT_ROOMTONE)
    else:
        take.stick(said(document, core_problems.OLD_SERVER))
