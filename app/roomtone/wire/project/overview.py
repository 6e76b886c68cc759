"""A project on one page, and the takes that wait for a leader's ears."""

from __future__ import annotations

from datetime import datetime

import msgspec

from roomtone.wire.api import Take
from roomtone.wire.project.cuts import Cut, cuts_of
from roomtone.wire.project.edits import Item
from roomtone.wire.project.health import Health, health_of
from roomtone.wire.project.items import CallFields, ProjectFields, StepFields, TakeFields
from roomtone.wire.project.licences import plain
from roomtone.wire.project.people import Role
from roomtone.wire.project.state import ProjectState, Stage


class ProjectPage(msgspec.Struct, frozen=True):
    """What somebody sees first of a project. ``role`` is their own; ``terms`` the licence in plain words."""

    id: str
    project: ProjectFields
    role: Role | None
    terms: str
    steps: list[Item]
    calls: list[Item]
    cuts: list[Cut]
    members: int
    takes: int
    accepted: int
    health: Health


class Waiting(msgspec.Struct, frozen=True):
    """A take in the queue, with what is said of it and how many comments there are."""

    take: Take
    said: TakeFields
    stage: Stage
    comments: int


class Queue(msgspec.Struct, frozen=True):
    """What was submitted: the unheard first, within those the oldest."""

    takes: list[Waiting]


_ORDER = {Stage.SUBMITTED: 0, Stage.HEARD: 1, Stage.LATER: 2, Stage.ACCEPTED: 3}


def page_of(state: ProjectState, account: str, now: datetime) -> ProjectPage:
    """Return the page of a project as somebody sees it."""
    steps = sorted(state.all_of(StepFields), key=lambda pair: (pair[1].place or 0.0, pair[0].id))
    stages = [state.stage(take) for take in state.takes]
    return ProjectPage(
        id=state.id,
        project=state.project,
        role=state.role(account),
        terms=plain(state.project.licence),
        steps=[item for item, _ in steps],
        calls=[item for item, _ in state.all_of(CallFields)],
        cuts=cuts_of(state),
        members=sum(not member.gone for member in state.members.values()),
        takes=sum(stage not in (Stage.OWN, Stage.WITHDRAWN) for stage in stages),
        accepted=stages.count(Stage.ACCEPTED),
        health=health_of(state, now),
    )


def queue_of(state: ProjectState) -> Queue:
    """Return the takes that were submitted, in the order in which a leader should hear them."""
    comments: dict[str, int] = {}
    for item in state.items.values():
        about = getattr(item.fields, "about", None)
        if about and not getattr(item.fields, "removed", None):
            comments[about] = comments.get(about, 0) + 1
    found = [
        Waiting(take, state.said(take.id), stage, comments.get(take.id, 0))
        for take in state.in_order()
        if (stage := state.stage(take.id)) in _ORDER
    ]
    return Queue(sorted(found, key=lambda waiting: _ORDER[waiting.stage]))
