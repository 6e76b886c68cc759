"""Puts together what is seen of a project: what the server said, the outbox, and the takes that lie here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from roomtone.upload.replica.outbox import Outbox
from roomtone.upload.replica.said import Said
from roomtone.upload.replica.stored import Entry
from roomtone.upload.replica.visible import Visible, with_edits
from roomtone.wire.api import Take
from roomtone.wire.project.people import Member, Role


class Shown:
    """Keeps ``visible`` right; whoever changes what it is made of says what has to be looked at again."""

    def __init__(self, visible: Visible, said: Said, outbox: Outbox) -> None:
        self.visible = visible
        self._said = said
        self._outbox = outbox

    def all(self, me: str, local: Mapping[str, Take]) -> None:
        """Look at everything again."""
        entries = self._by_item()
        self._show(self._said.items.keys() | entries.keys() | self.visible.items.keys(), entries, me)
        self.takes(local)
        self.members(me)

    def items(self, names: Iterable[str], me: str) -> None:
        """Look at some items again."""
        self._show(names, self._by_item(), me)

    def takes(self, local: Mapping[str, Take]) -> None:
        """Look at the takes again: those of the server, and those that only lie here.

        What a take consists of is known here before the server has all of it.
        """
        takes = {**local, **self._said.takes}
        for identity, mine in local.items():
            there = takes[identity]
            if there.manifest is None and mine.manifest is not None:
                takes[identity] = msgspec.structs.replace(there, manifest=mine.manifest)
        self.visible.show_takes(takes)

    def members(self, me: str) -> None:
        """Look at the members again."""
        members = self._said.members
        if not members and not self._said.head.founded:
            # Whoever begins a project owns it, also before a server has heard of it or of them.
            members = {me: Member(me, "", Role.OWNER, self._said.head.created)}
        self.visible.show_members(members)

    def _show(self, names: Iterable[str], entries: dict[str, list[Entry]], me: str) -> None:
        for name in names:
            self.visible.show_item(name, with_edits(self._said.items.get(name), entries.get(name, ()), me))

    def _by_item(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self._outbox.shown:
            found.setdefault(entry.edit.item, []).append(entry)
        return found
