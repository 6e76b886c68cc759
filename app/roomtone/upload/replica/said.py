"""What the server last said of a project, page by page."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from roomtone.upload.replica.stored import Changes, Head, Stored
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Item, StatePage
from roomtone.wire.project.people import Member

# So much of a time is its minute.
_MINUTE: Final = len("2026-11-29T10:00")


class Turn(StrEnum):
    """What a page of state led to."""

    OLD = "old"  # it was here before, or it came too late: nothing changed
    MORE = "more"  # there is more to ask for
    DONE = "done"  # all that the server had is here
    AGAIN = "again"  # the server does not know where we were: everything is asked for again


class Said:
    """Items, takes and members as the server has them. What changes is noted in ``changes``.

    A page counts only where it answers the question that is open: its beginning is the cursor. So one that comes
    twice, or after a later one, changes nothing. When the server no longer knows the cursor, everything is collected
    anew beside what is known, which stays to be looked at until the new is whole.
    """

    def __init__(self, stored: Stored, changes: Changes) -> None:
        self.head = stored.head
        # When all that the server has was seen last; on disk it is right to the minute, which saves a write each time.
        self.synced = stored.head.synced
        self.items = dict(stored.items)
        self.takes = dict(stored.takes)
        self.members = dict(stored.members)
        self.changes = changes
        self._anew: Stored | None = None

    @property
    def cursor(self) -> int:
        """What to ask for next: all after this."""
        return self._anew.head.cursor if self._anew is not None else self.head.cursor

    def keep_head(self, head: Head) -> None:
        """Replace what is known of the project as a whole."""
        if head != self.head:
            self.head = head
            self.changes.head = head

    def begin_again(self) -> None:
        """Ask for everything again."""
        self._anew = Stored()

    def page(self, since: int, page: StatePage, now: str) -> Turn:
        """Take in a page that was asked for with ``since``; ``now`` is RFC 3339."""
        if since != self.cursor:
            return Turn.OLD
        if page.cursor < since:
            self.begin_again()
            return Turn.AGAIN
        if self._anew is not None:
            self._collect(self._anew, page)
            if not page.more:
                self._swap(self._anew)
                self._anew = None
        else:
            self._take_in(page)
        if self._anew is None:
            self._keep_place(page, now)
        return Turn.MORE if page.more else Turn.DONE

    def _keep_place(self, page: StatePage, now: str) -> None:
        head = msgspec.structs.replace(self.head, cursor=page.cursor)
        if not page.more:
            self.synced = now
            if head != self.head or now[:_MINUTE] != head.synced[:_MINUTE]:
                head = msgspec.structs.replace(head, synced=now)
        self.keep_head(head)

    def _take_in(self, page: StatePage) -> None:
        items: dict[str, Item] = {item.id: item for item in page.items}
        takes: dict[str, Take] = {take.id: take for take in page.takes}
        self.items |= items
        self.takes |= takes
        self.changes.items |= items
        self.changes.takes |= takes
        if page.members is not None:
            self._keep_members({member.account: member for member in page.members})

    def _keep_members(self, members: dict[str, Member]) -> None:
        self.members = members
        self.changes.members = dict(members)

    def _collect(self, anew: Stored, page: StatePage) -> None:
        anew.items |= {item.id: item for item in page.items}
        anew.takes |= {take.id: take for take in page.takes}
        if page.members is not None:
            anew.members = {member.account: member for member in page.members}
        anew.head = msgspec.structs.replace(anew.head, cursor=page.cursor)

    def _swap(self, anew: Stored) -> None:
        self.items, self.takes, self.members = anew.items, anew.takes, anew.members
        self.changes.anew = True
        self.changes.items = dict(anew.items)
        self.changes.takes = dict(anew.takes)
        self.changes.members = dict(anew.members)
