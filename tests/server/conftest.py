"""The server that tests share, and one of their own for those that end it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from roomtone.server.db.sql import open_database
from tests.rigs.postgres import PostgresServer
from tests.rigs.s3 import MotoServer, S3rver
from tests.server.rig import FILES, Client, Keeping, RunningServer, outside


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, for all tests; each makes a database of its own in it."""
    with PostgresServer() as running:
        yield running


@pytest.fixture(scope="session")
def moto() -> Iterator[MotoServer]:
    """An object store in memory, for all tests; each takes a prefix of its own in it."""
    with MotoServer() as running:
        yield running


@pytest.fixture(scope="session")
def s3rver() -> Iterator[S3rver]:
    """Another object store, over files, for all tests; each takes a prefix of its own in it."""
    with S3rver() as running:
        yield running


_EVERYWHERE: Final = ("files", "moto", "s3rver")
# Everything runs over files, and over PostgreSQL with each of the object stores: all of that in CI. Elsewhere one of
# the stores will do for what shares a server, and the other for what does not, so that nobody waits for long.
_IN_CI: Final = os.environ.get("CI") == "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the many requests that are made up from the API's description to one place, outside of CI."""
    if _IN_CI:
        return
    left = [item for item in items if item.path.name == "test_schema.py" and "[moto" in item.name]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


@pytest.fixture(scope="session", params=_EVERYWHERE if _IN_CI else ("files", "moto"))
def shared_place(request: pytest.FixtureRequest) -> str:
    """Where the shared server keeps things."""
    return _begun(request)


@pytest.fixture(scope="session", params=_EVERYWHERE if _IN_CI else ("files", "s3rver"))
def place(request: pytest.FixtureRequest) -> str:
    """Where a server of the test's own keeps things."""
    return _begun(request)


def _begun(request: pytest.FixtureRequest) -> str:
    """Begin what a place needs before the test, whose guards would take it for something left behind."""
    name = str(request.param)
    if name != "files":
        request.getfixturevalue("postgres")
        request.getfixturevalue(name)
    return name


@contextmanager
def kept(place: str, request: pytest.FixtureRequest) -> Iterator[Keeping]:
    """Make a new place: an empty database, and a prefix of the bucket."""
    if place == "files":
        yield FILES
        return
    databases: PostgresServer = request.getfixturevalue("postgres")
    database = databases.prepared("empty", lambda made: open_database(made).close())
    yield outside(database, request.getfixturevalue(place))
    databases.drop(database)


@pytest.fixture
def keeping(place: str, request: pytest.FixtureRequest) -> Iterator[Keeping]:
    """A new place for a server of the test's own."""
    with kept(place, request) as made:
        yield made


@pytest.fixture(scope="session", params=["moto", "s3rver"])
def store(request: pytest.FixtureRequest) -> str:
    """Each of the object stores."""
    return _begun(request)


@pytest.fixture
def kept_outside(store: str, request: pytest.FixtureRequest) -> Iterator[Keeping]:
    """A new place in PostgreSQL and each of the object stores, wherever the tests run."""
    with kept(store, request) as made:
        yield made


@pytest.fixture(scope="package")
def shared_server(
    shared_place: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """One running server for all tests that leave it alive."""
    folder = tmp_path_factory.mktemp("server")
    with kept(shared_place, request) as keeping, RunningServer(folder, keeping=keeping) as server:
        yield server


@pytest.fixture
def client(shared_server: RunningServer) -> Client:
    """The owner's client of the shared server."""
    return shared_server.client()


@pytest.fixture
def server(tmp_path: Path, keeping: Keeping) -> Iterator[RunningServer]:
    """A running server of the test's own, to be killed and started again."""
    with RunningServer(tmp_path, keeping=keeping) as running:
        yield running
