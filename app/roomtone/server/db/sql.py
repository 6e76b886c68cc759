"""The repository in SQL: over SQLite, and over PostgreSQL, which differs in its engine only."""

from __future__ import annotations

import importlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from roomtone.foundation.errors import WorldError
from roomtone.server.db import account_rows, engines, feed_rows, take_rows, upload_rows
from roomtone.server.db.commits import Commits, CountedCommits, FileCommits
from roomtone.server.db.records import (
    AccountRecord,
    ChangeRecord,
    Declared,
    ProjectRecord,
    Sealing,
    TakeRecord,
    TrackRecord,
    UploadRecord,
    UploadState,
)
from roomtone.server.problems import RefusedError

log = logging.getLogger(__name__)

# PostgreSQL's SQLSTATE disk_full.
_DISK_FULL: Final = "53100"


def open_repository(path: Path | None) -> SqlRepository:
    """Open the SQLite file, or with ``None`` a database in memory. Raises ``WorldError``."""
    try:
        if path is None:
            return SqlRepository(engines.open_memory(), CountedCommits(), engines.faults)
        return SqlRepository(engines.open_file(path), FileCommits(path), engines.faults)
    except DBAPIError as error:
        raise _converted(error) from error


def open_database(url: str, *, serving: bool = False) -> SqlRepository:
    """Open the PostgreSQL database at a URL. ``serving`` is said by the one process that answers requests.

    Raises ``UsageError`` for what is no such URL; ``WorldError``, also where another process is serving.
    """
    # Only who has such a database pays for its libraries.
    listening = importlib.import_module("roomtone.server.db.listening")
    postgres = importlib.import_module("roomtone.server.db.postgres")
    try:
        engine = postgres.open_database(url)
        try:
            return SqlRepository(engine, listening.NotifiedCommits(engine, serving=serving), postgres.faults)
        except BaseException:
            engine.dispose()
            raise
    except DBAPIError as error:
        raise _unreachable(error) from error


class SqlRepository:
    """``Repository`` over SQLAlchemy."""

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
            raise _converted(error) from error

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        try:
            with self._writer if self._readers_wait else nullcontext(), self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise _converted(error) from error

    def version(self) -> int:
        return self._commits.version()

    def access_version(self) -> int:
        return self._commits.access_version()

    def add_account(self, account: AccountRecord, token_hash: str) -> bool:
        with self._write(access=True) as db:
            return account_rows.add_account(db, account, token_hash)

    def accounts(self) -> list[AccountRecord]:
        with self._read() as db:
            return account_rows.accounts(db)

    def add_token(self, account: str, token_hash: str, at: datetime) -> None:
        with self._write(access=True) as db:
            account_rows.add_token(db, account, token_hash, at)

    def drop_tokens(self, account: str) -> int:
        with self._write(access=True) as db:
            return account_rows.drop_tokens(db, account)

    def account_of(self, token_hash: str) -> AccountRecord | None:
        with self._read() as db:
            return account_rows.account_of(db, token_hash)

    def add_project(self, project: ProjectRecord, account: str) -> bool:
        with self._write(access=True) as db:
            return account_rows.add_project(db, project, account)

    def project_exists(self, project: str) -> bool:
        with self._read() as db:
            return account_rows.project_exists(db, project)

    def projects_of(self, account: str) -> list[ProjectRecord]:
        with self._read() as db:
            return account_rows.projects_of(db, account)

    def memberships(self, account: str) -> frozenset[str]:
        with self._read() as db:
            return account_rows.memberships(db, account)

    def add_member(self, project: str, account: str, at: datetime) -> None:
        with self._write(access=True) as db:
            account_rows.add_member(db, project, account, at)

    def add_take(self, take: TakeRecord) -> bool:
        with self._write() as db:
            return take_rows.add_take(db, take)

    def add_tracks(self, take: str, tracks: Collection[TrackRecord]) -> None:
        with self._write() as db:
            take_rows.add_tracks(db, take, tracks)

    def take(self, take: str) -> TakeRecord | None:
        with self._read() as db:
            return take_rows.take(db, take)

    def takes_of(self, project: str, after: int, limit: int) -> list[TakeRecord]:
        with self._read() as db:
            return take_rows.takes_of(db, project, after, limit)

    def seal_take(self, take: str, manifest: dict[str, Any], at: datetime) -> None:
        with self._write() as db:
            take_rows.seal_take(db, take, manifest, at)

    def add_upload(self, upload: UploadRecord) -> UploadRecord:
        with self._write() as db:
            return upload_rows.add_upload(db, upload)

    def add_track_upload(self, take: str, track: str, plan: Callable[[Declared | None], UploadRecord]) -> UploadRecord:
        with self._write() as db:
            return upload_rows.add_upload(db, plan(take_rows.declared(db, take, track)))

    def upload(self, upload: str) -> UploadRecord | None:
        with self._read() as db:
            return upload_rows.upload(db, upload)

    def uploads(self, states: Collection[UploadState]) -> list[UploadRecord]:
        with self._read() as db:
            return upload_rows.uploads(db, states)

    def set_length(self, upload: str, length: int) -> None:
        with self._write() as db:
            upload_rows.set_length(db, upload, length)

    def begin_seal(self, upload: str, sealing: Sealing) -> None:
        with self._write() as db:
            upload_rows.begin_seal(db, upload, sealing)

    def finish_seal(self, upload: str, at: datetime) -> None:
        with self._write() as db:
            upload_rows.finish_seal(db, upload, at)

    def end_upload(self, upload: str) -> None:
        with self._write() as db:
            upload_rows.end_upload(db, upload)

    def forget_uploads(self, before: datetime) -> int:
        with self._write() as db:
            return upload_rows.forget_uploads(db, before)

    def changes(self, project: str, since: int, limit: int) -> list[ChangeRecord]:
        with self._read() as db:
            return feed_rows.changes(db, project, since, limit)

    def sealed_tracks(self) -> list[tuple[str, str, int, str]]:
        with self._read() as db:
            return take_rows.sealed_tracks(db)

    def faults(self) -> list[str]:
        with self._read() as db:
            return self._faults(db)

    def close(self) -> None:
        self._commits.close()
        if self._connection is not None:
            self._connection.close()
        self.engine.dispose()


def _converted(error: DBAPIError) -> WorldError:
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


def _unreachable(error: DBAPIError) -> WorldError:
    said = str(error.orig).strip().splitlines()
    why = said[-1] if said else "It does not say why"
    remedy = "Check that it runs, its address, the user's rights and the password"
    return WorldError("database-unreachable", "The database was not opened", why, remedy)
