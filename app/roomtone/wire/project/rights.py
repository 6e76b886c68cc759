"""Who may do what: the one place where that is decided. The server obeys it; clients show only what it allows."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from roomtone.wire.project.items import (
    CallFields,
    CommentFields,
    Fields,
    ProfileFields,
    ProjectFields,
    StepFields,
    TakeFields,
    touched,
)
from roomtone.wire.project.people import Role, Scope


class Right(StrEnum):
    """What one may be allowed to do in a project."""

    KNOW = "know of it"
    SEE = "see everything in it"
    CONTRIBUTE = "add takes"
    COMMENT = "comment"
    HEAR = "say that a take was heard"
    LEAD = "lead: calls, steps, the project's own fields, verdicts"
    INVITE = "invite, list and revoke links"
    MANAGE = "change roles and let people go"


_GUEST: Final = frozenset({Right.KNOW, Right.CONTRIBUTE})
_CONTRIBUTOR: Final = frozenset({Right.KNOW, Right.SEE, Right.CONTRIBUTE, Right.COMMENT})
_LEADER: Final = frozenset(_CONTRIBUTOR | {Right.HEAR, Right.LEAD, Right.INVITE, Right.MANAGE})

OF_ROLE: Final[dict[Role, frozenset[Right]]] = {
    Role.GUEST: _GUEST,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.REVIEWER: frozenset({Right.KNOW, Right.SEE, Right.COMMENT, Right.HEAR}),
    Role.LEADER: _LEADER,
    Role.OWNER: _LEADER,
}

# A key for recording opens no more than this, whatever its owner may do.
OF_SCOPE: Final[dict[Scope, frozenset[Right]]] = {
    Scope.FULL: frozenset(Right),
    Scope.RECORDER: frozenset({Right.CONTRIBUTE}),
}

# Who ranks below whom, for changing roles: nobody touches those at or above themselves, but for the owners.
_RANK: Final = {Role.GUEST: 0, Role.REVIEWER: 1, Role.CONTRIBUTOR: 1, Role.LEADER: 2, Role.OWNER: 3}

# What leaders say of takes; everything else is their makers'.
LEADERS_WORDS: Final = frozenset({"heard", "verdict", "reason", "seconds_used", "cut"})


def allowed(role: Role | None, right: Right, scope: Scope = Scope.FULL) -> bool:
    """Return whether somebody of this role, ``None`` for a stranger, may do that with a key of this scope."""
    return role is not None and right in OF_ROLE[role] and right in OF_SCOPE[scope]


def may_give(giver: Role, role: Role) -> bool:
    """Return whether somebody may make another person this, by a link or by a change of role."""
    return allowed(giver, Right.INVITE) and (giver is Role.OWNER or _RANK[role] < _RANK[giver])


def may_change(changer: Role, now: Role, then: Role) -> bool:
    """Return whether somebody may make a person who is ``now`` be ``then``."""
    if not allowed(changer, Right.MANAGE):
        return False
    return changer is Role.OWNER or (_RANK[now] < _RANK[changer] and _RANK[then] < _RANK[changer])


def may_edit(role: Role, own: bool, fields: Fields) -> bool:
    """Return whether somebody may make this edit. ``own`` says that the item is theirs: begun by them, about a take
    that they made, or their profile; a comment that is not there yet is theirs."""
    match fields:
        case ProjectFields() | StepFields() | CallFields():
            return allowed(role, Right.LEAD)
        case TakeFields():
            return _may_edit_take(role, own, set(touched(fields)))
        case CommentFields():
            return _may_comment(role, own, set(touched(fields)))
        case ProfileFields():
            return own


def _may_edit_take(role: Role, own: bool, names: set[str]) -> bool:
    leaders = names & LEADERS_WORDS
    if names - leaders and not own:
        return False
    if leaders == {"heard"}:
        return allowed(role, Right.HEAR)
    return not leaders or allowed(role, Right.LEAD)


def _may_comment(role: Role, own: bool, names: set[str]) -> bool:
    if not allowed(role, Right.COMMENT):
        return False
    # Anybody who may comment may settle a question; only its author changes it, and leaders may take it away.
    if own or names <= {"resolved"}:
        return True
    return names <= {"removed", "resolved"} and allowed(role, Right.LEAD)
