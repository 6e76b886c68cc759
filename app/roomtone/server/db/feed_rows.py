"""The change feed."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from roomtone.server.db import schema as s
from roomtone.server.db.records import ChangeRecord
from roomtone.wire.api import ChangeKind

_ADD: Final = insert(s.changes)
_AFTER: Final = (
    select(s.changes)
    .where(s.changes.c.project == bindparam("of"), s.changes.c.seq > bindparam("since"))
    .order_by(s.changes.c.seq)
    .limit(bindparam("most"))
)


def add_change(db: Connection, project: str, change: ChangeRecord) -> int:
    """Append a change, whose own ``seq`` is not looked at; return the ``seq`` that it got."""
    found = db.execute(_ADD, _values(project, change)).inserted_primary_key
    return int(found[0]) if found else 0


def add_changes(db: Connection, project: str, changes: list[ChangeRecord]) -> None:
    """Append several changes in this order."""
    db.execute(_ADD, [_values(project, change) for change in changes])


def changes(db: Connection, project: str, since: int, limit: int) -> list[ChangeRecord]:
    """Return the changes of a project after a cursor, oldest first."""
    rows = db.execute(_AFTER, {"of": project, "since": since, "most": limit})
    return [ChangeRecord(ChangeKind(row.kind), row.subject, row.at, row.detail, row.seq) for row in rows]


def _values(project: str, change: ChangeRecord) -> dict[str, Any]:
    told = {"kind": change.kind.value, "subject": change.subject, "at": change.at, "detail": change.detail}
    return told | {"project": project}
