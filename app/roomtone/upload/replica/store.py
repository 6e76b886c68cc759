"""The file in which projects are remembered: what servers said of them, and the edits that were made here.

Version 1: the tables ``heads``, ``items``, ``takes``, ``members`` and ``entries`` hold JSON documents by server,
project and id. A write is one durable transaction.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from roomtone.foundation.decoding import decode, decoder_of
from roomtone.foundation.errors import WorldError
from roomtone.upload.replica.stored import Changes, Entry, Head, Stored
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Item
from roomtone.wire.project.people import Member

T = TypeVar("T")
log = logging.getLogger(__name__)

VERSION: Final = 1
_TABLES: Final = ("items", "takes", "members", "entries")
_WAIT_SECONDS: Final = 15.0


class NewerProjectsError(WorldError):
    """The file was written by a newer version; it is left alone."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "newer-projects",
            "The projects on this computer were not opened",
            f"A newer version of Roomtone wrote them (format {version}, this one knows {VERSION})",
            "Update Roomtone",
        )


class DamagedProjectsError(WorldError):
    """What lies there is no such file, or not any more."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "projects-unreadable",
            "The projects on this computer cannot be read",
            why,
            "Check the disk; what is on the server is safe",
        )


class Store:
    """One SQLite file. Safe to use from many threads; every method may block and raises ``WorldError``."""

    def __init__(self, path: Path, refusal: WorldError | None = None) -> None:
        """Open or make the file. One of a newer version is left alone.

        With ``refusal`` nothing is opened: there is nothing to read, and every write raises it.
        """
        self._lock = threading.Lock()
        self._refusal = refusal
        place = ":memory:" if refusal is not None else path
        try:
            self._db = sqlite3.connect(place, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise _converted(error) from error
        try:
            self._db.execute("PRAGMA journal_mode=WAL").close()
            self._db.execute("PRAGMA synchronous=FULL").close()
            version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            self._db.close()
            raise _converted(error) from error
        if version > VERSION:
            self._db.close()
            raise NewerProjectsError(version)
        if version == 0:
            self._create()
        if refusal is None:
            path.chmod(0o600)

    def heads(self) -> dict[tuple[str, str], Head]:
        """Return what is known of every project as a whole, by server and project."""
        with self._reading():
            rows = self._db.execute("SELECT server, project, document FROM heads").fetchall()
        return {(server, project): decode(document, Head) for server, project, document in rows}

    def accounts(self) -> dict[str, str]:
        """Return the account that this home has at each server."""
        with self._reading():
            return dict(self._db.execute("SELECT server, account FROM accounts").fetchall())

    def keep_account(self, server: str, account: str) -> None:
        """Remember who this home is at a server."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?)", (server, account))

    def with_edits(self) -> set[tuple[str, str]]:
        """Return the projects, by server and id, in whose outbox something is."""
        with self._reading():
            return set(self._db.execute("SELECT DISTINCT server, project FROM entries").fetchall())

    def load(self, server: str, project: str) -> Stored:
        """Return a project as it was written last."""
        with self._reading():
            head = self._db.execute(
                "SELECT document FROM heads WHERE server = ? AND project = ?", (server, project)
            ).fetchone()
            found = Stored(
                head=decode(head[0], Head) if head is not None else Head(),
                items=self._all("items", server, project, Item),
                takes=self._all("takes", server, project, Take),
                members=self._all("members", server, project, Member),
                entries=self._all("entries", server, project, Entry),
            )
        found.entries = dict(sorted(found.entries.items(), key=lambda pair: pair[1].number))
        return found

    def write(self, server: str, project: str, changes: Changes) -> None:
        """Make changes durable."""
        if changes.empty:
            return
        with self._writing():
            if changes.head is not None:
                document = msgspec.json.encode(changes.head)
                self._db.execute("INSERT OR REPLACE INTO heads VALUES (?, ?, ?)", (server, project, document))
            if changes.anew:
                for table in ("items", "takes"):
                    self._db.execute(f"DELETE FROM {table} WHERE server = ? AND project = ?", (server, project))
            self._put("items", server, project, changes.items)
            self._put("takes", server, project, changes.takes)
            if changes.members is not None:
                self._db.execute("DELETE FROM members WHERE server = ? AND project = ?", (server, project))
                self._put("members", server, project, changes.members)
            self._put("entries", server, project, changes.entries)
            gone = [(server, project, edit) for edit in changes.dropped]
            self._db.executemany("DELETE FROM entries WHERE server = ? AND project = ? AND id = ?", gone)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _create(self) -> None:
        with self._transaction():
            self._db.execute(
                "CREATE TABLE heads (server TEXT, project TEXT, document BLOB, PRIMARY KEY (server, project))"
            )
            self._db.execute("CREATE TABLE accounts (server TEXT PRIMARY KEY, account TEXT)")
            for table in _TABLES:
                self._db.execute(
                    f"CREATE TABLE {table} (server TEXT, project TEXT, id TEXT, document BLOB,"
                    " PRIMARY KEY (server, project, id)) WITHOUT ROWID"
                )
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    def _all(self, table: str, server: str, project: str, kind: type[T]) -> dict[str, T]:
        rows = self._db.execute(f"SELECT id, document FROM {table} WHERE server = ? AND project = ?", (server, project))
        decoder = decoder_of(kind)
        return {identity: decoder.decode(document) for identity, document in rows}

    def _put(self, table: str, server: str, project: str, documents: dict[str, Any]) -> None:
        rows = [(server, project, identity, msgspec.json.encode(one)) for identity, one in documents.items()]
        self._db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)", rows)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except (sqlite3.Error, msgspec.DecodeError) as error:
            raise _converted(error) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._refusal is not None:
            raise self._refusal
        with self._transaction():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise _converted(error) from error


def open_store(path: Path) -> Store:
    """Open the file, whatever it is in: takes must travel also where projects cannot be read.

    One of a newer version is left alone, and so is any where the disk is full: nothing is kept meanwhile, and every
    write says why. A damaged one is put aside, never thrown away.
    """
    try:
        store = Store(path)
        try:
            store.heads()
            store.with_edits()
        except WorldError:
            store.close()
            raise
    except NewerProjectsError as error:
        log.info("%s", error)
        return Store(path, error)
    except DamagedProjectsError as error:
        aside = _put_aside(path)
        log.error("the projects on this computer are damaged and lie in %s now: %s", aside.name, error.detail)
        return open_store(path)
    except WorldError as error:
        # A full disk, say: takes that are here already must travel all the more, to make room.
        log.error("the projects on this computer cannot be opened now: %s", error)
        return Store(path, error)
    return store


def _put_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def _converted(error: Exception) -> WorldError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return WorldError(
            "disk-full", "What was done in the project was not kept", "The disk is full", "Make space, then do it again"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedProjectsError(str(error))
    return WorldError(
        "projects-not-kept",
        "The projects on this computer cannot be reached",
        str(error),
        "Check the disk that Roomtone's data is on, then do it again",
    )
