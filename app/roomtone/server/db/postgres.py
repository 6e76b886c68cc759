"""Opening a PostgreSQL database: its settings, one writer at a time, and what it finds wrong with itself.

Rows are read and written in the same words as with SQLite. What differs is here: transactions that write take one
lock of the whole database first, as SQLite's do. So a change gets its number and becomes visible in one order, and
"look whether it is there, then add it" holds for several processes. The price is one commit at a time.
"""

from __future__ import annotations

from typing import Any, Final, LiteralString

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from roomtone.foundation.errors import UsageError, WorldError
from roomtone.server.db import engines, schema

# Any numbers do that no other program chooses for its own advisory locks: "room" and "tone" in ASCII.
_WRITING: Final = 0x726F6F6D
SERVING: Final = 0x746F6E65
_CONNECT_SECONDS: Final = 10
_SETTINGS: Final[tuple[LiteralString, ...]] = (
    # What is acknowledged is on the disk, whatever the administrator's default.
    "synchronous_commit = on",
    "lock_timeout = '15s'",
    "idle_in_transaction_session_timeout = '60s'",
    # The session of a machine that lost its power holds its locks no longer than half a minute.
    "tcp_keepalives_idle = 10",
    "tcp_keepalives_interval = 5",
    "tcp_keepalives_count = 4",
)


def open_database(url: str) -> Engine:
    """Open the database at a ``postgresql:`` URL, creating or migrating what is in it.

    What the URL does not say comes from libpq's environment variables and password file. Raises ``UsageError`` for
    what is no such URL, ``WorldError`` when the database is somebody else's or cannot be used.
    """
    given = _parse(url)
    waits = {} if "connect_timeout" in given.query else {"connect_timeout": _CONNECT_SECONDS}
    engine = create_engine(
        given,
        json_serializer=schema.dump_json,
        json_deserializer=schema.load_json,
        # Each reader sees one moment in all of its statements.
        isolation_level="REPEATABLE READ",
        connect_args={"application_name": "roomtone", **waits},
        hide_parameters=True,
        pool_size=4,
        max_overflow=8,
    )
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    try:
        _check_encoding(engine)
        engines.prepare(engine, None)
    except BaseException:
        engine.dispose()
        raise
    return engine


def detached(engine: Engine) -> psycopg.Connection[Any]:
    """Return a connection of its own, outside transactions; the caller closes it."""
    pooled = engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    assert isinstance(connection, psycopg.Connection)
    connection.rollback()
    connection.autocommit = True
    return connection


def faults(db: Connection) -> list[str]:
    """Read every table once, and say what PostgreSQL knows to be damaged or unsafe."""
    found = [
        f"{name} is off: a power cut may lose what was acknowledged"
        for name in ("fsync", "full_page_writes")
        if db.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"
    ]
    broken = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    found += [f"the index {name} is not valid" for name in db.exec_driver_sql(broken).scalars()]
    failures = "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
    if count := db.exec_driver_sql(failures).scalar_one():
        found.append(f"{count} pages have a wrong checksum")
    for table in schema.METADATA.sorted_tables:
        # Whatever cannot be read raises here.
        db.exec_driver_sql(f'SELECT count(*) FROM "{table.name}"')
    return found


def _parse(url: str) -> URL:
    try:
        given = make_url(url)
    except (ArgumentError, ValueError):
        given = None
    if given is None or given.drivername not in ("postgresql", "postgres"):
        # The URL may hold a password, so it is not repeated.
        raise UsageError(
            "bad-usage",
            "The database was not opened",
            "Its address is not understood",
            "Write it as postgresql://user@host:5432/name, the password in PGPASSWORD or in libpq's password file",
        )
    return given.set(drivername="postgresql+psycopg")


def _connected(connection: psycopg.Connection[Any], record: object) -> None:
    del record
    connection.autocommit = True
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}")
    connection.autocommit = False


def _begun(connection: Connection) -> None:
    if connection.get_execution_options().get(engines.WRITES, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING})")


def _check_encoding(engine: Engine) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if found != "UTF8":
        raise WorldError(
            "not-our-database",
            "The database was not opened",
            f"It keeps text as {found}, which cannot hold every name",
            "Make one with ENCODING 'UTF8'",
        )
