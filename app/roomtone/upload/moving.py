"""Moving a project from the server on this computer to the one that was joined, with everything in it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.upload.place import Place
from roomtone.upload.records import HERE
from roomtone.upload.replica.keeper import Keeper
from roomtone.upload.replica.said import Turn
from roomtone.upload.together_messages import Moved
from roomtone.wire.api import Account
from roomtone.wire.project.edits import Edit, History, Item, StatePage
from roomtone.wire.project.items import FIELDS, CommentFields, Fields, StepFields, kind_of, touched
from roomtone.wire.project.merging import write_stamp

log = logging.getLogger(__name__)


class Mover:
    """``send_again`` has every take looked at anew, and those that are not on the server now sent to it."""

    def __init__(self, keeper: Keeper, place: Place, clock: Clock, send_again: Callable[[], None]) -> None:
        self._keeper = keeper
        self._place = place
        self._clock = clock
        self._send_again = send_again

    def move(self, project: str) -> Moved:
        """Move a project to the server that is used now. It is durable when this returns; repeating it is harmless.

        All edits that ever were made in it are made there again, with their ids and times, in one write: after a crash
        either nothing has happened or everything goes on.
        """
        server = self._keeper.server()
        self._check(server, project)
        theirs = self._keeper.me(server) or self._place.call("GET", "/api/me", Account).id
        self._keeper.know_me(server, theirs)
        edits = self._everything(project, theirs)
        with self._keeper.changing(HERE, project) as replica:
            head, takes = replica.said.head, dict(replica.said.takes)
        with self._keeper.changing(server, project) as replica:
            if not replica.said.head.cursor:
                replica.keep_head(
                    msgspec.structs.replace(replica.said.head, title=head.title, created=head.created, founded=False)
                )
            replica.add(edits)
        before = head.moved == server
        with self._keeper.changing(HERE, project) as replica:
            replica.keep_head(msgspec.structs.replace(replica.said.head, moved=server))
        self._send_again()
        own = {take.id for take in self._keeper.own_takes(project)}
        missing = [take.title for take in takes.values() if take.id not in own]
        return Moved(project, self._place.known_url(), len(edits), len(own), missing, before)

    def _check(self, server: str, project: str) -> None:
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

    def _everything(self, project: str, theirs: str) -> list[Edit]:
        """Return all edits in the order in which they were made, as made by the account there."""
        try:
            found = self._from_own_server(project)
        except RoomtoneError as error:
            # What this computer knows is enough; only values that others replaced since are not in it.
            log.info("the project moves as it was seen last: %s", error)
            with self._keeper.changing(HERE, project) as replica:
                found = [edit for item in replica.said.items.values() for edit in rebuilt(item)]
        with self._keeper.changing(HERE, project) as replica:
            me = replica.me
            found += [entry.edit for entry in replica.pending]
        unique = {edit.id: translated(edit, me, theirs) for edit in found}
        return sorted(unique.values(), key=lambda edit: (edit.at, edit.id))

    def _from_own_server(self, project: str) -> list[Edit]:
        turn = Turn.MORE
        while turn is not Turn.DONE:
            with self._keeper.changing(HERE, project) as replica:
                since, request = replica.next_question()
            page = self._place.call_here("GET", f"/api/projects/{project}/state?since={since}", StatePage)
            with self._keeper.changing(HERE, project) as replica:
                turn = replica.page(since, request, page, write_stamp(self._clock.now()))
        with self._keeper.changing(HERE, project) as replica:
            items = list(replica.said.items)
        found: list[Edit] = []
        for item in items:
            seen, more = 0, True
            while more:
                path = f"/api/projects/{project}/items/{item}/history?after={seen}"
                history = self._place.call_here("GET", path, History)
                found += [past.edit for past in history.past]
                seen += len(history.past)
                more = history.more and bool(history.past)
        return found


def rebuilt(item: Item) -> list[Edit]:
    """Return the edits that lead to an item as it is, each with the id and the time that it was made with."""
    found: dict[str, dict[str, Any]] = {}
    values = touched(item.fields)
    for name, stamp in item.stamps.items():
        if name in values:
            found.setdefault(stamp, {})[name] = values[name]
    edits: list[Edit] = []
    for stamp, fields in found.items():
        at, _, identity = stamp.partition("/")
        edits.append(Edit(identity, item.id, at, FIELDS[kind_of(item.fields)](**fields)))
    return edits


def translated(edit: Edit, me: str, theirs: str) -> Edit:
    """Return an edit that names somebody by their account there (``theirs``) where it named them by that here."""
    if not me:
        return edit
    fields: Fields = edit.fields
    if isinstance(fields, StepFields) and fields.person == me:
        fields = msgspec.structs.replace(fields, person=theirs)
    if isinstance(fields, CommentFields) and fields.to == me:
        fields = msgspec.structs.replace(fields, to=theirs)
    return Edit(edit.id, theirs if edit.item == me else edit.item, edit.at, fields)
