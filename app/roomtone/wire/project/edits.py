"""How edits travel, and what the server says to them.

An edit is made on somebody's computer, offline or not, and sent until the server has answered it. Its id makes a
repetition harmless. ``at`` is when it was made, by the clock of that computer, never before what its maker had seen;
the later edit of a field wins, whichever arrives first, and the server takes no edit for later than its arrival.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.wire.api import Id, Take
from roomtone.wire.project.items import Fields
from roomtone.wire.project.people import Member

MAX_EDITS: Final = 200

# RFC 3339 in UTC with milliseconds, so that the order of the text is the order of time.
Stamp = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$(?!\n)"
    ),
]


class Edit(msgspec.Struct, frozen=True):
    """One change of one item by one person; it begins the item where that is not there yet."""

    id: Id
    item: Id
    at: Stamp
    fields: Fields


class Edits(msgspec.Struct, frozen=True):
    """Edits of one project in the order in which they were made."""

    edits: Annotated[list[Edit], msgspec.Meta(max_length=MAX_EDITS)]


class Outcome(StrEnum):
    """What became of an edit. ``OVERTAKEN`` means that every field of it has a later value by now."""

    APPLIED = "applied"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one edit; a refused one changed nothing, and ``problem`` says why."""

    edit: str
    outcome: Outcome
    problem: Problem | None = None


class Answers(msgspec.Struct, frozen=True):
    """One answer for each edit, in the same order."""

    answers: list[Answer]


class Item(msgspec.Struct, frozen=True):
    """An item as it is. ``author`` is the account that began it; ``stamps`` tell the edit that each field is from."""

    id: str
    author: str
    created: str
    fields: Fields
    stamps: dict[str, str]


class Past(msgspec.Struct, frozen=True):
    """An edit as it is remembered, with who made it and when it arrived."""

    edit: Edit
    account: str
    received: str


class History(msgspec.Struct, frozen=True):
    """Every edit of an item in the order of arrival, also those that were overtaken."""

    past: list[Past]
    more: bool = False


class StatePage(msgspec.Struct, frozen=True):
    """What is new in a project after a cursor: whole items and takes as they are now. Ask again while ``more``.

    A ``cursor`` before the one that was asked with says that the server does not know that one, as when it was brought
    back from a copy: whoever asks begins again at 0.

    ``members`` is ``None`` where nothing about them is new, else all of them.
    """

    items: list[Item]
    takes: list[Take]
    cursor: int
    more: bool = False
    members: list[Member] | None = None
