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
from roomtone.upload.replica.shown import Shown
from roomtone.upload.replica.states import EditState
from roomtone.upload.replica.stored import Changes, Entry, Head, Stored
from roomtone.upload.replica.visible import Visible
from roomtone.upload.replica.waits import OTHER_ACCOUNT, Hindrances
from roomtone.wire.api import Take
from roomtone.wire.project import merging
from roomtone.wire.project.edits import MAX_EDITS, Answer, Edit, StatePage
from roomtone.wire.project.items import Fields
from roomtone.wire.project.people import Role
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import ProjectState


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
        self._shown = Shown(self._visible, self._said, self._outbox)
        self._hindrances = Hindrances(self._said)
        self._one_by_one = False
        self._requests = 0
        self._seen_whole = False
        self._shown.all(self.me, self._hindrances.local)

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
            msgspec.structs.replace(entry, problem=self._hindrances.of(entry, self.me))
            if entry.state is EditState.WAITING
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
        self._said.keep_head(_summary(self._said.head, self))
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
        self.add([edit])
        return edit

    def add(self, edits: Iterable[Edit]) -> None:
        """Take in edits that exist already, as those of a project that moves here do."""
        items = set()
        for edit in edits:
            self._outbox.add(edit, self.me)
            items.add(edit.item)
        self._shown.items(items, self.me)
        self._visible.touch()

    def says_of(self, take: str) -> bool:
        """Return whether anything is said of a take, or was and is refused."""
        said = self.state.said(take)
        spoken = said.call is not None or said.prompt is not None or said.against is not None
        return spoken or any(entry.edit.item == take for entry in self._outbox.pending)

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
            self._shown.items(items, self.me)
            self._visible.touch()

    def know_local(self, takes: Mapping[str, Take], unknown: Iterable[str]) -> None:
        """These takes were made here; of the ``unknown`` ones the server has not heard yet."""
        if self._hindrances.know(takes, set(unknown)):
            self._shown.takes(self._hindrances.local)
            self._visible.touch()

    def know_me(self, account: str) -> None:
        """The account of this home is known now."""
        if account != self.me:
            self.me = account
            self._shown.all(self.me, self._hindrances.local)
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
            self._shown.items(items, self.me)
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
        self._shown.all(self.me, self._hindrances.local)
        self._visible.touch()

    def all_refused(self, problem: Problem) -> None:
        """The server will not have the project, or anything of it, from this person."""
        for entry in self._outbox.pending:
            if entry.state is not EditState.REFUSED and self._hindrances.of(entry, self.me) is not OTHER_ACCOUNT:
                self._outbox.refuse(entry.edit.id, problem)
        self._shown.all(self.me, self._hindrances.local)
        self._visible.touch()

    def founded(self, *, known: bool = True) -> None:
        """The server knows the project now, or has forgotten it."""
        self.keep_head(msgspec.structs.replace(self._said.head, founded=known))

    def keep_head(self, head: Head) -> None:
        """Replace what is known of the project as a whole."""
        self._said.keep_head(head)
        self._shown.members(self.me)

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
                self._shown.all(self.me, self._hindrances.local)
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
        return self._hindrances.of(entry, self.me) is None


def _summary(head: Head, replica: ProjectReplica) -> Head:
    """Return what lists show of a project without reading the rest."""
    seen = replica.state
    takes = max(len(seen.takes), 0 if head.synced else head.takes)
    title = (seen.project.title or head.title)[:300]
    return msgspec.structs.replace(head, title=title, takes=takes, role=replica.role or head.role)


def _is_empty(page: StatePage) -> bool:
    """Return whether a page says that nothing is new."""
    return not (page.items or page.takes or page.members)
