"""A server of one project as the contract says, made of nothing but the rules that both sides share."""

from __future__ import annotations

import msgspec

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import Problem
from roomtone.wire.api import Take
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Answer, Edit, Item, Outcome, Past, StatePage
from roomtone.wire.project.items import ProfileFields, TakeFields
from roomtone.wire.project.people import Member, Role
from roomtone.wire.project.rights import may_edit

FORBIDDEN = Problem("not-allowed", "You may not do that", "Your role does not allow it", "Ask a leader")
OTHER_KIND = Problem("other-kind", "It is something else", "The item is of another kind", "Look at it again")
NO_TAKE = Problem("no-such-take", "There is no such take", "The server has not heard of it", "Send it first")
PAGE = 3


class ModelServer:
    """Everybody in ``roles`` is a member once somebody has founded the project."""

    def __init__(self, project: str, roles: dict[str, Role]) -> None:
        self.project = project
        self.roles = roles
        self.clock = ManualClock()
        self.founded = False
        self.items: dict[str, Item] = {}
        self.takes: dict[str, Take] = {}
        self.past: dict[str, Past] = {}
        self.refused: dict[str, Answer] = {}
        self._changed: dict[tuple[str, str], int] = {}
        self._head = 1

    def found(self) -> None:
        """PUT the project; again changes nothing."""
        self.founded = True

    def declare(self, account: str, take: Take) -> None:
        """PUT a take."""
        if self.founded and take.id not in self.takes:
            self.takes[take.id] = msgspec.structs.replace(take, seq=len(self.takes) + 1, account=account)
            self._note("take", take.id)

    def edit(self, account: str, edits: list[Edit]) -> list[Answer] | None:
        """POST edits; ``None`` where there is no such project."""
        self.clock.advance(0.001)
        return [self._answer(account, edit) for edit in edits] if self.founded else None

    def state(self, since: int) -> StatePage | None:
        """GET what is new."""
        if not self.founded:
            return None
        if since > self._head:
            return StatePage([], [], self._head)
        found = sorted((at, what) for what, at in self._changed.items() if at > since)
        cut, more = found[:PAGE], len(found) > PAGE
        items = [self.items[name] for _, (kind, name) in cut if kind == "item"]
        takes = [self.takes[name] for _, (kind, name) in cut if kind == "take"]
        members = [Member(who, who, role, "") for who, role in self.roles.items()] if not since else None
        return StatePage(items, takes, cut[-1][0] if more else self._head, more, members)

    def forget_cursors(self) -> None:
        """Number everything anew, as a server does that was brought back from elsewhere."""
        self._changed = {what: number for number, what in enumerate(sorted(self._changed), start=1)}
        self._head = len(self._changed) + 1

    def _answer(self, account: str, edit: Edit) -> Answer:
        if edit.id in self.past:
            item = self.items[edit.item]
            return Answer(edit.id, Outcome.OVERTAKEN if merging.overtaken(item, edit) else Outcome.APPLIED)
        arrived = merging.write_stamp(self.clock.now())
        if edit.at > arrived:
            there = self.items.get(edit.item)
            latest = merging.next_stamp(self.clock.now(), *(there.stamps.values() if there else ()))
            edit = msgspec.structs.replace(edit, at=latest)
        problem = self._problem(account, edit)
        if problem is not None:
            return Answer(edit.id, Outcome.REFUSED, problem)
        before = self.items.get(edit.item) or merging.begin(edit, account)
        late = merging.overtaken(before, edit)
        self.items[edit.item] = merging.apply(before, edit)
        self.past[edit.id] = Past(edit, account, arrived)
        self._note("item", edit.item)
        return Answer(edit.id, Outcome.OVERTAKEN if late else Outcome.APPLIED)

    def _problem(self, account: str, edit: Edit) -> Problem | None:
        item = self.items.get(edit.item)
        own = item is None or item.author == account
        if isinstance(edit.fields, TakeFields):
            if edit.item not in self.takes:
                return NO_TAKE
            own = self.takes[edit.item].account == account
        if isinstance(edit.fields, ProfileFields):
            own = edit.item == account
        if item is not None and type(item.fields) is not type(edit.fields):
            return OTHER_KIND
        return None if may_edit(self.roles[account], own, edit.fields) else FORBIDDEN

    def _note(self, kind: str, identity: str) -> None:
        self._head += 1
        self._changed[kind, identity] = self._head
