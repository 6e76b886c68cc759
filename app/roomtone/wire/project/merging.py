"""How edits become one state: every field keeps the value with the latest stamp.

Applying edits is commutative, associative and idempotent, so that everybody who knows the same edits sees the same,
in whatever order and however often they came. What is overtaken is not lost: the server keeps every edit.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import FIELDS, kind_of, touched


class KindError(ValueError):
    """An edit speaks of an item of another kind."""


def stamp_of(edit: Edit) -> str:
    """Return what decides which of two edits is later: its time, and its id where two are of the same millisecond."""
    return f"{edit.at}/{edit.id}"


def begin(edit: Edit, author: str) -> Item:
    """Return the item that an edit begins, before its fields are applied."""
    return Item(edit.item, author, edit.at, FIELDS[kind_of(edit.fields)](), {})


def apply(item: Item, edit: Edit) -> Item:
    """Return the item after an edit; the same object where the edit changes nothing. Raises ``KindError``."""
    if kind_of(item.fields) is not kind_of(edit.fields):
        raise KindError(f"it is a {kind_of(item.fields)}")
    stamp = stamp_of(edit)
    later = {name: value for name, value in touched(edit.fields).items() if stamp > item.stamps.get(name, "")}
    if not later:
        return item
    fields: Any = msgspec.structs.replace(item.fields, **later)
    return Item(item.id, item.author, item.created, fields, item.stamps | dict.fromkeys(later, stamp))


def overtaken(item: Item, edit: Edit) -> bool:
    """Return whether nothing of an edit is, or would be, in the item as it is."""
    stamp = stamp_of(edit)
    return all(item.stamps.get(name, "") > stamp for name in touched(edit.fields))


def write_stamp(at: datetime) -> str:
    """Return a time as edits carry it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def next_stamp(now: datetime, *seen: str) -> str:
    """Return the time for a new edit: now, or a millisecond after the latest of what its maker has seen.

    ``seen`` are times or stamps of edits; so whoever changes what they see wins, also with a clock that is slow.
    """
    latest = max((text.partition("/")[0] for text in seen if text), default="")
    if latest and write_stamp(now) <= latest:
        return write_stamp(datetime.fromisoformat(latest) + timedelta(milliseconds=1))
    return write_stamp(now)
