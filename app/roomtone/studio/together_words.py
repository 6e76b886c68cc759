"""The words in which people and programs speak of what people do together: pure functions, no I/O."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Final

from roomtone.studio.lines import Line, Tone
from roomtone.studio.together_snapshot import PartKind, Person
from roomtone.studio.views import duration
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Edit
from roomtone.wire.project.health import days_until
from roomtone.wire.project.items import (
    Anchor,
    CallFields,
    CommentFields,
    Consent,
    InShot,
    Lines,
    Minors,
    Moment,
    ProfileFields,
    ProjectFields,
    Region,
    StepFields,
    TakeFields,
    Verdict,
)
from roomtone.wire.project.people import Member, Role
from roomtone.wire.project.recipes import kinds_of
from roomtone.wire.project.rights import may_change
from roomtone.wire.project.state import ProjectState

COLOURS: Final = 12
_SOON: Final = 3


def person_of(state: ProjectState, account: str, me: str, name: str = "") -> Person:
    """Return somebody, also where they are here no more; ``name`` is what they are called where nobody knows them."""
    member = state.members.get(account)
    called = member.name if member is not None else name or "Somebody"
    profile = state.fields(account, ProfileFields)
    mine = bool(account) and account == me
    role = member.role if member is not None else Role.CONTRIBUTOR
    return Person(
        account=account,
        name=called,
        initials=initials(called),
        colour=colour_of(account or called),
        role=role,
        skills=tuple(profile.skills or ()),
        about=profile.about or "",
        guest=member.guest if member is not None else False,
        me=mine,
        manageable=member is not None and not mine and _manageable(state, member, me),
        minutes=(profile.minutes or 0) if mine else 0,
    )


def _manageable(state: ProjectState, member: Member, me: str) -> bool:
    role = state.role(me)
    return role is not None and not member.gone and may_change(role, member.role, Role.CONTRIBUTOR)


def maker_of(state: ProjectState, take: Take, me: str) -> Person:
    """Return who made a take. Where one account is used by several people, the take knows who it was."""
    found = person_of(state, take.account, me, take.person or take.maker)
    if take.person and take.person != found.name and take.account not in state.members:
        return person_of(ProjectState(state.id), take.account, me, take.person)
    return found


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name, at most two."""
    words = [word for word in re.split(r"[\s\-_.]+", name) if word]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def colour_of(account: str) -> int:
    """Return the colour of somebody, 0 to 11: always the same for an account, on every computer."""
    return hashlib.sha256(account.encode()).digest()[0] % COLOURS


def moment(text: str) -> datetime | None:
    """Return a time in RFC 3339, also with the id of an edit behind it; ``None`` for what is none."""
    try:
        found = datetime.fromisoformat(text.partition("/")[0])
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def ago(text: str, now: datetime) -> str:
    """Say how long ago something was."""
    at = moment(text)
    if at is None:
        return ""
    seconds = (now - at).total_seconds()
    if seconds < 90:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    days = (now.astimezone().date() - at.astimezone().date()).days
    if seconds < 12 * 3600 or days == 0:
        return f"{seconds // 3600:.0f} h ago"
    if days < 14:
        return "yesterday" if days == 1 else f"{days} days ago"
    return day_words(at.astimezone().date())


def day_words(day: date) -> str:
    """Return a day as people write it: 24 December 2026."""
    return f"{day.day} {day:%B %Y}"


def due_line(day: str | None, now: datetime) -> Line:
    """Say how long there is until a deadline."""
    left = days_until(day, now)
    if left is None:
        return Line("", Tone.QUIET)
    if left < 0:
        return Line(f"{count(-left, 'day')} late", Tone.LOOK)
    text = "due today" if left == 0 else f"{count(left, 'day')} left"
    return Line(text, Tone.LOOK if left <= _SOON else Tone.QUIET)


