"""Opening a SQLite database: its settings; and, for every database, its schema and an older or newer one's."""

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
        json_deserializer=schema.load_json,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        pool_size=4,
        max_overflow=8,
    )
    _listen(engine, journal="WAL")
    try:
        prepare(engine, path)
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
        json_deserializer=schema.load_json,
        connect_args={"check_same_thread": False},
        poolclass=StaticPool,
    )
    _listen(engine, journal="MEMORY")
    _create(engine)
    return engine


def writer(engine: Engine) -> Connection:
    """Return a connection whose transactions take the write lock when they begin; the caller closes it."""
    connection = engine.connect().execution_options(**{WRITES: True})
    if engine.dialect.name == "postgresql":
        # The first statement is the one that waits for the lock; what is read after it has to be newer than it.
        connection = connection.execution_options(isolation_level="READ COMMITTED")
    return connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that takes the write lock at once; commit it at the end, unless something was raised."""
    with writer(engine) as connection, connection.begin():
        yield connection


def faults(db: Connection) -> list[str]:
    """Let SQLite check itself; return what it complains about."""
    said = [str(row[0]) for row in db.exec_driver_sql("PRAGMA integrity_check")]
    orphans = [f"row of {row[0]} without its {row[2]}" for row in db.exec_driver_sql("PRAGMA foreign_key_check")]
    return [line for line in said if line != "ok"] + orphans


def _listen(engine: Engine, journal: str) -> None:
    def connected(connection: sqlite3.Connection, record: object) -> None:
        del record
        # Without this, Python begins transactions by itself, and only before some statements.
        connection.isolation_level = None
        for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "cache_size=-4096"):
            connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def prepare(engine: Engine, path: Path | None) -> None:
    """Bring a database to the newest schema, a file after a backup beside it. Raises ``WorldError``."""
    found = revision(engine)
    if found is None:
        _create(engine)
    elif found != schema.REVISION:
        _migrate(engine, path, found)


def revision(engine: Engine) -> str | None:
    """Return the schema's revision, or ``None`` for an empty database."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
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
        if _revision(connection) is not None:
            # Another process was faster.
            return
        schema.METADATA.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:found)"), {"found": schema.REVISION})


def _migrate(engine: Engine, path: Path | None, found: str) -> None:
    # Alembic needs ten megabytes that a running server has no other use for, so it is loaded only here.
    migrating = importlib.import_module("roomtone.server.db.migrating")
    if found not in migrating.known_revisions():
        raise WorldError(
            "newer-database",
            "The server's data was not opened",
            f"A newer version of Roomtone wrote it (schema {found})",
            "Update Roomtone",
        )
    if path is not None:
        migrating.backup(path)
    with writing(engine) as connection:
        migrating.upgrade(connection)
    if revision(engine) != schema.REVISION:
        raise BugError("bug", "The database could not be brought up to date", "A migration is missing", "Report this")


def _not_ours(why: str) -> WorldError:
    return WorldError("not-our-database", "The server's data was not opened", why, "Choose another one")
