"""The first page: the day's prompt, what to do next, and what there is to hear of."""

from __future__ import annotations

from typing import Final

from roomtone.studio.together_facts import Facts, said_of
from roomtone.studio.together_prompts import days_of, prompt_of, streak_of
from roomtone.studio.together_snapshot import NewsView, NextView, TodayView
from roomtone.studio.together_words import ago, person_of
from roomtone.wire.project.items import CallFields, CommentFields, Moment
from roomtone.wire.project.notices import Notice, Reason, notices_for
from roomtone.wire.project.suggestions import Suggestion, next_for

MOST_NEWS: Final = 30
MOST_NEXT: Final = 6


def today_view(facts: Facts, minutes: int = 0) -> TodayView:
    """Return the page as it is now, for so many minutes; 0 for what the person's profile says."""
    state, now = facts.state, facts.now
    today = now.astimezone().date()
    prompt, own = prompt_of(today, state.project.prompts or [])
    streak = streak_of(days_of(item.started for item in facts.library.values()), today)
    found = next_for(state, facts.me, now, minutes)
    return TodayView(
        prompt=prompt,
        prompt_from="from this project" if own else "",
        answered=is_answered(facts, prompt),
        streak=tuple(mark.value for mark in streak.marks),
        streak_line=streak.line,
        next=tuple(_next(facts, one) for one in found.calls[:MOST_NEXT]),
        then=found.then,
        news=news_of(facts),
    )


def is_answered(facts: Facts, prompt: str) -> bool:
    """Return whether the day's prompt was answered here today."""
    today = facts.now.astimezone().date()
    return any(
        said_of(facts.state, take.id).prompt == prompt and days_of([take.started]) == {today}
        for take in facts.state.takes.values()
        if facts.is_mine(take)
    )


def _next(facts: Facts, suggestion: Suggestion) -> NextView:
    call = facts.state.fields(suggestion.call, CallFields)
    media = tuple(kind.value for kind in call.kinds or [])
    return NextView(suggestion.call, suggestion.title, suggestion.why, suggestion.beginner, media)


def news_of(facts: Facts) -> tuple[NewsView, ...]:
    """Return what there is to hear of, the newest first."""
    if not facts.me:
        return ()
    found = notices_for(facts.state, facts.me).notices[:MOST_NEWS]
    return tuple(_news(facts, notice) for notice in found)


def _news(facts: Facts, notice: Notice) -> NewsView:
    state = facts.state
    is_take = notice.subject in state.takes
    at = None
    if notice.reason in (Reason.COMMENT, Reason.REPLY, Reason.NUDGE):
        at = _second(facts, notice)
    return NewsView(
        id=f"{notice.reason.value}-{notice.subject}-{notice.at}",
        text=notice.text,
        when=ago(notice.at, facts.now),
        person=person_of(state, notice.by, facts.me) if notice.by else None,
        take=notice.subject if is_take else "",
        call="" if is_take else notice.subject,
        at=at,
        fresh=notice.at > facts.seen,
    )


def _second(facts: Facts, notice: Notice) -> float | None:
    for item, fields in facts.state.all_of(CommentFields):
        if item.created == notice.at and item.author == notice.by and isinstance(fields.anchor, Moment):
            return fields.anchor.at
    return None
