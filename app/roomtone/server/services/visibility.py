"""What those who may not see everything are told of a project: its own fields, calls, steps, the members' names, their
own takes with what is said of them, and the takes that calls show to whoever is to answer them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from roomtone.server.db.records import ChangeRecord, TakePlace, TakeRecord
from roomtone.server.services.access import Access, Visitor
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.edits import Item
from roomtone.wire.project.items import CommentFields, ItemKind, kind_of
from roomtone.wire.project.rights import Right

_SHOWN: Final = frozenset({ItemKind.PROJECT, ItemKind.CALL, ItemKind.STEP})


class Visibility(msgspec.Struct, frozen=True):
    """What somebody may see of one project. ``named`` and ``own`` are looked at only where that is not everything."""

    visitor: Visitor
    project: str
    everything: bool
    named: frozenset[str]
    own: frozenset[str]

    def take(self, identity: str, maker: str) -> bool:
        """Return whether a take is seen."""
        return self.everything or self.visitor.sees(identity, TakePlace(self.project, maker), self.named)

    def item(self, item: Item) -> bool:
        """Return whether an item is seen. What is said of a take is for its maker, a profile is its owner's, and a
        comment is for whoever it is about or meant for."""
        kind = kind_of(item.fields)
        if self.everything or kind in _SHOWN:
            return True
        if isinstance(item.fields, CommentFields):
            return item.fields.about in self.own or self.visitor.id in (item.author, item.fields.to)
        return kind in (ItemKind.TAKE, ItemKind.PROFILE) and item.author == self.visitor.id

    def takes(self, takes: Collection[TakeRecord]) -> list[TakeRecord]:
        """Return the takes that are seen."""
        return [take for take in takes if self.take(take.id, take.maker)]

    def change(self, change: ChangeRecord, places: Mapping[str, TakePlace], comments: Mapping[str, Item]) -> bool:
        """Return whether a change is told. ``places`` knows of the takes and ``comments`` of the comments that changes
        are about."""
        if self.everything or change.kind in (ChangeKind.PROJECT_CREATED, ChangeKind.MEMBER_CHANGED):
            return True
        if change.kind is ChangeKind.ITEM_EDITED and change.detail == ItemKind.COMMENT:
            return change.subject in comments and self.item(comments[change.subject])
        if change.kind is ChangeKind.ITEM_EDITED and change.detail != ItemKind.TAKE:
            return change.detail in _SHOWN or change.subject == self.visitor.id
        place = places.get(change.subject)
        return place is not None and self.take(change.subject, place.maker)


async def visibility(access: Access, visitor: Visitor, project: str) -> Visibility:
    """Return what somebody may see of a project that they know of."""
    if visitor.may(project, Right.SEE):
        return Visibility(visitor, project, True, frozenset(), frozenset())
    return Visibility(visitor, project, False, await access.named(project), await access.own(visitor))
