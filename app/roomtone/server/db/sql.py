"""The repository in SQL: over SQLite, and over PostgreSQL, which differs in its engine only."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from roomtone.foundation.errors import WorldError
from roomtone.server.db import engines, feed_rows, take_rows, upload_rows
from roomtone.server.db.commits import CountedCommits, FileCommits
from roomtone.server.db.item_tables import ItemTables
from roomtone.server.db.people_tables import PeopleTables
from roomtone.server.db.records import (
    ChangeRecord,
    Declared,
    Sealing,
    TakeRecord,
    TrackRecord,
    UploadRecord,
    UploadState,
)
from roomtone.server.db.transactions import converted


def open_repository(path: Path | None) -> SqlRepository:
    """Open the SQLite file, or with ``None`` a database in memory. Raises ``WorldError``."""
    try:
        if path is None:
            return SqlRepository(engines.open_memory(), CountedCommits(), engines.faults)
        return SqlRepository(engines.open_file(path), FileCommits(path), engines.faults)
    except DBAPIError as error:
        raise converted(error) from error


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


class SqlRepository(PeopleTables, ItemTables):
    """``Repository`` over SQLAlchemy: takes, uploads and the feed, beside people and items."""

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

    def stored_bytes(self, account: str) -> int:
        with self._read() as db:
            return take_rows.stored_bytes(db, account)


def _unreachable(error: DBAPIError) -> WorldError:
    said = str(error.orig).strip().splitlines()
    why = said[-1] if said else "It does not say why"
    remedy = "Check that it runs, its address, the user's rights and the password"
    return WorldError("database-unreachable", "The database was not opened", why, remedy)
