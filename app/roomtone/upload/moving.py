"""Moving a project from the server on this computer to the one that was joined, with everything in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from roomtone.foundation.errors import UsageError
from roomtone.upload.replica.keeper import HERE, Keeper
from roomtone.upload.together_messages import Moved
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import FIELDS, CommentFields, Fields, StepFields, kind_of, touched


class Mover:
    """``send_again`` has the takes of a project sent anew, and returns how many there are."""

    def __init__(self, keeper: Keeper, send_again: Callable[[str], int]) -> None:
        self._keeper = keeper
        self._send_again = send_again

    def move(self, project: str, url: str) -> Moved:
        """Move a project to the server that is used now. It is durable when this returns; repeating it is harmless."""
        server = self._keeper.server()
        if server == HERE:
            raise UsageError(
                "not-joined",
                "The project was not moved",
                "This home uses its own server only",
                "Join another one first: roomtone join LINK",
            )
        if (HERE, project) not in self._keeper.known():
            raise UsageError(
                "not-here",
                "The project was not moved",
                "It does not live on this computer's own server",
                "Nothing to do",
            )
        with self._keeper.changing(HERE, project) as replica:
            head, state, me = replica.said.head, replica.state, replica.me
        theirs = self._keeper.me(server)
        edits = [edit for item in state.items.values() for edit in rebuilt(item, me, theirs)]
        with self._keeper.changing(server, project) as replica:
            if not replica.said.head.cursor:
                replica.said.keep_head(
                    msgspec.structs.replace(replica.said.head, title=head.title, created=head.created, founded=False)
                )
            for edit in sorted(edits, key=lambda edit: (edit.at, edit.id)):
                if edit.id not in {entry.edit.id for entry in replica.pending}:
                    replica.add(edit)
        takes = self._send_again(project)
        with self._keeper.changing(HERE, project) as replica:
            replica.said.keep_head(msgspec.structs.replace(replica.said.head, moved=server))
        return Moved(project, url, len(edits), takes, [])


def rebuilt(item: Item, me: str, theirs: str) -> list[Edit]:
    """Return the edits that lead to an item as it is, each with the time at which it was made.

    What named the person here (``me``) names them by their account there (``theirs``).
    """
    values = touched(item.fields)
    found: dict[str, dict[str, Any]] = {}
    for name, stamp in item.stamps.items():
        if name in values:
            found.setdefault(stamp, {})[name] = values[name]
    edits = []
    for stamp, fields in found.items():
        at, _, identity = stamp.partition("/")
        made: Fields = FIELDS[kind_of(item.fields)](**fields)
        if isinstance(made, StepFields) and made.person == me:
            made = msgspec.structs.replace(made, person=theirs)
        if isinstance(made, CommentFields) and made.to == me:
            made = msgspec.structs.replace(made, to=theirs)
        edits.append(Edit(identity, theirs if theirs and item.id == me else item.id, at, made))
    return edits
