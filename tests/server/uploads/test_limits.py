"""What a server takes from one client: for how long it waits, and how much it lets lie about unfinished."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from roomtone.wire import tus
from tests.rigs.processes import until
from tests.server.impatient import MOST_OPEN, MOST_PARTS, RETRY_SECONDS
from tests.server.rig import RESUMABLE, Answer, Client, RunningServer, read_answer


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("impatient")
    with RunningServer(folder, program="tests.server.impatient") as server:
        yield server


@pytest.fixture
def fresh(impatient: RunningServer) -> Client:
    """A client with an account of the test's own."""
    return impatient.another_account(secrets.token_hex(8))


def test_a_body_that_falls_silent_is_cut_and_its_bytes_are_kept(fresh: Client) -> None:
    path = fresh.upload(1_000_000)
    with fresh.half_open(path, 0, b"a" * 300_000, 1_000_000) as stalled:
        answer = read_answer(stalled)
        assert (answer.status, answer.code) == (408, "upload-silent")
        assert answer.headers["connection"] == "close"
        assert stalled.recv(1) == b""
    assert fresh.look(path).offset == 300_000
    assert fresh.append(path, 300_000, b"a" * 700_000).offset == 1_000_000


@pytest.mark.parametrize("begun", [b"", b"GET /api/about HTTP/1.1\r\n", b"GET /api/about HTTP/1.1\r\nHost: x\r\nX: "])
def test_a_connection_without_a_whole_head_is_ended(fresh: Client, begun: bytes) -> None:
    with fresh.bare() as connection:
        connection.sendall(begun)
        assert connection.recv(65536) == b""


def test_a_connection_that_was_used_and_then_begins_a_head_is_ended_too(fresh: Client) -> None:
    with fresh.bare() as connection:
        connection.sendall(fresh.head("GET", "/api/about", []))
        assert read_answer(connection).status == 200
        connection.sendall(b"GET /api/ab")
        assert connection.recv(65536) == b""


def test_an_account_has_only_so_many_unfinished_uploads(impatient: RunningServer, fresh: Client) -> None:
    project = fresh.project()
    places = [{"take": fresh.take(project), "track": "mic.flac"} for _ in range(MOST_OPEN + 1)]
    made = [fresh.upload(5, place) for place in places[:MOST_OPEN]]
    refused = _create(fresh, places[MOST_OPEN])
    assert (refused.status, refused.code) == (429, "too-many-uploads")
    assert refused.headers["retry-after"] == str(RETRY_SECONDS)
    # Whoever forgot the address of an upload still gets it again, and goes on with it.
    assert _create(fresh, places[0]).headers["location"] == made[0]
    assert fresh.append(made[0], 0, b"12345").offset == 5
    # Nobody else is held up.
    another = impatient.another_account("Another")
    assert another.upload(5)
    assert fresh.ask("DELETE", made[1], [RESUMABLE]).status == 204
    until(lambda: _create(fresh, places[MOST_OPEN]).status == 201, 10, "room for one more")
    assert _create(fresh, places[1]).status == 429


def test_parts_have_a_limit_of_their_own(fresh: Client) -> None:
    partial = [("Upload-Length", "5"), ("Upload-Concat", "partial")]
    assert [fresh.create(partial).status for _ in range(MOST_PARTS + 1)] == [201] * MOST_PARTS + [429]
    assert fresh.upload(5)


def _create(client: Client, place: Mapping[str, str]) -> Answer:
    return client.create([("Upload-Length", "5"), ("Upload-Metadata", tus.format_metadata(dict(place)))])
