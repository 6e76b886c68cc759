"""The change feed of the project that somebody looks at."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.messages import RemoteChange
from roomtone.upload.place import Place
from roomtone.wire import api

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 2.0
TROUBLE_SECONDS: Final = 10.0


class Feed:
    """Asks for changes while a project is watched and somebody listens. One thread of its own."""

    def __init__(
        self,
        place: Place,
        clock: Clock,
        publish: Callable[[RemoteChange], None],
        wanted: Callable[[], bool],
    ) -> None:
        self._place = place
        self._clock = clock
        self._publish = publish
        self._wanted = wanted
        self._lock = threading.Lock()
        self._project = ""
        self._cursor = -1
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def watch(self, project: str, since: int) -> None:
        """Watch a project from a cursor on, or none."""
        with self._lock:
            self._project = project
            self._cursor = since
            if self._thread.ident is None and project:
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """End the thread; a request on its way is not waited for."""
        self._ending = True
        self._wake.set()

    def _run(self) -> None:
        while not self._ending:
            self._wake.clear()
            seconds = POLL_SECONDS
            if self._project and self._wanted():
                try:
                    self._ask()
                except RoomtoneError as error:
                    log.info("no changes: %s", error)
                    seconds = TROUBLE_SECONDS
            self._clock.wait(self._wake, seconds)

    def _ask(self) -> None:
        """Publish what is new, as long as nobody chose another project meanwhile."""
        with self._lock:
            project, cursor = self._project, self._cursor
        path = f"/api/projects/{project}"
        if cursor < 0:
            found = api.Changes([], self._place.call("GET", path, api.Project).cursor)
        else:
            found = self._place.call("GET", f"{path}/changes?since={cursor}", api.Changes)
        with self._lock:
            if (self._project, self._cursor) != (project, cursor):
                return
            self._cursor = found.cursor
        for change in found.changes:
            self._publish(RemoteChange(project, change.seq, change.kind, change.subject, change.at, change.detail))
        if found.more:
            self._wake.set()
