"""One round with the server for a project: it is made known, edits are sent, and what is new is fetched."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.core_problems import OFFLINE, SIGNED_OUT
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


class Exchange:
    """Asks the server that is used now. Blocks; raises ``RoomtoneError``, with everything where it was."""

    def __init__(self, keeper: Keeper, place: Place, clock: Clock) -> None:
        self._keeper = keeper
        self._place = place
        self._clock = clock

    def round(self, project: str) -> bool:
        """Send and fetch until nothing is left; return whether the project lives on this server at all."""
        server = self._keeper.server()
        if self._keeper.home_of(project) != server:
            return False
        self._keeper.know_me(server, self._place.call("GET", "/api/me", api.Account).id)
        self._found(server, project)
        self._fetch(server, project)
        if self._send(server, project):
            self._fetch(server, project)
        return True

    def _found(self, server: str, project: str) -> None:
        with self._keeper.changing(server, project) as replica:
            founded, title = replica.said.head.founded, replica.title
        if not founded:
            self._place.call("PUT", f"/api/projects/{project}", api.Project, api.NewProject(title or "Project"))
            with self._keeper.changing(server, project) as replica:
                replica.founded()

    def _send(self, server: str, project: str) -> bool:
        sent = False
        for _ in range(_MOST):
            with self._keeper.changing(server, project) as replica:
                self._keeper.look_at_takes(replica)
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
                self._keeper.look_at_takes(replica)
            if turn is Turn.DONE:
                return


def is_of_the_line(error: RoomtoneError) -> bool:
    """Return whether an error says that the server is not reached, and so that it will pass."""
    return error.code in (OFFLINE.code, "untrusted", "embedded-server", SIGNED_OUT.code)
