"""The server that tests share, and one of their own for those that end it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.postgres import PostgresServer
from tests.rigs.s3 import MotoServer, S3rver
from tests.server.rig import Client, RunningServer


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


@pytest.fixture(scope="package")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One running server for all tests that leave it alive."""
    with RunningServer(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def client(shared_server: RunningServer) -> Client:
    """The owner's client of the shared server."""
    return shared_server.client()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A running server of the test's own, to be killed and started again."""
    with RunningServer(tmp_path) as running:
        yield running
