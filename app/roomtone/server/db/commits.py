"""Noticing that something was committed, by this process or by another."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection

_FRESH_SECONDS: Final = 0.005


class Commits(Protocol):
    """Says whether anything was committed since one asked last. Cheap; may be called from any thread."""

    def version(self) -> int:
        """Return a number that changes with every commit."""

    def access_version(self) -> int:
        """Return a number that changes with every commit that was about accounts, tokens or members."""

    def committing(self, db: Connection, *, access: bool) -> None:
        """Put what tells other processes into a transaction that is about to be committed."""

    def committed(self, *, access: bool) -> None:
        """Be told of a commit of this process, before its method returns."""

    def close(self) -> None:
        """Let go of handles."""


class CountedCommits:
    """Counts what it is told: enough where no other process can write."""

    def __init__(self) -> None:
        self._all = 0
        self._access = 0
        self._lock = threading.Lock()

    def version(self) -> int:
        return self._all

    def access_version(self) -> int:
        return self._access

    def committing(self, db: Connection, *, access: bool) -> None:
        """There is nobody to be told."""

    def committed(self, *, access: bool) -> None:
        with self._lock:
            self._all += 1
            self._access += access

    def close(self) -> None:
        """There is no handle."""


class FileCommits:
    """Asks SQLite: its ``data_version`` changes for a connection whenever any other one commits.

    Writers about accounts count ``user_version`` up, in the same transaction; it is looked at after a commit only.
    Commits of other processes are noticed within five milliseconds, those of this one at once.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._data = -1
        self._access = -1
        self._fresh_until = 0.0

    def version(self) -> int:
        with self._lock:
            self._refresh()
            return self._data

    def access_version(self) -> int:
        with self._lock:
            self._refresh()
            return self._access

    def committing(self, db: Connection, *, access: bool) -> None:
        if access:
            found: int = db.exec_driver_sql("PRAGMA user_version").scalar_one()
            db.exec_driver_sql(f"PRAGMA user_version = {(found + 1) % (1 << 31)}")

    def committed(self, *, access: bool) -> None:
        del access
        # Asked on the thread that has just written, so that the event loop, which answers requests, need not ask.
        with self._lock:
            self._fresh_until = 0.0
            self._refresh()

    def close(self) -> None:
        self._connection.close()

    def _refresh(self) -> None:
        # One request asks several times; asking SQLite each time would cost a twentieth of a small append.
        now = time.monotonic()
        if now < self._fresh_until:
            return
        data = self._ask("PRAGMA data_version")
        if data != self._data:
            self._access = self._ask("PRAGMA user_version")
            self._data = data
        self._fresh_until = now + _FRESH_SECONDS

    def _ask(self, pragma: str) -> int:
        row: tuple[int] = self._connection.execute(pragma).fetchone()
        return row[0]
