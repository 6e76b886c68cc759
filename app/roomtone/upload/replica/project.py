"""One project on this computer: what the server said, the outbox, and what is seen of both together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload.replica.ids import EditIds
from roomtone.upload.replica.outbox import Outbox
from roomtone.upload.replica.said import Said, Turn
from roomtone.upload.replica.states import EditState
from roomtone.upload.replica.stored import Changes, Entry, Head, Stored
from roomtone.upload.replica.visible import Visible, with_edits
from roomtone.wire.api import Take
from roomtone.wire.project import merging
from roomtone.wire.project.edits import MAX_EDITS, Answer, Edit, StatePage
from roomtone.wire.project.items import Fields, ProjectFields, TakeFields
from roomtone.wire.project.people import Member, Role
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import ProjectState

WAITS_FOR_TAKE: Final = Problem(
    "take-not-sent",
    "It waits for its take",
    "The server hears of the take first",
    "Nothing to do; both are sent by themselves",
)


class ProjectReplica:
    """A project, without I/O. ``take_changes`` is what has to be durable before anybody is told of a result.

    ``boot`` tells this run of the program from others; ``me`` is the account at the project's server, "" while that is
    not known. ``local`` are the own takes that are on this computer, as the server will have them.
    """

    def __init__(self, project: str, stored: Stored, me: str, boot: str) -> None:
        self.id: Final = project
        self.me = me
        self._changes = Changes()
        self._said = Said(stored, self._changes)
        self._outbox = Outbox(stored.entries.values(), self._changes)
        self._visible = Visible(boot)
        self._local: dict[str, Take] = {}
        self._unknown_takes: set[str] = set()
        self._one_by_one = False
        self._requests = 0
        self._seen_whole = False
        self._show_all()

    # What is known

    @property
    def visible(self) -> Visible:
        """What is seen, with versions."""
        return self._visible

    @property
    def state(self) -> ProjectState:
        """What is seen, as everybody computes with it."""
        seen = self._visible
        return ProjectState(self.id, seen.items, seen.takes, seen.members)

    @property
    def said(self) -> Said:
        """What the server said."""
        return self._said

    @property
    def pending(self) -> list[Entry]:
        """The edits that are not settled. One that waits for something other than the network says for what."""
        return [
            msgspec.structs.replace(entry, problem=WAITS_FOR_TAKE)
            if entry.state is EditState.WAITING and not self._is_ready(entry)
            else entry
            for entry in self._outbox.pending
        ]

    @property
    def holds_edits(self) -> bool:
        """Whether anything is in the outbox."""
        return bool(self._outbox.pending)

    @property
    def role(self) -> Role | None:
        """What the person is here."""
        return self.state.role(self.me)

    @property
    def title(self) -> str:
        """What the project is called."""
        return self.state.project.title or self._said.head.title

    def take_changes(self) -> Changes:
        """Return what has to be written, and begin to note anew."""
        self._keep_summary()
        changes = self._changes
        self._changes = Changes()
        self._said.changes = self._outbox.changes = self._changes
        return changes

    # What happens on this computer

    def make(self, item: str, fields: Fields, now: datetime, ids: EditIds) -> Edit:
        """Make an edit. It is later than all that is seen of the item and than all that was made here before.

        Raises ``merging.KindError`` where the item is of another kind.
        """
        known = self._visible.items.get(item)
        seen = [known.created, *known.stamps.values()] if known is not None else []
        own = [entry.edit.at for entry in self._outbox if entry.edit.item == item]
        edit = Edit(ids.fresh(now), item, merging.next_stamp(now, *seen, *own), fields)
        if known is not None:
            merging.apply(known, edit)
        self.add(edit)
        return edit

    def add(self, edit: Edit) -> None:
        """Take in an edit that exists already, as those of a project that moves here do."""
        self._outbox.add(edit, self.me)
        self._show_items({edit.item})
        self._visible.touch()

    def dismiss(self, edit: str) -> bool:
        """Let go of a refused edit; return whether it was one."""
        done = self._outbox.dismiss(edit)
        self._visible.touch()
        return done

    def retry(self) -> None:
        """Let what was refused wait again."""
        self._one_by_one = False
        items = self._outbox.retry()
        if items:
            self._show_items(items)
            self._visible.touch()

    def know_local(self, takes: Mapping[str, Take], unknown: Iterable[str]) -> None:
        """These takes were made here; of the ``unknown`` ones the server has not heard yet."""
        new = set(unknown)
        if self._local == takes and self._unknown_takes == new:
            return
        self._local = dict(takes)
        self._unknown_takes = new
        self._show_takes()
        self._visible.touch()

    def know_me(self, account: str) -> None:
        """The account of this home is known now."""
        if account != self.me:
            self.me = account
            self._show_all()
            self._visible.touch()

    # What is sent, and what comes of it

    def next_batch(self) -> list[Edit]:
        """Return edits to send now, in order; empty where nothing waits."""
        self._requests += 1
        return self._outbox.send(1 if self._one_by_one else MAX_EDITS, self._is_ready)

    def answered(self, answers: Iterable[Answer]) -> None:
        """Take in answers, whenever they come and however often."""
        items = {item for answer in answers if (item := self._outbox.answered(answer, self._requests)) is not None}
        if items:
            self._show_items(items)
            self._visible.touch()

    def unanswered(self, edits: Iterable[str]) -> None:
        """No answer came to these; they are sent again."""
        self._outbox.unanswered(edits)

    def nothing_in_flight(self) -> None:
        """No answer comes any more to anything that was sent."""
        self._outbox.unanswered([entry.edit.id for entry in self._outbox])

    def batch_refused(self, edits: list[str], problem: Problem) -> None:
        """A whole request was refused: find the edit that is at fault by sending each alone."""
        if len(edits) > 1:
            self._one_by_one = True
            self._outbox.unanswered(edits)
            return
        self._one_by_one = False
        for edit in edits:
            self._outbox.refuse(edit, problem)
        self._show_all()
        self._visible.touch()

    def all_refused(self, problem: Problem) -> None:
        """The server will not have the project, or anything of it, from this person."""
        for entry in [e for e in self._outbox.pending if e.state is not EditState.REFUSED]:
            self._outbox.refuse(entry.edit.id, problem)
        self._show_all()
        self._visible.touch()

    def founded(self, *, known: bool = True) -> None:
        """The server knows the project now, or has forgotten it."""
        self.keep_head(msgspec.structs.replace(self._said.head, founded=known))

    def keep_head(self, head: Head) -> None:
        """Replace what is known of the project as a whole."""
        self._said.keep_head(head)
        self._show_members()

    def next_question(self) -> tuple[int, int]:
        """Return the cursor to ask for state with, and the number of the question."""
        self._requests += 1
        return self._said.cursor, self._requests

    def page(self, since: int, request: int, page: StatePage, now: str) -> Turn:
        """Take in a page of state, the answer to the question of that number."""
        before = self.role
        turn = self._said.page(since, page, now)
        if turn in (Turn.MORE, Turn.DONE):
            settled = self._outbox.seen(request) if turn is Turn.DONE else set()
            first = turn is Turn.DONE and not self._seen_whole
            self._seen_whole = self._seen_whole or turn is Turn.DONE
            if settled or first or not _is_empty(page):
                self._show_all()
                self._visible.touch()
            if allowed(self.role, Right.SEE) and before is not None and not allowed(before, Right.SEE):
                # What was hidden so far lies before the cursor.
                self.begin_again()
                return Turn.AGAIN
        return turn

    def begin_again(self) -> None:
        """The server does not know the cursor any more: ask for everything, and lose nothing of the outbox."""
        self._said.begin_again()

    # Within

    def _is_ready(self, entry: Entry) -> bool:
        if entry.account and self.me and entry.account != self.me:
            return False
        take = isinstance(entry.edit.fields, TakeFields)
        return not (take and entry.edit.item in self._unknown_takes and entry.edit.item not in self._said.takes)

    def _show_all(self) -> None:
        entries = self._by_item()
        names = self._said.items.keys() | entries.keys() | self._visible.items.keys()
        for name in names:
            self._visible.show_item(name, with_edits(self._said.items.get(name), entries.get(name, ()), self.me))
        self._show_takes()
        self._show_members()

    def _show_items(self, names: set[str]) -> None:
        entries = self._by_item()
        for name in names:
            self._visible.show_item(name, with_edits(self._said.items.get(name), entries.get(name, ()), self.me))

    def _show_takes(self) -> None:
        self._visible.show_takes(self._local | self._said.takes)

    def _show_members(self) -> None:
        members = self._said.members
        if not members and not self._said.head.founded:
            # Whoever begins a project owns it, also before a server has heard of it or of them.
            members = {self.me: Member(self.me, "", Role.OWNER, self._said.head.created)}
        self._visible.show_members(members)

    def _by_item(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self._outbox.shown:
            found.setdefault(entry.edit.item, []).append(entry)
        return found

    def _keep_summary(self) -> None:
        head = self._said.head
        title = (self.state.fields(self.id, ProjectFields).title or head.title)[:300]
        takes = max(len(self._visible.takes), 0 if head.synced else head.takes)
        self._said.keep_head(msgspec.structs.replace(head, title=title, takes=takes, role=self.role or head.role))


def _is_empty(page: StatePage) -> bool:
    """Return whether a page says that nothing is new."""
    return not (page.items or page.takes or page.members)
