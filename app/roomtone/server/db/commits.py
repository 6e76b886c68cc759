"""Noticing that something was committed, by this process or by another."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Protocol


class Commits(Protocol):
    """Says whether anything was committed since one asked last."""

    def version(self) -> int:
        """Return a number that changes with every commit. Cheap; may be called from any thread."""

    def committed(self) -> None:
        """Be told of a commit of this process, before its method returns."""

    def close(self) -> None:
        """Let go of handles."""


class CountedCommits:
    """Counts what it is told: enough where no other process can write."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def version(self) -> int:
        return self._count

    def committed(self) -> None:
        with self._lock:
            self._count += 1

    def close(self) -> None:
        """There is no handle."""


class FileCommits:
    """Asks SQLite, whose ``data_version`` changes for a connection whenever any other one commits."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)

    def version(self) -> int:
        with self._lock:
            row: tuple[int] = self._connection.execute("PRAGMA data_version").fetchone()
        return row[0]

    def committed(self) -> None:
        """SQLite tells."""

    def close(self) -> None:
        self._connection.close()
