"""What is kept of a project on disk, and what changes of it."""

from __future__ import annotations

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload.replica.states import EditState
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.people import Member, Role


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a project as a whole.

    ``founded``: the server knows it. ``cursor`` is how far its state was seen, ``synced`` when all of it was last.
    ``takes`` and ``role`` are for lists that do not read the rest. ``moved`` is the server that it was moved to.
    """

    title: str = ""
    created: str = ""
    founded: bool = True
    cursor: int = 0
    synced: str = ""
    takes: int = 0
    role: Role | None = None
    moved: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An edit in the outbox. ``number`` orders them; ``account`` is who made it, "" where that was not known yet."""

    number: int
    edit: Edit
    account: str = ""
    state: EditState = EditState.WAITING
    problem: Problem | None = None


class Stored(msgspec.Struct):
    """A project as it lies on disk: what the server last said, and the outbox in order."""

    head: Head = Head()
    items: dict[str, Item] = {}
    takes: dict[str, Take] = {}
    members: dict[str, Member] = {}
    entries: dict[str, Entry] = {}


class Changes(msgspec.Struct):
    """What is to be written at once. ``anew``: what the server said before is let go of first."""

    head: Head | None = None
    anew: bool = False
    items: dict[str, Item] = {}
    takes: dict[str, Take] = {}
    members: dict[str, Member] | None = None
    entries: dict[str, Entry] = {}
    dropped: set[str] = set()

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        said = self.head is None and self.members is None and not self.anew
        return said and not (self.items or self.takes or self.entries or self.dropped)


def written(stored: Stored, changes: Changes) -> Stored:
    """Return what lies on disk after a write."""
    kept = Stored() if changes.anew else stored
    entries = {edit: entry for edit, entry in stored.entries.items() if edit not in changes.dropped}
    return Stored(
        head=changes.head or stored.head,
        items=kept.items | changes.items,
        takes=kept.takes | changes.takes,
        members=kept.members if changes.members is None else dict(changes.members),
        entries=dict(sorted((entries | changes.entries).items(), key=lambda pair: pair[1].number)),
    )
