"""What only PostgreSQL can do wrong: schemas there, other servers, restarts, secrets, and what it cannot hold."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Engine, MetaData, create_engine, insert, inspect, text

from roomtone.foundation.errors import UsageError, WorldError
from roomtone.server.db import migrating
from roomtone.server.db.records import AccountRecord, KeyRecord
from roomtone.server.db.sql import SqlRepository, open_database
from tests.rigs.postgres import PostgresServer
from tests.rigs.processes import until
from tests.server.db.test_migrations import SAMPLES, check_sample
from tests.server.filling import add_person, add_project

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database."""
    made = postgres.database()
    yield made
    postgres.drop(made)


def direct(url: str) -> Engine:
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


def shape(url: str) -> dict[str, Any]:
    """Return every table with its columns, keys and indexes."""
    engine = direct(url)
    found: dict[str, Any] = {}
    looked = inspect(engine)
    for table in sorted(looked.get_table_names()):
        columns = [{**column, "type": str(column["type"])} for column in looked.get_columns(table)]
        found[table] = [
            columns,
            looked.get_pk_constraint(table),
            sorted(looked.get_foreign_keys(table), key=str),
            sorted(looked.get_indexes(table), key=str),
            sorted(looked.get_unique_constraints(table), key=lambda one: one["column_names"]),
        ]
    engine.dispose()
    return found


def migrate(url: str, revision: str) -> None:
    engine = direct(url)
    with engine.begin() as connection:
        migrating.upgrade(connection, revision)
    engine.dispose()


def fill(url: str, sample: Path) -> None:
    """Copy the rows of a SQLite file into the database, whose schema is the same."""
    engine, tables = direct(url), MetaData()
    tables.reflect(engine)
    with closing(sqlite3.connect(sample)) as old, engine.begin() as new:
        old.row_factory = sqlite3.Row
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            for row in old.execute(f'SELECT * FROM "{table.name}"'):
                values = dict(row)
                for column in table.columns:
                    if isinstance(column.type, Boolean):
                        values[column.name] = bool(values[column.name])
                    elif isinstance(column.type, JSON) and values[column.name] is not None:
                        values[column.name] = json.loads(values[column.name])
                new.execute(insert(table), values)
    engine.dispose()


@pytest.mark.parametrize("revision", sorted(migrating.known_revisions()))
def test_every_old_schema_becomes_the_newest(postgres: PostgresServer, url: str, revision: str) -> None:
    migrate(url, revision)
    fill(url, SAMPLES / f"{revision}.sqlite")
    check_sample(open_database(url))
    at_once = postgres.database()
    open_database(at_once).close()
    migrated, made = shape(url), shape(at_once)
    for found in (migrated, made):
        for _, key, _, _, uniques in found.values():
            # PostgreSQL names some of them by itself.
            for named in (key, *uniques):
                named.pop("name", None)
    assert migrated == made
    postgres.drop(at_once)


def test_a_newer_schema_and_anothers_tables_are_refused(url: str) -> None:
    open_database(url).close()
    engine = direct(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorldError) as refused:
        open_database(url)
    assert refused.value.code == "newer-database"
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(WorldError) as refused:
        open_database(url)
    assert refused.value.code == "not-our-database"
    engine.dispose()


def test_one_process_serves_a_database_at_a_time(url: str) -> None:
    serving = open_database(url, serving=True)
    with pytest.raises(WorldError) as refused:
        open_database(url, serving=True)
    assert refused.value.code == "server-running"
    # Looking after the accounts is possible meanwhile.
    open_database(url).close()
    serving.close()
    open_database(url, serving=True).close()


def test_a_name_is_taken_once_though_two_processes_ask(url: str) -> None:
    """Looking for a name and adding it is one step for several processes, too."""
    repositories = [open_database(url), open_database(url)]
    added: list[str] = []

    def add(into: SqlRepository) -> None:
        for number in range(20):
            account = AccountRecord(secrets.token_hex(16), f"Ana {number}", NOW)
            if into.add_account(account, KeyRecord(secrets.token_hex(16), account, NOW)):
                added.append(account.name)

    threads = [threading.Thread(target=add, args=(into,)) for into in repositories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == sorted(account.name for account in repositories[0].accounts())
    assert len(added) == 20
    for repository in repositories:
        repository.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql", "sqlite:///x", "postgresql://a:hush@:x/y"])
def test_an_address_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_database(url)
    assert "hush" not in str(refused.value)


def test_a_wrong_password_is_explained_and_not_repeated(url: str) -> None:
    with pytest.raises(WorldError) as refused:
        open_database(url.replace("secret-of-the-rig", "hush-hush"))
    assert refused.value.code == "database-unreachable"
    assert "password" in str(refused.value)
    assert "hush-hush" not in str(refused.value)


def test_what_the_database_cannot_hold_is_the_callers_fault(url: str) -> None:
    repository = open_database(url)
    account = AccountRecord("a" * 32, "Ana", NOW)
    add_person(repository, account.id, account.name, "hash", NOW)
    with pytest.raises(WorldError) as refused:
        add_project(repository, "c" * 32, "So\0ng", account.id, NOW)
    assert refused.value.code == "bad-document"
    assert add_project(repository, "c" * 32, "Song", account.id, NOW)
    repository.close()


@pytest.mark.expects_log("the database cannot be heard")
@pytest.mark.expects_log("the database does not answer")
def test_a_restarted_database_is_used_again() -> None:
    with PostgresServer() as server:
        url = server.database()
        repository = open_database(url, serving=True)
        ana = AccountRecord("a" * 32, "Ana", NOW)
        repository.add_account(ana, KeyRecord("hash", ana, NOW))
        access = repository.access_version()
        server.kill()
        until(lambda: repository.access_version() != access, 10, "distrust in what was kept")
        with pytest.raises(WorldError) as refused:
            repository.key_of("hash")
        with pytest.raises(WorldError):
            repository.add_key(KeyRecord(secrets.token_hex(8), ana, NOW))
        assert refused.value.code == "unavailable"
        server.start()

        def settled() -> bool:
            before = repository.version()
            return repository.version() == before

        until(settled, 20, "the database being heard again")
        key = repository.key_of("hash")
        assert key is not None
        assert key.account == ana
        repository.add_key(KeyRecord("another", ana, NOW))
        version = repository.version()
        other = open_database(url)
        other.add_key(KeyRecord("third", ana, NOW))
        until(lambda: repository.version() != version, 5, "the other process's commit")
        other.close()
        with pytest.raises(WorldError):
            open_database(url, serving=True)
        repository.close()
