"""The server as the rules of the wire have it, without any I/O: what three replicas exchange with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from roomtone.foundation.errors import Problem
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Answer, Edit, Item, Outcome, StatePage
from roomtone.wire.project.people import Member, Role
from roomtone.wire.project.rights import may_edit

_REFUSED = Problem("not-allowed", "It was not done", "Your role does not allow it", "Ask a leader")


class ModelServer:
    """Keeps one project. ``log`` holds every edit that was taken, in order of arrival."""

    def __init__(self, members: dict[str, Role]) -> None:
        self.members = {
            name: Member(name, name.title(), role, "2026-11-01T00:00:00.000Z") for name, role in members.items()
        }
        self.items: dict[str, Item] = {}
        self.log: dict[str, Edit] = {}
        self._feed: list[str] = []

    def edits(self, account: str, edits: list[Edit]) -> list[Answer]:
        """Take edits in; one that came before is answered again."""
        return [self._edit(account, edit) for edit in edits]

    def state(self, since: int, limit: int = 3) -> StatePage:
        """Return a page of what changed after a cursor."""
        page = self._feed[since : since + limit]
        items = [self.items[name] for name in dict.fromkeys(page)]
        members = list(self.members.values()) if since == 0 else None
        return StatePage(items, [], since + len(page), since + len(page) < len(self._feed), members)

    def _edit(self, account: str, edit: Edit) -> Answer:
        if edit.id in self.log:
            overtaken = merging.overtaken(self.items[edit.item], self.log[edit.id])
            return Answer(edit.id, Outcome.OVERTAKEN if overtaken else Outcome.APPLIED)
        item = self.items.get(edit.item)
        own = item is None or item.author == account
        if not may_edit(self.members[account].role, own, edit.fields):
            return Answer(edit.id, Outcome.REFUSED, _REFUSED)
        base = item or merging.begin(edit, account)
        try:
            changed = merging.apply(base, edit)
        except merging.KindError:
            return Answer(edit.id, Outcome.REFUSED, _REFUSED)
        self.log[edit.id] = edit
        self.items[edit.item] = changed
        self._feed.append(edit.item)
        return Answer(edit.id, Outcome.OVERTAKEN if merging.overtaken(changed, edit) else Outcome.APPLIED)


class SlowClock:
    """A computer's clock, wrong by ``off`` seconds."""

    def __init__(self, off: float) -> None:
        self._now = datetime(2026, 11, 28, tzinfo=UTC) + timedelta(seconds=off)

    def tick(self, seconds: float) -> datetime:
        """Let time pass; return what it shows."""
        self._now += timedelta(seconds=seconds)
        return self._now
