"""The edits that were made here, in order, until the server has settled them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.upload.replica.states import EditState, move_edit
from roomtone.upload.replica.stored import Changes, Entry
from roomtone.wire.project.edits import Answer, Edit, Outcome


class Outbox:
    """The outbox of a project. What changes in it is noted in ``changes``; it is durable when that is written.

    That an edit is on its way is never written: after a crash nobody knows, so it is sent again, which is harmless.
    """

    def __init__(self, entries: Iterable[Entry], changes: Changes) -> None:
        self._entries = {entry.edit.id: entry for entry in entries}
        self._number = max((entry.number for entry in self._entries.values()), default=0)
        self._settled_at: dict[str, int] = {}
        self.changes = changes

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __contains__(self, edit: object) -> bool:
        return edit in self._entries

    @property
    def shown(self) -> list[Entry]:
        """The edits that are seen in the project: all but the refused ones."""
        return [entry for entry in self if entry.state is not EditState.REFUSED]

    @property
    def pending(self) -> list[Entry]:
        """The edits that are not settled."""
        return [entry for entry in self if entry.state is not EditState.SETTLED]

    def add(self, edit: Edit, account: str) -> None:
        """Take in an edit that was just made. One that is here already changes nothing."""
        if edit.id in self._entries:
            return
        self._number += 1
        self._keep(Entry(self._number, edit, account))

    def send(self, limit: int, ready: Callable[[Entry], bool]) -> list[Edit]:
        """Return the next edits to send, in order, and mark them. An edit never overtakes one of the same item."""
        held: set[str] = set()
        batch: list[Edit] = []
        for entry in list(self):
            if entry.state in (EditState.SETTLED, EditState.REFUSED):
                continue
            if entry.edit.item in held or entry.state is EditState.SENT or not ready(entry):
                held.add(entry.edit.item)
                continue
            batch.append(entry.edit)
            self._move(entry, EditState.SENT)
            if len(batch) == limit:
                break
        return batch

    def unanswered(self, edits: Iterable[str]) -> None:
        """No answer came to these: they wait again."""
        for edit in edits:
            entry = self._entries.get(edit)
            if entry is not None and entry.state is EditState.SENT:
                self._move(entry, EditState.WAITING)

    def answered(self, answer: Answer, request: int) -> str | None:
        """The server said what became of an edit, whenever that was; return the item, ``None`` where it is old news.

        ``request`` numbers the last request that was sent before this answer came.
        """
        entry = self._entries.get(answer.edit)
        if entry is None or entry.state is EditState.SETTLED:
            return None
        if answer.outcome is Outcome.REFUSED:
            self._move(entry, EditState.REFUSED, answer.problem)
        else:
            self._move(entry, EditState.SETTLED)
            self._settled_at[answer.edit] = request
        return entry.edit.item

    def refuse(self, edit: str, problem: Problem) -> None:
        """The request with this edit was refused as a whole. One that is settled, or not here, is left alone."""
        entry = self._entries.get(edit)
        if entry is not None and entry.state is not EditState.SETTLED:
            self._move(entry, EditState.REFUSED, problem)

    def seen(self, request: int) -> set[str]:
        """The server's state as of a request is here: let go of what was settled before; return their items."""
        done = [e for e in self if e.state is EditState.SETTLED and self._settled_at.get(e.edit.id, 0) < request]
        for entry in done:
            self._drop(entry)
        return {entry.edit.item for entry in done}

    def dismiss(self, edit: str) -> bool:
        """Let go of a refused edit; return whether it was one."""
        entry = self._entries.get(edit)
        if entry is None or entry.state is not EditState.REFUSED:
            return False
        self._drop(entry)
        return True

    def retry(self) -> set[str]:
        """Let what was refused wait again; return the items."""
        refused = [entry for entry in self if entry.state is EditState.REFUSED]
        for entry in refused:
            self._move(entry, EditState.WAITING)
        return {entry.edit.item for entry in refused}

    def _move(self, entry: Entry, state: EditState, problem: Problem | None = None) -> None:
        moved = msgspec.structs.replace(entry, state=move_edit(entry.state, state), problem=problem)
        if EditState.SENT in (entry.state, state) and state in (EditState.SENT, EditState.WAITING):
            self._entries[entry.edit.id] = moved
        else:
            self._keep(moved)

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.edit.id] = entry
        self.changes.entries[entry.edit.id] = entry

    def _drop(self, entry: Entry) -> None:
        del self._entries[entry.edit.id]
        self._settled_at.pop(entry.edit.id, None)
        self.changes.entries.pop(entry.edit.id, None)
        self.changes.dropped.add(entry.edit.id)
