"""Workers as processes: started once, found again, replaced when they were killed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import BugError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import protocol, spawn
from roomtone.foundation.workers.client import WorkerClient, WorkerGoneError
from roomtone.foundation.workers.host import OnlyOne
from tests.rigs.processes import kill, until
from tests.rigs.workers import end_workers, worker_pid

NAME = "render"


@pytest.fixture
def ended(home: Home) -> Iterator[Home]:
    """A home whose workers are ended after the test."""
    yield home
    end_workers(home)


def _ensure(home: Home, lost: threading.Event | None = None) -> WorkerClient:
    return spawn.ensure(home, NAME, SystemClock(), lambda _: None, (lost or threading.Event()).set)


def test_two_who_ask_at_once_get_the_same_worker(ended: Home) -> None:
    clients: list[WorkerClient] = []
    threads = [threading.Thread(target=lambda: clients.append(_ensure(ended))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clients) == 3
    assert worker_pid(ended, NAME) is not None
    with contextlib.ExitStack() as stack:
        for client in clients:
            stack.callback(client.close)
        assert not OnlyOne(protocol.lock_file(ended, NAME)).take()
        # Each of them is answered, and there is one socket: theirs.
        assert len(list(ended.socket_folder().glob(f"{NAME}-*"))) == 1


def test_a_killed_worker_is_noticed_and_the_next_one_cleans_up_after_it(ended: Home) -> None:
    lost = threading.Event()
    client = _ensure(ended, lost)
    first = worker_pid(ended, NAME)
    assert first is not None
    kill(first)
    assert lost.wait(20)
    with pytest.raises(WorkerGoneError):
        client.call({"do": "check", "folder": "x"}, dict)
    client.close()
    # Its address, key and socket are still there, and lead nowhere.
    assert protocol.address_file(ended, NAME).exists()
    second = _ensure(ended)
    assert worker_pid(ended, NAME) not in (None, first)
    assert len(list(ended.socket_folder().glob(f"{NAME}-*"))) == 1
    second.close()


def test_a_worker_that_cannot_start_is_reported_with_the_place_of_its_words(
    ended: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawn, "START_SECONDS", 0.0)
    with pytest.raises(BugError) as failed:
        spawn.ensure(ended, "no-such-worker", SystemClock(), lambda _: None, lambda: None)
    assert failed.value.code == "worker-start"
    words = ended.logs / "no-such-worker.out"
    until(lambda: "no-such-worker" in words.read_text() or "usage" in words.read_text(), 20, "its words")


def test_an_asked_worker_ends_and_leaves_no_address(ended: Home) -> None:
    _ensure(ended).close()
    pid = worker_pid(ended, NAME)
    end_workers(ended)
    assert pid is not None
    assert worker_pid(ended, NAME) is None
    until(lambda: not protocol.address_file(ended, NAME).exists(), 10, "the address file to be gone")
    assert not list(ended.socket_folder().glob(f"{NAME}-*"))
