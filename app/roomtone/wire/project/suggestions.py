"""Next for you: the open calls in the order in which they suit somebody. Whoever answered one is offered another."""

from __future__ import annotations

from datetime import datetime

import msgspec

from roomtone.wire.project.health import days_until, takes_by_call
from roomtone.wire.project.items import CallFields, ProfileFields
from roomtone.wire.project.state import ProjectState, Stage


class Suggestion(msgspec.Struct, frozen=True):
    """A call that somebody may answer next, and ``why`` it stands here, in words."""

    call: str
    title: str
    minutes: int
    missing: int
    days_left: int | None
    why: str
    beginner: str = ""


class Suggestions(msgspec.Struct, frozen=True):
    """The calls, the one that suits best first; never a dead end: ``then`` says what to do where there is none."""

    calls: list[Suggestion]
    then: str


def next_for(state: ProjectState, account: str, now: datetime, minutes: int = 0) -> Suggestions:
    """Return what somebody may do next, in so many minutes; 0 for what their profile says, or for any."""
    profile = state.fields(account, ProfileFields)
    have = minutes or profile.minutes or 0
    skills = {skill.casefold() for skill in profile.skills or []}
    answers = takes_by_call(state)
    found: list[tuple[tuple[int, int, int, int, str], Suggestion]] = []
    for item, call in state.all_of(CallFields):
        left = days_until(call.deadline, now)
        mine = [take for take in answers.get(item.id, []) if state.takes[take].account == account]
        # Whoever's answer was kept for later may try again; with any other answer it is somebody else's turn.
        waiting = [take for take in mine if state.stage(take) is not Stage.LATER]
        if call.closed or waiting or (left is not None and left < 0):
            continue
        accepted = sum(state.stage(take) is Stage.ACCEPTED for take in answers.get(item.id, []))
        missing = max(0, (call.wanted or 0) - accepted) if call.wanted else int(accepted == 0)
        suits = [skill for skill in call.skills or [] if skill.casefold() in skills]
        fits = not have or (call.minutes or 0) <= have
        order = (-int(bool(suits)), -int(fits), -missing, left if left is not None else 9999, item.created)
        given = any(state.stage(take) not in (Stage.OWN, Stage.WITHDRAWN) for take in answers.get(item.id, []))
        why = _why(suits, missing, given, left, fits, call.minutes or 0)
        found.append(
            (order, Suggestion(item.id, call.title or "", call.minutes or 0, missing, left, why, call.beginner or ""))
        )
    calls = [suggestion for _, suggestion in sorted(found, key=lambda pair: pair[0])]
    return Suggestions(calls, "" if calls else _then(state))


def _why(suits: list[str], missing: int, answered: bool, left: int | None, fits: bool, minutes: int) -> str:
    parts = [f"You make {', '.join(suits)}"] if suits else []
    if missing == 1:
        parts.append("one is missing" if answered else "nobody has answered yet")
    elif missing:
        parts.append(f"{missing} are missing")
    if left is not None and left <= 7:
        parts.append("due today" if left == 0 else f"{left} day{'' if left == 1 else 's'} left")
    if minutes:
        parts.append(f"{minutes} minutes" if fits else f"{minutes} minutes, longer than you have")
    text = " · ".join(parts) or "Open to everybody"
    return text[:1].upper() + text[1:]


def _then(state: ProjectState) -> str:
    if state.all_of(CallFields):
        return "You have answered every open call. Listen to what others gave, or do today’s prompt"
    return "No call is open yet. Do today’s prompt, or record what you feel like: it can answer a call later"
