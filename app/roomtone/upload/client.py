"""Everybody else's side of the sync worker."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import client as workers
from roomtone.foundation.workers import spawn
from roomtone.upload import messages
from roomtone.upload.messages import Downloaded, Event, Membership, Status
from roomtone.upload.states import SyncState
from roomtone.upload.together_client import SERVER_SECONDS, TogetherCalls
from roomtone.wire.api import Project, Projects, Takes

NAME: Final = "sync"
DOWNLOAD_SECONDS: Final = 24 * 3600.0
_LOOK_SECONDS: Final = 0.1

_EVENT: Final[msgspec.json.Decoder[Event]] = decoder_of(Event)


class SyncClient(TogetherCalls):
    """A connection to the sync worker of a home. Its calls block; they raise ``RoomtoneError``.

    ``on_event`` is called with typed events, ``on_lost`` once when the worker is gone, both on a thread of the
    connection; neither may block. The first events tell the present state.
    """

    @classmethod
    def ensure(
        cls, home: Home, clock: Clock, on_event: Callable[[Event], None], on_lost: Callable[[], None]
    ) -> SyncClient:
        """Connect to the worker, starting it where none runs. Raises ``BugError`` when it cannot start."""
        return cls(spawn.ensure(home, NAME, clock, _typed(on_event), on_lost), clock)

    @classmethod
    def attach(
        cls, home: Home, clock: Clock, on_event: Callable[[Event], None], on_lost: Callable[[], None]
    ) -> SyncClient | None:
        """Connect to the worker if one runs."""
        connection = workers.attach(home, NAME, _typed(on_event), on_lost)
        return cls(connection, clock) if connection is not None else None

    def close(self) -> None:
        """End the connection; the worker finishes its queue and ends."""
        self._connection.close()

    # What is sent

    def poke(self, folder: Path) -> None:
        """Say that something happened in a take's folder, so that it is looked at now and not within a second."""
        self._connection.call(messages.Poke(str(folder)), type(None))

    def status(self) -> Status:
        """Return how everything stands."""
        return self._connection.call(messages.GetStatus(), Status)

    def retry_now(self) -> None:
        """Try everything again at once."""
        self._connection.call(messages.RetryNow(), type(None))

    def pause(self, on: bool) -> None:
        """Send nothing more, or go on. Whoever calls this also writes it into the settings."""
        self._connection.call(messages.Pause(on), type(None))

    def set_cap(self, bytes_per_second: int) -> None:
        """Limit the bandwidth; 0 takes the limit off. Whoever calls this also writes it into the settings."""
        self._connection.call(messages.SetCap(bytes_per_second), type(None))

    def sync_now(self, wait: float) -> Status:
        """Try everything now and wait until nothing moves without a person, at most ``wait`` seconds.

        Returns how things stand then; takes that are still recorded are not waited for.
        """
        self.retry_now()
        deadline = self._clock.monotonic() + wait
        while True:
            status = self.status()
            moving = [
                take
                for take in status.takes
                if not take.live and take.state is not SyncState.NEEDS_YOU and not _left_alone(take)
            ]
            if not moving or status.link.paused or self._clock.monotonic() >= deadline:
                return status
            self._clock.wait(threading.Event(), _LOOK_SECONDS)

    # The server

    def list_projects(self) -> list[Project]:
        """Return the projects on the server, or where it is not reached those that were seen there."""
        return self._connection.call(messages.ListProjects(), Projects, SERVER_SECONDS).projects

    def create_project(self, title: str, project: str = "") -> Project:
        """Start a project, with an id of its own unless one is given."""
        command = messages.CreateProject(project or secrets.token_hex(16), title)
        return self._connection.call(command, Project, SERVER_SECONDS)

    def list_takes(self, project: str, after: int = 0) -> Takes:
        """Return a page of a project's takes on the server."""
        return self._connection.call(messages.ListTakes(project, after), Takes, SERVER_SECONDS)

    def join(self, url: str, token: str = "") -> Membership:
        """Use another server from now on; ``url`` may be a link to join with."""
        return self._connection.call(messages.Join(url, token), Membership, SERVER_SECONDS)

    def leave(self) -> Membership:
        """Go back to the embedded server."""
        return self._connection.call(messages.Leave(), Membership, SERVER_SECONDS)

    def whoami(self) -> Membership:
        """Return which server is used, and as whom."""
        return self._connection.call(messages.WhoAmI(), Membership, SERVER_SECONDS)

    def watch(self, project: str, since: int = -1) -> None:
        """Have ``RemoteChange`` told for a project; an empty one ends it."""
        self._connection.call(messages.Watch(project, since), type(None))

    def download(self, take: str, track: str, to: Path) -> Downloaded:
        """Fetch a sealed track into the file ``to``."""
        command = messages.Download(take, track, str(to.absolute()))
        return self._connection.call(command, Downloaded, DOWNLOAD_SECONDS)


def _left_alone(take: messages.TakeSync) -> bool:
    return take.problem is not None and take.problem.code in ("no-project", "project-elsewhere")


def _typed(on_event: Callable[[Event], None]) -> Callable[[msgspec.Raw], None]:
    def decode(raw: msgspec.Raw) -> None:
        on_event(_EVENT.decode(raw))

    return decode