def count(number: int, what: str) -> str:
    """Return a number of things: "1 take", "3 takes"."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def kind_of_take(take: Take) -> PartKind:
    """Return what a take is first of all."""
    kinds = [str(kind) for kind in kinds_of(take)]
    for kind in (PartKind.VIDEO, PartKind.SOUND, PartKind.ARTWORK, PartKind.WRITING):
        if kind in kinds:
            return kind
    return PartKind.SOUND


def recipe_lines(state: ProjectState, call: CallFields) -> tuple[str, ...]:
    """Say what a call asks for, a short line for each thing."""

    def titled(takes: list[str]) -> str:
        return " and ".join(
            f"the cut “{cut}”" if (cut := state.said(take).cut) else f"“{title_of(state, take)}”" for take in takes
        )

    tempo = call.tempo or []
    more = f", {count(len(tempo) - 1, 'change')}" if len(tempo) > 1 else ""
    found = (
        " or ".join(kind.value for kind in call.kinds or []).capitalize(),
        f"Part: {call.part}" if call.part else "",
        f"Against {titled(call.guide)}" if call.guide else "",
        f"{tempo[0].bpm:g} beats a minute, {tempo[0].beats} to the bar{more}" if tempo else "",
        f"In {call.key}" if call.key else "",
        f"{count(call.count_in, 'bar')} of count-in" if call.count_in else "",
        f"{call.sample_rate / 1000:g} kHz" if call.sample_rate else "",
        f"{call.frame_rate:g} frames a second" if call.frame_rate else "",
        f"Picture {call.aspect}" if call.aspect else "",
        f"Framed like {titled([call.reference])}" if call.reference else "",
        f"With a text of {count(len(call.script.splitlines()), 'line')}" if call.script else "",
        f"Explained in {titled([call.filmed_brief])}" if call.filmed_brief else "",
        f"About {count(call.minutes, 'minute')}" if call.minutes else "",
    )
    return tuple(line for line in found if line)


def title_of(state: ProjectState, identity: str) -> str:
    """Return what something in a project is called."""
    if identity == state.id:
        return state.project.title or "the project"
    take = state.takes.get(identity)
    if take is not None:
        return take.title
    item = state.items.get(identity)
    if item is not None and isinstance(item.fields, CommentFields):
        return shortened(item.fields.text or "")
    title = getattr(item.fields, "title", None) if item is not None else None
    if title:
        return str(title)
    return state.name(identity) if identity in state.members else "something that is not here yet"


def anchor_words(anchor: Anchor | None, *, paged: bool = False) -> tuple[str, float | None]:
    """Say where a comment belongs, and at which second, if at one. ``paged`` tells that it is about a PDF."""
    match anchor:
        case Moment():
            until = f"–{duration(anchor.until)}" if anchor.until > anchor.at else ""
            return duration(anchor.at) + until, anchor.at
        case Region():
            page = f"page {anchor.page}" if paged or anchor.page > 1 else "part of the picture"
            return page + (f", {duration(anchor.at)}" if anchor.at else ""), anchor.at or None
        case Lines():
            same = anchor.last <= anchor.first
            return (f"line {anchor.first}" if same else f"lines {anchor.first}–{anchor.last}"), None
        case None:
            return "", None


def consent_words(consent: Consent) -> str:
    """Say what a maker said about those in a take."""
    parts = []
    if consent.in_shot is not InShot.UNSAID:
        parts.append(f"In it: {consent.in_shot}")
    if consent.minors is not Minors.UNSAID:
        parts.append(consent.minors.value)
    parts.append("programs may learn from it" if consent.machines else "no training of programs")
    parts.append("its voice may be imitated" if consent.voice else "no imitation of its voice")
    if consent.location:
        parts.append("says where it was made")
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def edit_words(state: ProjectState, edit: Edit) -> str:
    """Say what an edit that has not reached the server does."""
    title = title_of(state, edit.item)
    match edit.fields:
        case ProjectFields():
            return "The project’s own page"
        case StepFields():
            return f"Step “{title}”"
        case CallFields():
            return f"Call “{title}”" + (" closed" if edit.fields.closed else "")
        case TakeFields():
            return f"“{title}” {_take_words(edit.fields)}"
        case CommentFields():
            return f"Comment “{shortened(edit.fields.text or title)}”"
        case ProfileFields():
            return "What you play or make"


def _take_words(said: TakeFields) -> str:
    if said.withdrawn:
        return "withdrawn"
    if said.submitted:
        return "submitted"
    if said.verdict is Verdict.ACCEPTED:
        return "accepted"
    if said.verdict is Verdict.LATER:
        return "kept for later"
    return "heard" if said.heard else "changed"


def shortened(text: str, most: int = 40) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
