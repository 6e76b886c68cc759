"""The composition root of the server: everything that one process is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from roomtone.foundation.clock import Clock
from roomtone.server.api.dispatcher import Dispatcher
from roomtone.server.api.documents import build_documents
from roomtone.server.api.downloads import Downloads
from roomtone.server.api.events import Events
from roomtone.server.db.contract import Repository
from roomtone.server.db.sql import open_repository
from roomtone.server.services.access import Access
from roomtone.server.services.feed import Feed
from roomtone.server.services.sealing import Sealer
from roomtone.server.services.takes import Takes
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


def open_data(data: Path, *, serving: bool = False) -> tuple[Repository, Storage]:
    """Open the database and the store of a data folder. Raises ``WorldError``.

    ``serving`` is said by the one process that takes uploads in.
    """
    storage = FolderStorage(data, SEGMENT if serving else 0)
    return open_repository(database_path(data)), storage


@dataclass(frozen=True)
class Parts:
    """A server without its sockets."""

    application: Dispatcher
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


def compose(repository: Repository, storage: Storage, clock: Clock, expiry: timedelta = EXPIRY) -> Parts:
    """Put a server together over a database and a store, which the caller closes last."""
    threads = Threads()
    access = Access(repository, threads)
    feed = Feed(repository, threads)
    live = LiveUploads(storage, threads)
    sealer = Sealer(repository, storage, feed, threads, clock)
    takes = Takes(repository, storage, access, live, sealer, feed, threads, clock)
    planner = Planner(repository, clock)
    uploads = Uploads(repository, storage, access, planner, live, sealer, threads, clock, expiry)
    application = Dispatcher(
        access,
        TusEndpoint(uploads, OpenLimit(repository, threads, clock)),
        Downloads(takes, storage, threads),
        Events(access, feed),
        build_documents(takes),
        clock,
    )
    sweeper = Sweeper(repository, storage, live, sealer, threads, clock, expiry)
    return Parts(application, uploads, live, feed, sealer, sweeper, threads)
