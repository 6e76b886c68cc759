"""Everything that is new in a project, page by page, in a constant number of queries."""

from __future__ import annotations

from roomtone.server.db.contract import Repository
from roomtone.server.db.records import ChangeRecord, StateRecord
from roomtone.server.services.access import Access, Visitor
from roomtone.server.services.feed import Feed
from roomtone.server.services.telling import Teller, change_document, member_document
from roomtone.server.services.visibility import Visibility, visibility
from roomtone.server.threads import Threads
from roomtone.wire import api
from roomtone.wire.project.edits import StatePage
from roomtone.wire.project.items import ItemKind


class States:
    """Tells what is new. Used on the event loop, after the guard let the visitor in."""

    def __init__(self, repository: Repository, teller: Teller, access: Access, feed: Feed, threads: Threads) -> None:
        self._repository = repository
        self._teller = teller
        self._access = access
        self._feed = feed
        self._threads = threads

    async def page(self, visitor: Visitor, project: str, since: int, limit: int) -> StatePage:
        """Return the items and takes that changed after a cursor, those that changed first before the others."""
        seen = await visibility(self._access, visitor, project)
        return await self._threads.run(self._page, seen, since, limit)

    async def changes(self, visitor: Visitor, project: str, since: int, limit: int) -> api.Changes:
        """Return a page of the change feed."""
        seen = await visibility(self._access, visitor, project)
        found = await self._feed.changes(project, since, limit + 1)
        page = await self.told(seen, found[:limit])
        cursor = found[:limit][-1].seq if found else since
        return api.Changes([change_document(record) for record in page], cursor, more=len(found) > limit)

    async def told(self, seen: Visibility, changes: list[ChangeRecord]) -> list[ChangeRecord]:
        """Return those changes that somebody is told."""
        if seen.everything or not changes:
            return changes
        said = {change.subject for change in changes if change.detail == ItemKind.COMMENT}
        places = await self._threads.run(self._repository.take_places, {change.subject for change in changes} - said)
        found = await self._threads.run(self._repository.items, seen.project, said) if said else []
        comments = {item.id: item for item in found}
        return [change for change in changes if seen.change(change, places, comments)]

    def _page(self, seen: Visibility, since: int, limit: int) -> StatePage:
        found = self._repository.state(seen.project, since, limit + 1)
        until = _until(found, limit)
        items = [record.item for record in found.items if until is None or record.seq <= until]
        takes = [record for record in found.takes if until is None or record.changed <= until]
        return StatePage(
            items=[item for item in items if seen.item(item)],
            takes=[self._teller.take(record, seen.visitor.id) for record in seen.takes(takes)],
            cursor=found.head if until is None else until,
            more=until is not None,
            members=None if found.members is None else [member_document(record) for record in found.members],
        )


def _until(found: StateRecord, limit: int) -> int | None:
    """Return the change with which a page ends, ``None`` where all fits. No two items, no two takes share one."""
    seqs = sorted([record.seq for record in found.items] + [record.changed for record in found.takes])
    return seqs[limit - 1] if len(seqs) > limit else None
