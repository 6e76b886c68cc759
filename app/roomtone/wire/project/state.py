"""All that is known of a project at one moment, as the server has it or as a computer remembers it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from roomtone.wire.api import Take
from roomtone.wire.project.edits import Item
from roomtone.wire.project.items import (
    CallFields,
    CommentFields,
    ProfileFields,
    ProjectFields,
    StepFields,
    TakeFields,
    Verdict,
)
from roomtone.wire.project.people import Member, Role

F = TypeVar("F", ProjectFields, StepFields, CallFields, TakeFields, CommentFields, ProfileFields)


class Stage(StrEnum):
    """How far a take is in its project."""

    OWN = "not submitted"
    SUBMITTED = "submitted"
    HEARD = "heard"
    ACCEPTED = "accepted"
    LATER = "kept for later"
    WITHDRAWN = "withdrawn"


# From each stage to those that one step by one person may lead to. Who may take the step is in ``rights``.
MOVES: Final[dict[Stage, frozenset[Stage]]] = {
    Stage.OWN: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.SUBMITTED: frozenset({Stage.HEARD, Stage.ACCEPTED, Stage.LATER, Stage.WITHDRAWN}),
    Stage.HEARD: frozenset({Stage.ACCEPTED, Stage.LATER, Stage.WITHDRAWN}),
    Stage.ACCEPTED: frozenset({Stage.HEARD, Stage.LATER, Stage.WITHDRAWN}),
    Stage.LATER: frozenset({Stage.HEARD, Stage.ACCEPTED, Stage.WITHDRAWN}),
    # What was withdrawn may be given again.
    Stage.WITHDRAWN: frozenset({Stage.OWN, Stage.SUBMITTED, Stage.HEARD, Stage.ACCEPTED, Stage.LATER}),
}


def stage_of(said: TakeFields) -> Stage:
    """Return how far a take is. What its maker withdrew is withdrawn, whatever anybody says of it meanwhile."""
    if said.withdrawn:
        return Stage.WITHDRAWN
    if not said.submitted:
        return Stage.OWN
    if said.verdict is Verdict.ACCEPTED:
        return Stage.ACCEPTED
    if said.verdict is Verdict.LATER:
        return Stage.LATER
    return Stage.HEARD if said.heard else Stage.SUBMITTED


class ProjectState(msgspec.Struct):
    """A project with everything in it. ``items``, ``takes`` and ``members`` are by id."""

    id: str
    items: dict[str, Item] = {}
    takes: dict[str, Take] = {}
    members: dict[str, Member] = {}

    def fields(self, identity: str, kind: type[F]) -> F:
        """Return what is said of something; empty fields where nothing of that kind is."""
        item = self.items.get(identity)
        return item.fields if item is not None and isinstance(item.fields, kind) else kind()

    def all_of(self, kind: type[F], *, removed: bool = False) -> list[tuple[Item, F]]:
        """Return all items of a kind, oldest first; those that were removed only where they are asked for."""
        found = [(item, item.fields) for item in self.items.values() if isinstance(item.fields, kind)]
        there = [(item, fields) for item, fields in found if removed or not getattr(fields, "removed", False)]
        return sorted(there, key=lambda pair: (pair[0].created, pair[0].id))

    @property
    def project(self) -> ProjectFields:
        """The project's own fields."""
        return self.fields(self.id, ProjectFields)

    def said(self, take: str) -> TakeFields:
        """Return what is said of a take."""
        return self.fields(take, TakeFields)

    def stage(self, take: str) -> Stage:
        """Return how far a take is."""
        return stage_of(self.said(take))

    def name(self, account: str) -> str:
        """Return what somebody is called, also where they are here no more."""
        member = self.members.get(account)
        return member.name if member is not None else "somebody"

    def role(self, account: str) -> Role | None:
        """Return what somebody is in the project; ``None`` for strangers and those who left."""
        member = self.members.get(account)
        return member.role if member is not None and not member.gone else None

    def in_order(self) -> list[Take]:
        """Return the takes in the order in which they arrived."""
        return sorted(self.takes.values(), key=lambda take: (take.seq, take.id))


def seconds_of(take: Take) -> float:
    """Return how long a take is, by its manifest; 0 for pictures, pages and what is not sealed yet."""
    found = (take.manifest or {}).get("tracks")
    lengths = [_length(track) for track in found if isinstance(track, dict)] if isinstance(found, list) else []
    return max(lengths, default=0.0)


def _length(track: dict[str, object]) -> float:
    frames, rate, seconds = track.get("frames"), track.get("rate"), track.get("seconds")
    if isinstance(frames, int) and isinstance(rate, int) and rate > 0 and frames > 0:
        return frames / rate
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else 0.0
