"""The change feed: pages, events as they happen, none missed, none twice."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from roomtone.foundation.clock import SystemClock
from roomtone.server.api.events import Events
from roomtone.server.asgi import ABORT, TOKEN, Message, Scope
from roomtone.server.db.sql import open_repository
from roomtone.server.services.access import Access, new_token
from roomtone.server.services.feed import Feed
from roomtone.server.services.state import States
from roomtone.server.services.telling import Teller
from roomtone.server.storage.memory import MemoryStorage
from roomtone.server.threads import Threads
from roomtone.wire.digest import digest_of
from tests.rigs.processes import until
from tests.server.filling import add_person, add_project
from tests.server.rig import Client, Pairs, RunningServer


class Listening:
    """An event stream, read on a thread."""

    def __init__(self, client: Client, path: str, headers: Pairs = ()) -> None:
        self._connection = client.bare()
        self._connection.sendall(client.head("GET", path, headers))
        self.events: list[dict[str, Any]] = []
        self.ids: list[int] = []
        self.comments = 0
        self.head = b""
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._read, name="listener")
        self._thread.start()

    def _read(self) -> None:
        with self._connection.makefile("rb") as stream:
            for line in stream:
                if line.startswith(b"HTTP/"):
                    self.head = line
                elif line.startswith(b"id: "):
                    self.ids.append(int(line[4:]))
                elif line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))
                elif line.startswith(b":"):
                    self.comments += 1
        self.ended.set()

    def wait_for_events(self, count: int) -> None:
        """Wait until so many came in."""
        until(lambda: len(self.events) >= count, 20, f"{count} events")

    def wait_for_id(self, identity: int) -> None:
        """Wait until an event with this id or a later one came in."""
        until(lambda: bool(self.ids) and self.ids[-1] >= identity, 20, f"event {identity}")

    def close(self) -> None:
        if not self.ended.is_set():
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()


@contextmanager
def listening(client: Client, path: str, headers: Pairs = ()) -> Iterator[Listening]:
    stream = Listening(client, path, headers)
    try:
        until(lambda: stream.comments, 20, "the stream")
        yield stream
    finally:
        stream.close()


def test_pages_lead_through_the_whole_feed(client: Client) -> None:
    project = client.project()
    takes = [client.take(project) for _ in range(5)]
    cursor, subjects = 0, []
    while True:
        page = client.get(f"/api/projects/{project}/changes?since={cursor}&limit=2").json
        subjects += [change["subject"] for change in page["changes"]]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert subjects == [project, *takes]
    assert client.get(f"/api/projects/{project}").json["cursor"] == cursor
    assert client.get(f"/api/projects/{project}/changes?since={cursor}").json == {
        "changes": [],
        "cursor": cursor,
        "more": False,
    }
    pages = [client.get(f"/api/projects/{project}/takes?limit=3").json]
    pages.append(client.get(f"/api/projects/{project}/takes?after={pages[0]['takes'][-1]['seq']}").json)
    assert [take["id"] for page in pages for take in page["takes"]] == takes
    assert [page["more"] for page in pages] == [True, False]


def test_limits_and_cursors_are_checked(client: Client) -> None:
    project = client.project()
    for query in ("limit=0", "limit=1001", "limit=x", "since=-1"):
        assert client.get(f"/api/projects/{project}/changes?{query}").status == 400
    assert client.get(f"/api/projects/{project}/events?since=+1").status == 400
    assert client.get(f"/api/projects/{project}/events", [("Last-Event-ID", "x")]).status == 400


def test_events_come_in_order_while_things_happen(client: Client) -> None:
    project = client.project()
    before = [client.take(project) for _ in range(3)]
    with listening(client, f"/api/projects/{project}/events") as stream:
        during = [client.take(project) for _ in range(20)]
        body = b"12345"
        client.append(client.upload(5, {"take": during[0], "track": "mic.flac"}), 0, body)
        client.seal(during[0], "mic.flac", 5, digest_of(body))
        client.post(f"/api/takes/{during[0]}/seal", {"manifest": {}})
        stream.wait_for_events(26)
    expected = client.get(f"/api/projects/{project}/changes").json["changes"]
    assert stream.events == expected
    assert stream.ids == [change["seq"] for change in expected]
    assert [change["subject"] for change in expected[1:24]] == [*before, *during]
    assert [change["kind"] for change in expected[-2:]] == ["track-sealed", "take-sealed"]


def test_a_stream_goes_on_after_the_last_event_that_was_seen(client: Client) -> None:
    project = client.project()
    takes = [client.take(project) for _ in range(4)]
    seen = client.get(f"/api/projects/{project}/changes").json["changes"][2]["seq"]
    path = f"/api/projects/{project}/events"
    with (
        listening(client, path, [("Last-Event-ID", str(seen))]) as first,
        listening(client, f"{path}?since={seen}") as second,
    ):
        for stream in (first, second):
            stream.wait_for_events(2)
            assert [event["subject"] for event in stream.events] == takes[2:]


def test_nothing_is_missed_or_repeated_between_replay_and_life(client: Client) -> None:
    project = client.project()
    path = f"/api/projects/{project}/events"
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            client.take(project)

    worker = threading.Thread(target=work, name="worker")
    worker.start()
    streams = []
    try:
        for _ in range(6):
            streams.append(Listening(client, path))
            streams[-1].wait_for_events(4)
    finally:
        ended.set()
        worker.join()
    last = client.get(f"/api/projects/{project}").json["cursor"]
    expected = [change["seq"] for change in client.get(f"/api/projects/{project}/changes?limit=1000").json["changes"]]
    for stream in streams:
        stream.wait_for_id(last)
        stream.close()
        assert stream.ids == expected


def test_a_stream_ends_with_the_right_to_see_it(client: Client, shared_server: RunningServer) -> None:
    name = f"Noa {secrets.token_hex(4)}"
    leaving = shared_server.another_account(name)
    project = client.project()
    client.put(f"/api/projects/{project}/members/{leaving.get('/api/me').json['id']}", {"role": "contributor"})
    with listening(leaving, f"/api/projects/{project}/events") as stream:
        client.take(project)
        stream.wait_for_events(3)
        shared_server.command("user", "revoke", name)
        client.take(project)
        assert stream.ended.wait(20)
        assert len(stream.events) == 3


def test_a_reader_that_takes_nothing_is_cut() -> None:
    repository = open_repository(None)
    clock = SystemClock()
    token, hashed = new_token()
    add_person(repository, "a" * 32, "Ana", hashed)
    add_project(repository, "c" * 32, "Song", "a" * 32)
    threads = Threads()
    aborted = threading.Event()

    async def listen() -> None:
        never = asyncio.Event()

        async def receive() -> Message:
            await never.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            # The head still fits into the buffers of the network, nothing after it does.
            if message["type"] == "http.response.body":
                await never.wait()

        access, feed = Access(repository, threads, clock), Feed(repository, threads)
        states = States(repository, Teller(MemoryStorage()), access, feed, threads)
        events = Events(access, feed, states, stuck_seconds=0.05)
        scope: Scope = {"type": "http", "method": "GET", "path": f"/api/projects/{'c' * 32}/events", "headers": []}
        scope.update({"query_string": b"", TOKEN: token, ABORT: aborted.set})
        await asyncio.wait_for(events(scope, receive, send), 20)

    try:
        asyncio.run(listen())
    finally:
        threads.close()
        repository.close()
    assert aborted.is_set()


def test_a_stopping_server_ends_its_streams_keeps_its_bytes_and_exits_cleanly(server: RunningServer) -> None:
    client = server.client()
    project = client.project()
    take = client.take(project)
    upload = client.upload(1_000_000, {"take": take, "track": "mic.flac"})
    with listening(client, f"/api/projects/{project}/events") as stream:
        with client.half_open(upload, 0, b"a" * 5000, 1_000_000):
            until(lambda: client.get(f"/api/takes/{take}").json["tracks"][0]["received"] == 5000, 20, "the bytes")
            assert server.stop() == 0
        assert stream.ended.wait(20)
    assert "Traceback" not in server.program.output
    assert not (server.data / "address.json").exists()
    server.start()
    assert client.look(upload).offset == 5000
