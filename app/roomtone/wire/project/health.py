"""How a project stands, for those who lead it: what is missing, what has stalled, how long there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from roomtone.wire.project.items import CallFields, StepFields
from roomtone.wire.project.state import ProjectState, Stage

STALLED: Final = timedelta(days=7)


class CallHealth(msgspec.Struct, frozen=True):
    """How a call stands. ``missing`` takes are still looked for; ``days_left`` is ``None`` without a deadline, and
    below zero after it; ``stalled`` that nothing has come for a week."""

    call: str
    title: str
    wanted: int
    submitted: int
    accepted: int
    missing: int
    days_left: int | None
    stalled: bool


class Health(msgspec.Struct, frozen=True):
    """How a project stands. ``unheard`` takes wait for a leader; ``line`` says the most pressing thing in words."""

    calls: list[CallHealth]
    steps: int
    steps_done: int
    unheard: int
    days_left: int | None
    quiet_days: int
    stalled: bool
    line: str


def days_until(day: str | None, now: datetime) -> int | None:
    """Return how many days there are until a day, 0 on it, or ``None`` for none."""
    if not day:
        return None
    try:
        return (date.fromisoformat(day) - now.astimezone(UTC).date()).days
    except ValueError:
        # Such a day as 31 February passes the pattern; it says nothing.
        return None


def takes_by_call(state: ProjectState) -> dict[str, list[str]]:
    """Return the takes that answer each call and were submitted and not withdrawn."""
    found: dict[str, list[str]] = {}
    for take in state.in_order():
        call = state.said(take.id).call
        if call and state.stage(take.id) not in (Stage.OWN, Stage.WITHDRAWN):
            found.setdefault(call, []).append(take.id)
    return found


def last_activity(state: ProjectState) -> datetime | None:
    """Return when anybody did anything last."""
    stamps = [max(item.stamps.values(), default="").partition("/")[0] for item in state.items.values()]
    stamps += [item.created for item in state.items.values()]
    stamps += [take.started for take in state.takes.values()]
    moments = [at for text in stamps if (at := _moment(text)) is not None]
    return max(moments, default=None)


def health_of(state: ProjectState, now: datetime) -> Health:
    """Return how a project stands at ``now``."""
    answers = takes_by_call(state)
    calls = [
        _call_health(state, item.id, fields, answers.get(item.id, []), now)
        for item, fields in state.all_of(CallFields)
        if not fields.closed
    ]
    steps = state.all_of(StepFields)
    done = sum(bool(fields.done) for _, fields in steps)
    unheard = sum(state.stage(take) is Stage.SUBMITTED for take in state.takes)
    last = last_activity(state)
    quiet = max(0, (now - last).days) if last is not None else 0
    left = days_until(state.project.deadline, now)
    stalled = last is not None and now - last > STALLED
    found = Health(calls, len(steps), done, unheard, left, quiet, stalled, "")
    return msgspec.structs.replace(found, line=_line(found))


def _call_health(state: ProjectState, call: str, fields: CallFields, answers: list[str], now: datetime) -> CallHealth:
    accepted = sum(state.stage(take) is Stage.ACCEPTED for take in answers)
    wanted = fields.wanted or 0
    missing = max(0, wanted - accepted) if wanted else int(accepted == 0)
    newest = max((at for take in answers if (at := _moment(state.takes[take].started)) is not None), default=None)
    begun = _moment(state.items[call].created)
    since = newest or begun
    stalled = bool(missing) and since is not None and now - since > STALLED
    left = days_until(fields.deadline, now)
    return CallHealth(call, fields.title or "", wanted, len(answers), accepted, missing, left, stalled)


def _line(health: Health) -> str:
    late = [call for call in health.calls if call.missing and call.days_left is not None and call.days_left < 0]
    if health.unheard:
        return f"{health.unheard} take{_s(health.unheard)} wait{'' if health.unheard > 1 else 's'} to be heard"
    if late:
        return f"“{late[0].title}” is past its deadline and still misses {late[0].missing}"
    missing = sum(call.missing for call in health.calls)
    if missing and health.days_left is not None and health.days_left <= 3:
        left = (
            "the deadline has passed" if health.days_left < 0 else f"{health.days_left} day{_s(health.days_left)} left"
        )
        return f"{missing} part{_s(missing)} missing, {left}"
    if health.stalled:
        return f"Nothing has come for {health.quiet_days} days"
    if missing:
        return f"{missing} part{_s(missing)} missing"
    return "Nothing is missing" if health.calls else "No call is open"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
