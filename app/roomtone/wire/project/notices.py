"""What somebody should hear of: their work was used, accepted or kept, somebody spoke to them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from roomtone.wire.project.credits import users_by_take
from roomtone.wire.project.items import CallFields, CommentFields, StepFields, Verdict
from roomtone.wire.project.state import ProjectState, Stage


class Reason(StrEnum):
    """Why there is a notice."""

    USED = "used"
    ACCEPTED = "accepted"
    LATER = "kept for later"
    COMMENT = "comment"
    REPLY = "reply"
    NUDGE = "nudge"


class Notice(msgspec.Struct, frozen=True):
    """One thing to hear of. ``subject`` is the take, call or other item that it is about; ``at`` orders notices."""

    reason: Reason
    subject: str
    at: str
    text: str
    by: str = ""


class Notices(msgspec.Struct, frozen=True):
    """The newest first."""

    notices: list[Notice]


def notices_for(state: ProjectState, account: str, since: str = "") -> Notices:
    """Return what somebody should hear of that happened after ``since`` (RFC 3339)."""
    found = [*_verdicts(state, account), *_uses(state, account), *_words(state, account)]
    fresh = [notice for notice in found if notice.at > since]
    return Notices(sorted(fresh, key=lambda notice: notice.at, reverse=True))


def _verdicts(state: ProjectState, account: str) -> list[Notice]:
    found = []
    for take in state.in_order():
        said = state.said(take.id)
        if take.account != account or state.stage(take.id) not in (Stage.ACCEPTED, Stage.LATER):
            continue
        at = state.items[take.id].stamps.get("verdict", "").partition("/")[0]
        accepted = said.verdict is Verdict.ACCEPTED
        text = f"“{take.title}” was accepted" if accepted else f"“{take.title}” is kept for later"
        reason = f": {said.reason}" if said.reason else ""
        found.append(Notice(Reason.ACCEPTED if accepted else Reason.LATER, take.id, at, text + reason))
    return found


def _uses(state: ProjectState, account: str) -> list[Notice]:
    found = []
    users = users_by_take(state)
    for take in state.in_order():
        if take.account != account:
            continue
        for user in users.get(take.id, []):
            other = state.takes[user]
            if other.account == account or state.stage(user) in (Stage.OWN, Stage.WITHDRAWN):
                continue
            at = state.items[user].stamps.get("submitted", "").partition("/")[0]
            who = other.person or other.maker
            found.append(Notice(Reason.USED, user, at, f"{who} used “{take.title}” in “{other.title}”", other.account))
    return found


def _words(state: ProjectState, account: str) -> list[Notice]:
    found = []
    comments = {item.id: (item, fields) for item, fields in state.all_of(CommentFields)}
    for item, fields in comments.values():
        if item.author == account:
            continue
        answered = comments.get(fields.reply_to or "")
        if fields.to == account:
            reason = Reason.NUDGE
        elif answered is not None and answered[0].author == account:
            reason = Reason.REPLY
        elif _is_of(state, fields.about or "", account):
            reason = Reason.COMMENT
        else:
            continue
        found.append(
            Notice(reason, fields.about or "", item.created, f"{state.name(item.author)}: {fields.text}", item.author)
        )
    return found


def _is_of(state: ProjectState, subject: str, account: str) -> bool:
    """Return whether a take, a call or a step is somebody's."""
    take, item = state.takes.get(subject), state.items.get(subject)
    if take is not None:
        return take.account == account
    return item is not None and item.author == account and isinstance(item.fields, CallFields | StepFields)
