"""What a person sees of a project: what the server said, with the edits of this computer applied to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roomtone.upload.replica.stored import Entry
from roomtone.wire.api import Take
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Item
from roomtone.wire.project.people import Member


def with_edits(said: Item | None, entries: Iterable[Entry], me: str) -> Item | None:
    """Return an item with edits applied in order. One that speaks of another kind changes nothing: it is refused."""
    item = said
    for entry in entries:
        base = item if item is not None else merging.begin(entry.edit, entry.account or me)
        try:
            item = merging.apply(base, entry.edit)
        except merging.KindError:
            item = base
    return item


@dataclass(frozen=True)
class News:
    """What is new after a version. ``members`` is ``None`` where none is; ask again while ``more``."""

    run: str
    version: int
    more: bool
    items: list[Item]
    takes: list[Take]
    members: dict[str, Member] | None


class Visible:
    """The visible state, each thing with the version at which it changed last.

    ``run`` begins anew where something is gone that was seen before; then everything has to be told again.
    """

    def __init__(self, boot: str) -> None:
        self._boot = boot
        self._runs = 0
        self.version = 1
        self.items: dict[str, Item] = {}
        self.takes: dict[str, Take] = {}
        self.members: dict[str, Member] = {}
        self._changed: dict[tuple[str, str], int] = {}
        self._members_changed = 1

    @property
    def run(self) -> str:
        """What versions belong to."""
        return f"{self._boot}-{self._runs}"

    def touch(self) -> None:
        """Something beside items, takes and members changed."""
        self.version += 1

    def show_item(self, identity: str, item: Item | None) -> None:
        """Show an item as it is now, or not at all."""
        shown = self.items.get(identity)
        if item is shown or item == shown:
            return
        if item is None:
            del self.items[identity]
            self._begin_again()
            return
        self.items[identity] = item
        self._note("item", identity)

    def show_takes(self, takes: Mapping[str, Take]) -> None:
        """Show these takes."""
        gone = self.takes.keys() - takes.keys()
        changed = [take for take in takes.values() if (old := self.takes.get(take.id)) is not take and old != take]
        self.takes = dict(takes)
        if gone:
            self._begin_again()
        for take in changed:
            self._note("take", take.id)

    def show_members(self, members: Mapping[str, Member]) -> None:
        """Show these members."""
        if self.members != members:
            self.members = dict(members)
            self.version += 1
            self._members_changed = self.version

    def since(self, run: str, version: int, limit: int) -> News:
        """Return at most ``limit`` things that changed after a version of a run, or of everything."""
        after = version if run == self.run else 0
        found = sorted((at, what) for what, at in self._changed.items() if at > after)
        cut, more = found[:limit], len(found) > limit
        items = [self.items[name] for _, (kind, name) in cut if kind == "item"]
        takes = [self.takes[name] for _, (kind, name) in cut if kind == "take"]
        reached = cut[-1][0] if more else self.version
        members = self.members if after < self._members_changed <= reached or (not after and not more) else None
        return News(self.run, reached, more, items, takes, members)

    def _note(self, kind: str, identity: str) -> None:
        self.version += 1
        self._changed[kind, identity] = self.version

    def _begin_again(self) -> None:
        self._runs += 1
        self.version += 1
        shown = [("item", name) for name in self.items] + [("take", name) for name in self.takes]
        # Each its own version, so that they can be told in parts.
        self._changed = {}
        for kind, name in shown:
            self._note(kind, name)
        self.version += 1
        self._members_changed = self.version
