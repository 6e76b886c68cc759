"""Opening a SQLite database: its settings, its schema, and what to do with an older or newer one."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, inspect, text

from roomtone.foundation.errors import BugError, WorldError
from roomtone.server.db import schema

_BUSY_SECONDS: Final = 15
# An execution option of ours: the transaction is going to write, so it takes the write lock when it begins.
WRITES: Final = "roomtone_writes"


def open_file(path: Path) -> Engine:
    """Open the database file, creating or migrating it. Raises ``WorldError`` when that cannot be."""
    engine = create_engine(
        f"sqlite:///{path}",
        json_serializer=schema.dump_json,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        pool_size=4,
        max_overflow=8,
    )
    _listen(engine, journal="WAL")
    try:
        _prepare(engine, path)
    except BaseException:
        engine.dispose()
        raise
    path.chmod(0o600)
    return engine


def open_memory() -> Engine:
    """Open a database that ends with its process."""
    engine = create_engine(
        "sqlite://",
        json_serializer=schema.dump_json,
        connect_args={"check_same_thread": False},
        poolclass=StaticPool,
    )
    _listen(engine, journal="MEMORY")
    _create(engine)
    return engine


def writer(engine: Engine) -> Connection:
    """Return a connection whose transactions take the write lock when they begin; the caller closes it."""
    return engine.connect().execution_options(**{WRITES: True})


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that takes the write lock at once; commit it at the end, unless something was raised."""
    with writer(engine) as connection, connection.begin():
        yield connection


def count_access(connection: Connection) -> None:
    """Count a change of accounts, tokens or members, in its own transaction; see ``commits``."""
    found: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA user_version = {(found + 1) % (1 << 31)}")


def _listen(engine: Engine, journal: str) -> None:
    def connected(connection: sqlite3.Connection, record: object) -> None:
        del record
        # Without this, Python begins transactions by itself, and only before some statements.
        connection.isolation_level = None
        for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "cache_size=-512"):
            connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def _prepare(engine: Engine, path: Path) -> None:
    found = revision(engine)
    if found is None:
        _create(engine)
    elif found != schema.REVISION:
        _migrate(engine, path, found)


def revision(engine: Engine) -> str | None:
    """Return the schema's revision, or ``None`` for an empty database."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise _not_ours("It has tables, but not ours")
        found: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found)


def _create(engine: Engine) -> None:
    """Make the newest schema at once; a test proves that the migrations lead to the same one."""
    with writing(engine) as connection:
        schema.METADATA.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:found)"), {"found": schema.REVISION})


def _migrate(engine: Engine, path: Path, found: str) -> None:
    # Alembic needs ten megabytes that a running server has no other use for, so it is loaded only here.
    migrating = importlib.import_module("roomtone.server.db.migrating")
    if found not in migrating.known_revisions():
        raise WorldError(
            "newer-database",
            "The server's data was not opened",
            f"A newer version of Roomtone wrote it (schema {found})",
            "Update Roomtone",
        )
    migrating.backup(path)
    with writing(engine) as connection:
        migrating.upgrade(connection)
    if revision(engine) != schema.REVISION:
        raise BugError("bug", "The database could not be brought up to date", "A migration is missing", "Report this")


def _not_ours(why: str) -> WorldError:
    return WorldError("not-our-database", "The server's data was not opened", why, "Choose another folder with --data")
