"""One round with the server for a project: it is made known, edits are sent, and what is new is fetched."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.core_problems import OFFLINE, SIGNED_OUT, UNTRUSTED
from roomtone.upload.place import Place
from roomtone.upload.replica.keeper import Keeper
from roomtone.upload.replica.said import Turn
from roomtone.wire import api
from roomtone.wire.project.edits import Answers, Edits, StatePage
from roomtone.wire.project.merging import write_stamp

# So many pages or batches in one round; the next one goes on.
_MOST: Final = 1000
# What the server says against a request as a whole, and that no repetition changes.
_AT_FAULT: Final = frozenset({"bad-document", "too-large"})
_UNKNOWN: Final = "unknown-project"
# What it says to somebody who may not do this, however often it is asked.
_FOR_GOOD: Final = frozenset({_UNKNOWN, "not-allowed", "key-too-narrow", "elsewhere", "wrong-item"})
_OF_THE_LINE: Final = frozenset({OFFLINE.code, UNTRUSTED.code, SIGNED_OUT.code, "embedded-server"})


class Exchange:
    """Asks the server that is used now. Blocks; raises ``RoomtoneError``, with everything where it was.

    Belongs to one thread.
    """

    def __init__(self, keeper: Keeper, place: Place, clock: Clock) -> None:
        self._keeper = keeper
        self._place = place
        self._clock = clock
        self._known_key = ""

    def round(self, project: str) -> bool:
        """Send and fetch until nothing is left; return whether the project lives on this server at all."""
        self._keeper.warm()
        server = self._keeper.server()
        if self._keeper.home_of(project) != server:
            return False
        self._ask_who_i_am(server)
        with self._keeper.changing(server, project) as replica:
            # Whatever an earlier round ended with: what it did not hear an answer to waits again.
            replica.nothing_in_flight()
            self._keeper.look_at_takes(server, replica)
        self._found(server, project)
        try:
            self._fetch(server, project)
        except RoomtoneError as error:
            if error.code != _UNKNOWN or not self._keeper.waits(server, project):
                raise
            self._make_known(server, project, error)
        if self._send(server, project):
            self._fetch(server, project)
        return True

    def _ask_who_i_am(self, server: str) -> None:
        """Once for each key."""
        key = self._place.endpoint().token
        if key != self._known_key or not self._keeper.me(server):
            self._keeper.know_me(server, self._place.call("GET", "/api/me", api.Account).id)
            self._known_key = key

    def _make_known(self, server: str, project: str, error: RoomtoneError) -> None:
        """The server does not know a project, or this person in it, and edits of it wait here.

        One that was seen there is no more for this person; any other was begun here, with its first take.
        """
        with self._keeper.changing(server, project) as replica:
            was_there = bool(replica.said.head.cursor)
            if was_there:
                replica.all_refused(error.problem)
            else:
                replica.founded(known=False)
        if was_there:
            raise error
        self._found(server, project)

    def _found(self, server: str, project: str) -> None:
        with self._keeper.changing(server, project) as replica:
            if replica.said.head.founded:
                return
            self._keeper.look_at_takes(server, replica)
            title = replica.title or self._keeper.title_of(project) or "Project"
        try:
            self._place.call("PUT", f"/api/projects/{project}", api.Project, api.NewProject(title))
        except RoomtoneError as error:
            if error.code in _FOR_GOOD:
                with self._keeper.changing(server, project) as replica:
                    replica.all_refused(error.problem)
            raise
        with self._keeper.changing(server, project) as replica:
            replica.founded()

    def _send(self, server: str, project: str) -> bool:
        sent = False
        for _ in range(_MOST):
            with self._keeper.changing(server, project) as replica:
                self._keeper.look_at_takes(server, replica)
                batch = replica.next_batch()
            if not batch:
                return sent
            names = [edit.id for edit in batch]
            try:
                answers = self._place.call("POST", f"/api/projects/{project}/edits", Answers, Edits(batch))
            except RoomtoneError as error:
                with self._keeper.changing(server, project) as replica:
                    if error.code in _AT_FAULT:
                        replica.batch_refused(names, error.problem)
                    elif error.code in _FOR_GOOD:
                        replica.all_refused(error.problem)
                    else:
                        replica.unanswered(names)
                if error.code not in _AT_FAULT:
                    raise
                continue
            with self._keeper.changing(server, project) as replica:
                replica.answered(answers.answers)
                replica.unanswered(names)
            sent = True
        return sent

    def _fetch(self, server: str, project: str) -> None:
        for _ in range(_MOST):
            with self._keeper.changing(server, project) as replica:
                since, request = replica.next_question()
            page = self._place.call("GET", f"/api/projects/{project}/state?since={since}", StatePage)
            with self._keeper.changing(server, project) as replica:
                turn = replica.page(since, request, page, write_stamp(self._clock.now()))
                self._keeper.look_at_takes(server, replica)
            if turn is Turn.DONE:
                return


def is_of_the_line(error: RoomtoneError) -> bool:
    """Return whether an error says that the server is not reached, and so that it will pass."""
    return error.code in _OF_THE_LINE
