"""Who is credited, with what: derived from accepted takes and their lineage, never typed in."""

from __future__ import annotations

import msgspec

from roomtone.wire.api import Take
from roomtone.wire.project.items import CallFields, MediaKind
from roomtone.wire.project.lineage import origins
from roomtone.wire.project.recipes import kinds_of
from roomtone.wire.project.state import ProjectState, Stage, seconds_of


class Credit(msgspec.Struct, frozen=True):
    """What one person did in one role. ``seconds`` of it are in the piece; ``takes`` are the ones it stands on."""

    account: str
    name: str
    role: str
    seconds: float
    takes: list[str]


class Credits(msgspec.Struct, frozen=True):
    """Everybody, in the order of their first take; within a person the role with the most seconds first."""

    credits: list[Credit]


def role_of(state: ProjectState, take: Take) -> str:
    """Return what a take's maker did in it: its part, that of its call, or what kind of thing it is."""
    if take.part:
        return take.part
    call = state.said(take.id).call
    part = state.fields(call, CallFields).part if call else ""
    if part:
        return part
    kinds = kinds_of(take)
    order = (MediaKind.VIDEO, MediaKind.SOUND, MediaKind.ARTWORK, MediaKind.WRITING)
    return next((kind for kind in order if kind in kinds), MediaKind.SOUND).value


def used_seconds(state: ProjectState) -> dict[str, float]:
    """Return how many seconds of each take are in the piece: of every accepted one, and of those that it is built
    from, as deep as that goes. What was withdrawn is in nothing."""
    found: dict[str, float] = {}
    waiting = [(take.id, 0.0) for take in state.in_order() if state.stage(take.id) is Stage.ACCEPTED]
    while waiting:
        identity, seconds = waiting.pop(0)
        take = state.takes.get(identity)
        if take is None or state.stage(identity) is Stage.WITHDRAWN:
            continue
        said = state.said(identity)
        amount = seconds or said.seconds_used or seconds_of(take)
        known = found.get(identity)
        if known is not None and known >= amount:
            continue
        found[identity] = amount
        waiting += [(use.take, use.seconds) for use in said.built_from or [] if use.take != identity]
    return found


def credits_of(state: ProjectState) -> Credits:
    """Return the credits of a project as they are now."""
    seconds = used_seconds(state)
    roles = {use.take: use.role for one in state.takes for use in state.said(one).built_from or [] if use.role}
    found: dict[tuple[str, str], Credit] = {}
    for take in state.in_order():
        if take.id not in seconds:
            continue
        who = take.person or take.maker
        key = (take.account or who, roles.get(take.id) or role_of(state, take))
        before = found.get(key) or Credit(take.account, who, key[1], 0.0, [])
        found[key] = Credit(
            before.account, before.name, key[1], before.seconds + seconds[take.id], [*before.takes, take.id]
        )
    people = list(dict.fromkeys(key[0] for key in found))
    ordered = sorted(found.items(), key=lambda pair: (people.index(pair[0][0]), -pair[1].seconds))
    return Credits([credit for _, credit in ordered])


def users_of(state: ProjectState, take: str) -> list[str]:
    """Return the takes that were recorded against a take or built from it, oldest first."""
    return users_by_take(state).get(take, [])


def users_by_take(state: ProjectState) -> dict[str, list[str]]:
    """Return for each take that others come from directly which these are, oldest first."""
    found: dict[str, list[str]] = {}
    for one in state.in_order():
        for other, _ in origins(state, one.id):
            found.setdefault(other, []).append(one.id)
    return found
