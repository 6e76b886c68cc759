"""Items, and the edits that made them what they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from roomtone.foundation.decoding import decoder_of
from roomtone.server.db import project_rows
from roomtone.server.db import schema as s
from roomtone.server.db.feed_rows import add_change
from roomtone.server.db.records import ChangeRecord, Decided, ItemRecord, Known, PastRecord, TakePlace
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import CallFields, Fields, ItemKind, ProjectFields, kind_of, shown_by

_ITEMS: Final = select(s.items).where(
    s.items.c.project == bindparam("of"), s.items.c.id.in_(bindparam("ids", expanding=True))
)
_CALLS: Final = select(s.items.c.fields).where(
    s.items.c.project == bindparam("of"), s.items.c.kind == ItemKind.CALL.value
)
_PAST: Final = select(s.edits).where(
    s.edits.c.project == bindparam("of"), s.edits.c.id.in_(bindparam("ids", expanding=True))
)
_HISTORY: Final = (
    select(s.edits)
    .where(s.edits.c.project == bindparam("of"), s.edits.c.item == bindparam("about"))
    .order_by(s.edits.c.number)
    .offset(bindparam("seen"))
    .limit(bindparam("most"))
)
_PLACES: Final = select(s.takes.c.id, s.takes.c.project, s.takes.c.maker, s.takes.c.withdrawn).where(
    s.takes.c.id.in_(bindparam("ids", expanding=True))
)
_OWN: Final = select(s.takes.c.id).where(s.takes.c.maker == bindparam("account"))
_MEMBERS: Final = select(s.members.c.account).where(
    s.members.c.project == bindparam("of"), s.members.c.account.in_(bindparam("ids", expanding=True))
)
_ADD: Final = insert(s.items)
_CHANGE: Final = (
    update(s.items)
    .where(s.items.c.project == bindparam("of"), s.items.c.id == bindparam("identity"))
    .values(seq=bindparam("new_seq"), fields=bindparam("new_fields"), stamps=bindparam("new_stamps"))
)
_TELL_TAKE: Final = update(s.takes).where(s.takes.c.project == bindparam("of"), s.takes.c.id == bindparam("identity"))
_RETELL: Final = _TELL_TAKE.values(changed=bindparam("new_changed"))
_WITHDRAW: Final = _TELL_TAKE.values(changed=bindparam("new_changed"), withdrawn=bindparam("new_withdrawn"))
_ADD_EDITS: Final = insert(s.edits)

_SINCE: Final = (
    select(s.items)
    .where(s.items.c.project == bindparam("of"), s.items.c.seq > bindparam("since"))
    .order_by(s.items.c.seq)
)

_FIELDS: Final[msgspec.json.Decoder[Fields]] = decoder_of(Fields)
_CALL: Final = decoder_of(CallFields)
_STAMPS: Final = decoder_of(dict[str, str])


def known(db: Connection, project: str, account: str, edits: list[Edit], referred: Collection[str]) -> Known:
    """Return what decides about edits: in five statements, however many those are."""
    items = [*{edit.item for edit in edits} | set(referred)]
    past = db.execute(_PAST, {"of": project, "ids": [edit.id for edit in edits]})
    member = project_rows.member(db, project, account)
    return Known(
        role=member.role if member is not None and not member.gone else None,
        items={found.item.id: found.item for found in _items(db, project, items)},
        past={record.edit.id: record for record in map(_past, past)},
        takes=places(db, items),
        members=frozenset(db.execute(_MEMBERS, {"of": project, "ids": items}).scalars()),
    )


def begin_project(db: Connection, project: str, said: Decided, seq: int) -> None:
    """Write what is said of a new project, whose first change tells of that, too."""
    for item in said.items:
        db.execute(_ADD, _item_values(item, seq) | {"project": project})
    _append(db, project, said.edits)


def write(db: Connection, project: str, decided: Decided, received: datetime) -> None:
    """Write what was decided: items with their changes, and every edit that was taken."""
    for item in decided.items:
        kind = kind_of(item.fields)
        seq = add_change(db, project, ChangeRecord(ChangeKind.ITEM_EDITED, item.id, received, kind.value))
        values = _item_values(item, seq)
        if item.id in decided.new:
            db.execute(_ADD, values | {"project": project})
        else:
            new = {f"new_{name}": values[name] for name in ("seq", "fields", "stamps")}
            db.execute(_CHANGE, new | {"of": project, "identity": item.id})
        if isinstance(item.fields, ProjectFields) and item.fields.title is not None:
            db.execute(update(s.projects).where(s.projects.c.id == project).values(title=item.fields.title))
    for take in decided.retold:
        seq = add_change(db, project, ChangeRecord(ChangeKind.ITEM_EDITED, take, received, ItemKind.TAKE.value))
        again = {"of": project, "identity": take, "new_changed": seq}
        if take in decided.withdrawn:
            db.execute(_WITHDRAW, again | {"new_withdrawn": decided.withdrawn[take]})
        else:
            db.execute(_RETELL, again)
    _append(db, project, decided.edits)


def _append(db: Connection, project: str, edits: Collection[PastRecord]) -> None:
    rows = [_edit_values(project, record) for record in edits]
    if rows:
        db.execute(_ADD_EDITS, rows)


def item(db: Connection, project: str, identity: str) -> Item | None:
    """Return one item."""
    found = _items(db, project, [identity])
    return found[0].item if found else None


def items(db: Connection, project: str, ids: Collection[str]) -> list[Item]:
    """Return those of these items that there are."""
    return [record.item for record in _items(db, project, [*ids])]


def items_since(db: Connection, project: str, since: int, limit: int | None) -> list[ItemRecord]:
    """Return the items that were changed after a change, those changed first before the others."""
    query = _SINCE if limit is None else _SINCE.limit(limit)
    return [_item_record(row) for row in db.execute(query, {"of": project, "since": since}).all()]


def history(db: Connection, project: str, item: str, seen: int, limit: int) -> list[PastRecord]:
    """Return the edits of an item in the order of their arrival, without the first so many."""
    return [_past(row) for row in db.execute(_HISTORY, {"of": project, "about": item, "seen": seen, "most": limit})]


def places(db: Connection, takes: Collection[str]) -> dict[str, TakePlace]:
    """Return where takes belong; those that do not exist are missing."""
    rows = db.execute(_PLACES, {"ids": [*takes]})
    return {row.id: TakePlace(row.project, row.maker, row.withdrawn) for row in rows}


def own_takes(db: Connection, account: str) -> frozenset[str]:
    """Return the takes that somebody made."""
    return frozenset(db.execute(_OWN, {"account": account}).scalars())


def named_takes(db: Connection, project: str) -> frozenset[str]:
    """Return the takes that calls show to whoever is to answer them: guides, reference pictures and filmed briefs."""
    found: set[str] = set()
    for fields in db.execute(_CALLS, {"of": project}).scalars():
        call = _CALL.decode(fields)
        if not call.removed:
            found |= shown_by(call)
    return frozenset(found)


def _item_values(item: Item, seq: int) -> dict[str, Any]:
    """Return an item's columns, without its project's."""
    return {
        "id": item.id,
        "kind": kind_of(item.fields).value,
        "author": item.author,
        "created": item.created,
        "seq": seq,
        "fields": s.dump_json(item.fields),
        "stamps": s.dump_json(item.stamps),
    }


def _item_record(row: Any) -> ItemRecord:
    """Return an item from its row, whose columns are in the order of the table's."""
    _, identity, _, author, created, seq, fields, stamps = row
    return ItemRecord(Item(identity, author, created, _FIELDS.decode(fields), _STAMPS.decode(stamps)), seq)


def _items(db: Connection, project: str, ids: list[str]) -> list[ItemRecord]:
    return [_item_record(row) for row in db.execute(_ITEMS, {"of": project, "ids": ids})]


def _edit_values(project: str, record: PastRecord) -> dict[str, Any]:
    return {
        "project": project,
        "id": record.edit.id,
        "item": record.edit.item,
        "account": record.account,
        "received": record.received,
        "at": record.edit.at,
        "body": s.dump_json(record.edit.fields),
    }


def _past(row: Row[Any]) -> PastRecord:
    return PastRecord(Edit(row.id, row.item, row.at, _FIELDS.decode(row.body)), row.account, row.received)
