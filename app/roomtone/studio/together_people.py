"""The people page: who is in the project, the links into it, and the keys of one's account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from roomtone.studio.together_facts import Facts, role_of
from roomtone.studio.together_snapshot import (
    DeviceView,
    InvitationView,
    InviteView,
    PeopleView,
    Person,
    QueuedView,
)
from roomtone.studio.together_words import ago, count, day_words, edit_words, moment, person_of
from roomtone.upload.replica.states import WORDS, EditState
from roomtone.upload.together_messages import PendingEdit, ProjectDocument
from roomtone.wire.project.items import Licence
from roomtone.wire.project.licences import plain
from roomtone.wire.project.people import Device, Invitation, Invite, Role, Scope
from roomtone.wire.project.rights import Right, allowed

_RANK: Final = {Role.OWNER: 0, Role.LEADER: 1, Role.CONTRIBUTOR: 2, Role.REVIEWER: 3, Role.GUEST: 4}


def people_view(facts: Facts, invitation: InvitationView | None = None) -> PeopleView:
    """Return the page as it is now."""
    document, role = facts.document, role_of(facts)
    here = [member for member in document.state.members.values() if not member.gone]
    people = [person_of(document.state, member.account, facts.me) for member in here]
    me = document.state.members.get(facts.me)
    return PeopleView(
        people=tuple(sorted(people, key=_place)),
        invites=tuple(invite_view(facts, invite) for invite in facts.invites),
        devices=tuple(device_view(facts, device) for device in facts.devices),
        server=server_words(document),
        embedded=document.here,
        online=document.online is not False,
        may_invite=allowed(role, Right.INVITE),
        may_manage=allowed(role, Right.MANAGE),
        can_move=document.here and facts.joined,
        guest=me.guest if me is not None else False,
        invitation=invitation,
        recorder=facts.recorder,
    )


def _place(person: Person) -> tuple[int, str]:
    return _RANK[person.role], person.name.casefold()


def server_words(document: ProjectDocument) -> str:
    """Say where the project lives."""
    if document.here:
        return "On this computer"
    return urlsplit(document.server).netloc or document.server or "Not on a server yet"


def until_words(text: str) -> str:
    """Return the day of a time in RFC 3339."""
    at = moment(text)
    return day_words(at.astimezone().date()) if at is not None else ""


def invite_view(facts: Facts, invite: Invite) -> InviteView:
    """Return how a link is listed."""
    at = moment(invite.expires)
    over = at is not None and at <= facts.now
    state = "revoked" if invite.revoked else "expired" if over else "used up" if invite.uses_left < 1 else ""
    parts = [
        invite.role.value,
        invite.note,
        state or f"until {until_words(invite.expires)}",
        "" if state else f"for {invite.uses_left} more" if invite.uses_left > 1 else "for one more",
    ]
    text = " · ".join(part for part in parts if part)
    return InviteView(invite.id, invite.role, text, facts.links.get(invite.id, ""), open=not state)


def device_view(facts: Facts, device: Device) -> DeviceView:
    """Return how a key is listed."""
    parts = [
        "this computer" if device.current else "",
        "can only add takes" if device.scope is Scope.RECORDER else "",
        f"since {until_words(device.created)}",
        _used(device.used, facts.now),
    ]
    name = device.device or "A computer"
    return DeviceView(device.id, name, " · ".join(part for part in parts if part), device.current)


def _used(text: str, now: datetime) -> str:
    """Say when a key was used, which servers remember to the hour."""
    at = moment(text)
    if at is None:
        return "never used"
    return "used within the hour" if now - at < timedelta(hours=1) else f"used {ago(text, now)}"


def invitation_view(link: str, found: Invitation) -> InvitationView:
    """Return what a link leads to."""
    known = {licence.value: licence for licence in Licence}
    terms = plain(known.get(found.licence))
    return InvitationView(link, found.title, found.role, terms, found.brief, until_words(found.expires))


def queued_views(document: ProjectDocument) -> tuple[QueuedView, ...]:
    """Return the edits that have not reached the server."""
    return tuple(
        QueuedView(one.edit.id, edit_words(document.state, one.edit), WORDS[one.state], one.problem)
        for one in unsettled(document)
    )


def unsettled(document: ProjectDocument) -> list[PendingEdit]:
    """Return what waits, and what was refused."""
    return [one for one in document.pending if one.state is not EditState.SETTLED]


def offline_line(document: ProjectDocument) -> str:
    """Say that the server is not reached, and how much waits for it; "" where it is."""
    if document.online is not False:
        return ""
    waiting = sum(one.state is not EditState.REFUSED for one in unsettled(document))
    return f"Offline: {count(waiting, 'change')} wait{'s' if waiting == 1 else ''}" if waiting else "Offline"
