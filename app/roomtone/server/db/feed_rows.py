"""The change feed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from roomtone.server.db import schema as s
from roomtone.server.db.records import ChangeRecord
from roomtone.wire.api import ChangeKind


def add_change(db: Connection, project: str, change: ChangeRecord) -> int:
    """Append a change, whose own ``seq`` is not looked at; return the ``seq`` that it got."""
    values = {"kind": change.kind.value, "subject": change.subject, "at": change.at, "detail": change.detail}
    found = db.execute(insert(s.changes).values(project=project, **values)).inserted_primary_key
    return int(found[0]) if found else 0


def changes(db: Connection, project: str, since: int, limit: int) -> list[ChangeRecord]:
    """Return the changes of a project after a cursor, oldest first."""
    query = select(s.changes).where(s.changes.c.project == project, s.changes.c.seq > since)
    rows = db.execute(query.order_by(s.changes.c.seq).limit(limit))
    return [ChangeRecord(ChangeKind(row.kind), row.subject, row.at, row.detail, row.seq) for row in rows]
