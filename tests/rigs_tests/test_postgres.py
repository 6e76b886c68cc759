"""The database server of the tests: fresh databases, copies, kills."""

from __future__ import annotations

import psycopg
import pytest

from tests.rigs.postgres import PostgresServer


def test_databases_are_fresh_or_copies_and_a_kill_loses_nothing_committed() -> None:
    made: list[str] = []

    def prepare(url: str) -> None:
        made.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE colours AS SELECT 'red' AS name")

    with PostgresServer() as server:
        first, second = server.prepared("colours", prepare), server.prepared("colours", prepare)
        assert len(made) == 1
        with psycopg.connect(first) as connection:
            connection.execute("INSERT INTO colours VALUES ('blue')")
        server.kill()
        server.start()
        counts = []
        for url in (first, second):
            with psycopg.connect(url) as connection:
                counts.append(connection.execute("SELECT count(*) FROM colours").fetchone())
        assert counts == [(2,), (1,)]
        server.drop(first)
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(first)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(second.replace("secret-of-the-rig", "guess"))
