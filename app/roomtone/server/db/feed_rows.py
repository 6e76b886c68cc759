"""The change feed."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select

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

_HEAD: Final = select(func.max(s.changes.c.seq)).where(s.changes.c.project == bindparam("of"))
_ABOUT_MEMBERS: Final = (ChangeKind.PROJECT_CREATED.value, ChangeKind.MEMBER_CHANGED.value)
_MEMBERS_CHANGED: Final = (
    select(s.changes.c.seq)
    .where(
        s.changes.c.project == bindparam("of"),
        s.changes.c.seq > bindparam("since"),
        s.changes.c.kind.in_(_ABOUT_MEMBERS),
    )
    .limit(1)
)


def add_change(db: Connection, project: str, change: ChangeRecord) -> int:
    """Append a change, whose own ``seq`` is not looked at; return the ``seq`` that it got."""
    found = db.execute(_ADD, _values(project, change)).inserted_primary_key
    return int(found[0]) if found else 0


def changes(db: Connection, project: str, since: int, limit: int) -> list[ChangeRecord]:
    """Return the changes of a project after a cursor, oldest first."""
    rows = db.execute(_AFTER, {"of": project, "since": since, "most": limit})
    return [ChangeRecord(ChangeKind(row.kind), row.subject, row.at, row.detail, row.seq) for row in rows]


def _values(project: str, change: ChangeRecord) -> dict[str, Any]:
    told = {"kind": change.kind.value, "subject": change.subject, "at": change.at, "detail": change.detail}
    return told | {"project": project}


def head(db: Connection, project: str) -> int:
    """Return the newest change of a project."""
    return db.execute(_HEAD, {"of": project}).scalar() or 0


def members_changed(db: Connection, project: str, since: int) -> bool:
    """Return whether anything about the members is new after a cursor."""
    return db.execute(_MEMBERS_CHANGED, {"of": project, "since": since}).first() is not None
