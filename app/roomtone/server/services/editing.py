"""What becomes of edits: a pure decision over what the database knows when they arrive.

What an edit speaks of may not be here yet, because takes and edits travel by different ways. So a reference to
something unknown is taken; only what is known to be in another project, or something else than it should be, is
refused. What a maker says of a take that is still to come is taken, too, and binds the take's id to them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.server.db.records import Decided, Known, PastRecord, ProjectRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.texts import check_line, check_texts
from roomtone.wire.project import merging, rights
from roomtone.wire.project.edits import Answer, Edit, Item, Outcome
from roomtone.wire.project.items import (
    CallFields,
    CommentFields,
    ItemKind,
    ProfileFields,
    ProjectFields,
    StepFields,
    TakeFields,
    kind_of,
    shown_by,
    touched,
)
from roomtone.wire.project.rights import Right

# Older than whatever anybody does, so that the title that a project begins with wins over nothing said of it offline.
_FIRST: Final = "1970-01-01T00:00:00.000Z"
_LINES: Final = ("title", "part", "key", "prompt", "beginner")


def first_words(project: ProjectRecord, owner: str) -> Decided:
    """Return what is said of a project that begins: its title."""
    edit = Edit(secrets.token_hex(16), project.id, _FIRST, ProjectFields(title=project.title))
    begun = msgspec.structs.replace(merging.begin(edit, owner), created=merging.write_stamp(project.created))
    return Decided([merging.apply(begun, edit)], frozenset({project.id}), [PastRecord(edit, owner, project.created)])


def references(edit: Edit) -> Iterator[tuple[str, ItemKind | None]]:
    """Yield what an edit speaks of: ids with the kind of thing that they are to be, ``None`` for any."""
    match edit.fields:
        case ProjectFields(cover=cover):
            yield from _some(ItemKind.TAKE, cover)
        case StepFields(person=person):
            yield from _some(ItemKind.PROFILE, person)
        case CallFields() as call:
            yield from _some(ItemKind.STEP, call.step)
            yield from _some(ItemKind.TAKE, *shown_by(call))
        case TakeFields() as said:
            yield from _some(ItemKind.CALL, said.call)
            yield from _some(ItemKind.TAKE, said.replaces, *(said.against or []))
            yield from _some(ItemKind.TAKE, *(use.take for use in said.built_from or []))
        case CommentFields() as comment:
            yield from _some(None, comment.about)
            yield from _some(ItemKind.COMMENT, comment.reply_to)
            yield from _some(ItemKind.PROFILE, comment.to)
        case ProfileFields():
            return


def _some(kind: ItemKind | None, *ids: str | None) -> Iterator[tuple[str, ItemKind | None]]:
    for identity in ids:
        if identity:
            yield identity, kind


def clamp(edit: Edit, item: Item | None, now: datetime) -> Edit:
    """Return an edit that is not later than its arrival, or where it claimed to be, than what it says it comes after:
    those of a computer whose clock is fast keep their order."""
    if edit.at <= merging.write_stamp(now):
        return edit
    return msgspec.structs.replace(edit, at=merging.next_stamp(now, *(item.stamps.values() if item else ())))


class Decision:
    """What becomes of the edits of one person in one project, one after the other."""

    def __init__(self, known: Known, project: str, account: str, now: datetime) -> None:
        self._known = known
        self._project = project
        self._account = account
        self._now = now
        self._items = dict(known.items)
        self._past = dict(known.past)
        self._changed: dict[str, Item] = {}
        self._edits: list[PastRecord] = []
        self._retold: dict[str, None] = {}
        self._withdrawn: dict[str, bool] = {}
        self.answers: list[Answer] = []

    def take(self, edit: Edit) -> None:
        """Decide about one edit."""
        try:
            outcome = self._repeated(edit) or self._apply(edit)
            self.answers.append(Answer(edit.id, outcome))
        except RefusedError as error:
            problem: Problem = error.problem
            self.answers.append(Answer(edit.id, Outcome.REFUSED, problem))

    def decided(self) -> Decided:
        """Return what is to be written."""
        new = frozenset(self._changed) - frozenset(self._known.items)
        return Decided(list(self._changed.values()), new, self._edits, list(self._retold), self._withdrawn)

    def _repeated(self, edit: Edit) -> Outcome | None:
        before = self._past.get(edit.id)
        if before is None:
            return None
        same = before.account == self._account and before.edit.item == edit.item and before.edit.fields == edit.fields
        if not same:
            raise RefusedError("edit-differs")
        item = self._items[edit.item]
        return Outcome.OVERTAKEN if merging.overtaken(item, before.edit) else Outcome.APPLIED

    def _apply(self, edit: Edit) -> Outcome:
        _check_words(edit)
        item = self._items.get(edit.item)
        self._check_kind(edit, item)
        self._check_right(edit, item)
        for identity, kind in references(edit):
            self._check_reference(identity, kind)
        taken = clamp(edit, item, self._now)
        before = item or merging.begin(taken, self._author(edit))
        after = merging.apply(before, taken)
        record = PastRecord(taken, self._account, self._now)
        self._edits.append(record)
        self._past[edit.id] = record
        self._items[edit.item] = after
        if after is not item:
            self._changed[edit.item] = after
            self._retell(before, after)
        return Outcome.OVERTAKEN if merging.overtaken(after, taken) else Outcome.APPLIED

    def _check_kind(self, edit: Edit, item: Item | None) -> None:
        kind = kind_of(edit.fields)
        if item is not None and kind_of(item.fields) is not kind:
            raise RefusedError("wrong-item", f"It is a {kind_of(item.fields)}")
        place = self._known.takes.get(edit.item)
        if place is not None and place.project != self._project:
            raise RefusedError("elsewhere")
        # An id means the same wherever it stands: nobody makes a step out of a take, or of somebody.
        there = {
            ItemKind.PROJECT: edit.item == self._project,
            ItemKind.TAKE: place is not None,
            ItemKind.PROFILE: edit.item in self._known.members,
        }
        if any(found for other, found in there.items() if other is not kind):
            raise RefusedError("wrong-item")
        if kind is ItemKind.PROJECT and edit.item != self._project:
            raise RefusedError("elsewhere")

    def _check_right(self, edit: Edit, item: Item | None) -> None:
        role = self._known.role
        if role is None:
            raise RefusedError("unknown-project")
        own = self._is_own(edit, item)
        if isinstance(edit.fields, TakeFields) and edit.item not in self._known.takes:
            if not own:
                raise RefusedError("unknown-take", "It has not arrived yet", None)
            if item is None and not rights.allowed(role, Right.CONTRIBUTE):
                raise RefusedError("not-allowed")
        if not rights.may_edit(role, own, edit.fields):
            raise RefusedError("not-allowed")

    def _is_own(self, edit: Edit, item: Item | None) -> bool:
        place = self._known.takes.get(edit.item)
        if isinstance(edit.fields, ProfileFields):
            return edit.item == self._account
        if isinstance(edit.fields, TakeFields) and place is not None:
            return place.maker == self._account
        return item is None or item.author == self._account

    def _author(self, edit: Edit) -> str:
        """Return who begins an item: what is said of a take is its maker's, whoever says something first."""
        place = self._known.takes.get(edit.item)
        return place.maker if place is not None and isinstance(edit.fields, TakeFields) else self._account

    def _check_reference(self, identity: str, kind: ItemKind | None) -> None:
        place = self._known.takes.get(identity)
        if place is not None and place.project != self._project:
            raise RefusedError("elsewhere")
        if kind is ItemKind.PROFILE and identity not in self._known.members:
            raise RefusedError("unknown-member")
        item = self._items.get(identity)
        if kind is not None and item is not None and kind_of(item.fields) is not kind:
            raise RefusedError("wrong-item", f"{identity} is a {kind_of(item.fields)}")
        if kind not in (None, ItemKind.TAKE) and place is not None:
            raise RefusedError("wrong-item", f"{identity} is a take")

    def _retell(self, before: Item, after: Item) -> None:
        """See to it that takes are told again to those who see them differently by this."""
        if isinstance(before.fields, CallFields) and isinstance(after.fields, CallFields):
            shown = shown_by(after.fields) - shown_by(before.fields)
            self._retold |= dict.fromkeys(sorted(shown & set(self._known.takes)))
        if isinstance(before.fields, TakeFields) and isinstance(after.fields, TakeFields):
            hidden = bool(after.fields.withdrawn)
            if after.id in self._known.takes and hidden is not bool(before.fields.withdrawn):
                self._retold[after.id] = None
                self._withdrawn[after.id] = hidden


def _check_words(edit: Edit) -> None:
    values: dict[str, Any] = touched(edit.fields)
    for name in _LINES:
        if isinstance(values.get(name), str):
            check_line(values[name])
    check_texts(values)
