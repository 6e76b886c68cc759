"""The file in which projects are remembered: what servers said of them, and the edits that were made here.

Version 1: the tables ``heads``, ``items``, ``takes``, ``members`` and ``entries`` hold JSON documents by server,
project and id. A write is one durable transaction.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from roomtone.foundation.errors import WorldError
from roomtone.upload.replica.stored import Changes, Entry, Head, Stored
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Item
from roomtone.wire.project.people import Member

T = TypeVar("T")

VERSION: Final = 1
_TABLES: Final = ("items", "takes", "members", "entries")
_WAIT_SECONDS: Final = 15.0


class Store:
    """One SQLite file. Safe to use from many threads; every method may block and raises ``WorldError``."""

    def __init__(self, path: Path) -> None:
        """Open or make the file. One of a newer version is left alone."""
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL").close()
            self._db.execute("PRAGMA synchronous=FULL").close()
            version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise _converted(error) from error
        if version > VERSION:
            self._db.close()
            raise WorldError(
                "newer-projects",
                "The projects on this computer were not opened",
                f"A newer version of Roomtone wrote them (format {version}, this one knows {VERSION})",
                "Update Roomtone",
            )
        if version == 0:
            self._create()
        path.chmod(0o600)

    def heads(self) -> dict[tuple[str, str], Head]:
        """Return what is known of every project as a whole, by server and project."""
        with self._reading():
            rows = self._db.execute("SELECT server, project, document FROM heads").fetchall()
        return {(server, project): msgspec.json.decode(document, type=Head) for server, project, document in rows}

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
                head=msgspec.json.decode(head[0], type=Head) if head is not None else Head(),
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
        with self._writing():
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
        decoder = msgspec.json.Decoder(kind)
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


def _converted(error: Exception) -> WorldError:
    full = "full" in str(error)
    return WorldError(
        "disk-full" if full else "projects-unreadable",
        "What was done in the project was not kept" if full else "The projects on this computer cannot be read",
        "The disk is full" if full else str(error),
        "Make space, then do it again" if full else "Check the disk; what is on the server is safe",
    )
