"""Transactions over SQLAlchemy: one writer at a time, and errors of the database converted where they enter."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

from sqlalchemy import Connection, Engine, StaticPool
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from roomtone.foundation.errors import WorldError
from roomtone.server.db import engines
from roomtone.server.db.commits import Commits
from roomtone.server.problems import RefusedError

log = logging.getLogger(__name__)

# PostgreSQL's SQLSTATE disk_full.
_DISK_FULL: Final = "53100"


class Transactions:
    """What every part of the repository runs in."""

    def __init__(self, engine: Engine, commits: Commits, faults: Callable[[Connection], list[str]]) -> None:
        self.engine = engine
        self._commits = commits
        self._faults = faults
        # There is one writer at a time, and waiting here is cheaper than SQLite's polling or a connection for
        # everybody who waits. A database in memory has a single connection, so its readers wait as well.
        self._writer = threading.RLock()
        self._readers_wait = isinstance(engine.pool, StaticPool)
        # Kept from the first write on: to fetch one for each transaction costs a third of a small one.
        self._connection: Connection | None = None

    @contextmanager
    def _write(self, *, access: bool = False) -> Iterator[Connection]:
        try:
            with self._writer:
                connection = self._connection = self._connection or engines.writer(self.engine)
                with connection.begin():
                    yield connection
                    self._commits.committing(connection, access=access)
            self._commits.committed(access=access)
        except DBAPIError as error:
            raise converted(error) from error

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        try:
            with self._writer if self._readers_wait else nullcontext(), self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise converted(error) from error

    def version(self) -> int:
        return self._commits.version()

    def access_version(self) -> int:
        return self._commits.access_version()

    def faults(self) -> list[str]:
        with self._read() as db:
            return self._faults(db)

    def close(self) -> None:
        self._commits.close()
        if self._connection is not None:
            self._connection.close()
        self.engine.dispose()


def converted(error: DBAPIError) -> WorldError:
    """Convert at the boundary; a full disk is a refusal of its own, and so is a server that went away."""
    text = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if state == _DISK_FULL or (isinstance(error.orig, sqlite3.Error) and "full" in text):
        return RefusedError("disk-full")
    if isinstance(error, DataError):
        return RefusedError("bad-document", "The database cannot hold one of the values")
    if isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error):
        log.error("the database does not answer: %s", text)
        return RefusedError("unavailable", "Its database does not answer")
    return WorldError("system", "The database refused", text, "Try again; if it stays, look into the server's log")
