"""The composition root of the server: everything that one process is made of."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from litestar.types import ControllerRouterHandler

from roomtone.foundation.clock import Clock
from roomtone.server.api.dispatcher import Dispatcher
from roomtone.server.api.documents import build_documents
from roomtone.server.api.downloads import Downloads
from roomtone.server.api.events import Events
from roomtone.server.api.people_routes import people_routes
from roomtone.server.api.project_routes import project_routes
from roomtone.server.api.take_routes import take_routes
from roomtone.server.db.contract import Repository
from roomtone.server.db.sql import open_database, open_repository
from roomtone.server.services.access import Access
from roomtone.server.services.devices import Keys
from roomtone.server.services.edits import Editor
from roomtone.server.services.entering import Entrance
from roomtone.server.services.feed import Feed
from roomtone.server.services.invites import Doors
from roomtone.server.services.limits import Limits
from roomtone.server.services.overview import Overviews
from roomtone.server.services.passphrases import Passphrases
from roomtone.server.services.people import People
from roomtone.server.services.quota import Quota
from roomtone.server.services.rules import Guard
from roomtone.server.services.sealing import Sealer
from roomtone.server.services.state import States
from roomtone.server.services.takes import Takes
from roomtone.server.services.telling import Teller
from roomtone.server.storage.contract import Storage
from roomtone.server.storage.folder import FolderStorage
from roomtone.server.storage.journal import SEGMENT
from roomtone.server.threads import Threads
from roomtone.server.uploads.endpoint import TusEndpoint
from roomtone.server.uploads.limiting import OpenLimit
from roomtone.server.uploads.live import LiveUploads
from roomtone.server.uploads.planning import Planner
from roomtone.server.uploads.service import Uploads
from roomtone.server.uploads.sweeping import EXPIRY, Sweeper


def database_path(data: Path) -> Path:
    """Return where the database of a data folder lies."""
    return data / "server.sqlite"


@dataclass(frozen=True)
class Places:
    """Where a server keeps things: its folder, and the addresses of what it uses instead of files in there.

    An address may hold a password, so neither is ever printed.
    """

    data: Path
    database: str | None = field(default=None, repr=False)
    store: str | None = field(default=None, repr=False)

    def open_repository(self, *, serving: bool = False) -> Repository:
        """Open the database. Raises ``UsageError`` and ``WorldError``."""
        if self.database is not None:
            return open_database(self.database, serving=serving)
        return open_repository(database_path(self.data))

    def open_storage(self, *, serving: bool = False) -> Storage:
        """Open the store. Raises ``UsageError`` and ``WorldError``."""
        if self.store is not None:
            # Only who has such a store pays for its libraries.
            objects = importlib.import_module("roomtone.server.storage.objects")
            storage: Storage = objects.open_store(self.store, self.data / "spool")
            return storage
        return FolderStorage(self.data, SEGMENT if serving else 0)


@contextmanager
def opened(places: Places, *, serving: bool = False) -> Iterator[tuple[Repository, Storage]]:
    """Open the database and the store, and close them at the end. Raises ``UsageError`` and ``WorldError``.

    ``serving`` is said by the one process that takes uploads in.
    """
    storage = places.open_storage(serving=serving)
    try:
        repository = places.open_repository(serving=serving)
        try:
            yield repository, storage
        finally:
            repository.close()
    finally:
        storage.close()


@dataclass(frozen=True)
class Parts:
    """A server without its sockets."""

    application: Dispatcher
    access: Access
    uploads: Uploads
    live: LiveUploads
    feed: Feed
    sealer: Sealer
    sweeper: Sweeper
    threads: Threads

    def recover(self) -> None:
        """Finish what the process before left half done. Call before the first request. Blocks."""
        self.sealer.recover()
        self.sweeper.discard_orphans()

    def stop(self) -> None:
        """Ask all requests to end soon; on the event loop."""
        self.live.stop()
        self.feed.stop()

    def close(self) -> None:
        """Let go of handles after the last request."""
        self.threads.close()
        self.live.close()


def compose(
    repository: Repository, storage: Storage, clock: Clock, expiry: timedelta = EXPIRY, quota: int | None = None
) -> Parts:
    """Put a server together over a database and a store, which the caller closes last.

    ``quota`` bounds the bytes of each account.
    """
    threads = Threads()
    access = Access(repository, threads, clock)
    feed = Feed(repository, threads)
    limits = Limits(clock)
    live = LiveUploads(storage, threads)
    sealer = Sealer(repository, storage, feed, threads, clock)
    teller = Teller(storage)
    takes = Takes(repository, teller, access, live, sealer, feed, threads, clock)
    states = States(repository, teller, access, feed, threads)
    editor = Editor(repository, access, feed, limits, threads, clock)
    people = _people(repository, access, feed, limits, threads, clock)
    overviews = Overviews(repository, access, threads, clock)
    room = Quota(repository, storage, threads, clock, quota)
    planner = Planner(repository, clock)
    uploads = Uploads(repository, storage, access, planner, live, sealer, threads, clock, expiry, room)
    documents, schema = build_documents(
        [*take_routes(takes, states), *project_routes(states, editor, overviews), *people]
    )
    application = Dispatcher(
        access,
        Guard(access, limits),
        TusEndpoint(uploads, OpenLimit(repository, threads, clock)),
        Downloads(takes, storage, threads),
        Events(access, feed, states),
        documents,
        schema,
        clock,
    )
    sweeper = Sweeper(repository, storage, live, sealer, threads, clock, expiry)
    return Parts(application, access, uploads, live, feed, sealer, sweeper, threads)


def _people(
    repository: Repository, access: Access, feed: Feed, limits: Limits, threads: Threads, clock: Clock
) -> list[ControllerRouterHandler]:
    doors = Doors(repository, threads, clock)
    passphrases = Passphrases(threads)
    entrance = Entrance(repository, access, doors, passphrases, limits, feed, threads, clock)
    keys = Keys(repository, passphrases, threads, clock)
    return people_routes(People(repository, feed, threads, clock), doors, entrance, keys)
