"""The repository's part about items: what people say in a project, and all of it at one moment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from roomtone.server.db import feed_rows, item_rows, project_rows, take_rows
from roomtone.server.db.records import Decided, Known, PastRecord, StateRecord, TakePlace
from roomtone.server.db.transactions import Transactions
from roomtone.wire.project.edits import Edit, Item


class ItemTables(Transactions):
    """``ItemStore`` over SQLAlchemy."""

    def edit(
        self,
        project: str,
        account: str,
        edits: list[Edit],
        referred: Collection[str],
        at: datetime,
        decide: Callable[[Known], Decided],
    ) -> None:
        with self._write() as db:
            item_rows.write(db, project, decide(item_rows.known(db, project, account, edits, referred)), at)

    def item(self, project: str, item: str) -> Item | None:
        with self._read() as db:
            return item_rows.item(db, project, item)

    def items(self, project: str, items: Collection[str]) -> list[Item]:
        with self._read() as db:
            return item_rows.items(db, project, items)

    def history(self, project: str, item: str, seen: int, limit: int) -> list[PastRecord]:
        with self._read() as db:
            return item_rows.history(db, project, item, seen, limit)

    def state(self, project: str, since: int, limit: int | None) -> StateRecord:
        with self._read() as db:
            items = item_rows.items_since(db, project, since, limit)
            takes = take_rows.takes_since(db, project, since, limit)
            new = since == 0 or feed_rows.members_changed(db, project, since)
            members = project_rows.members(db, project) if new else None
            return StateRecord(items, takes, members, feed_rows.head(db, project))

    def head(self, project: str) -> int:
        with self._read() as db:
            return feed_rows.head(db, project)

    def named_takes(self, project: str) -> frozenset[str]:
        with self._read() as db:
            return item_rows.named_takes(db, project)

    def own_takes(self, account: str) -> frozenset[str]:
        with self._read() as db:
            return item_rows.own_takes(db, account)

    def take_places(self, takes: Collection[str]) -> dict[str, TakePlace]:
        with self._read() as db:
            return item_rows.places(db, takes)
