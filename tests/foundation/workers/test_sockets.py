"""Host and client over real sockets: nothing that arrives there ends a worker or delays somebody else."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import threading
from collections.abc import Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path

import msgspec
import pytest

from roomtone.foundation.errors import BugError, WorldError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import client as clients
from roomtone.foundation.workers import connection, host, protocol
from tests.rigs.processes import until

NAME = "echo"


class Ask(msgspec.Struct, frozen=True):
    """What these tests ask their worker."""

    text: str


class EchoWorker:
    """A worker in this process: it echoes, fails in every way, and greets with its number of greetings."""

    def __init__(self, home: Home) -> None:
        self.greetings = 0
        self.holding = threading.Event()
        self.held = threading.Event()
        self.host = host.WorkerHost(home, NAME, self.answer, self.greeting)

    def answer(self, raw: msgspec.Raw) -> object:
        """Carry out a command."""
        text = msgspec.json.decode(raw, type=Ask).text
        if text == "world":
            raise WorldError("no-luck", "It failed", "for a reason", "try later")
        if text == "bug":
            raise RuntimeError("a secret inside")
        if text == "hold":
            self.held.set()
            self.holding.wait(20)
        return Ask(text)

    def greeting(self) -> list[Ask]:
        """Return what a newcomer hears first."""
        self.greetings += 1
        return [Ask("hello"), Ask(f"newcomer {self.greetings}")]


class Ears:
    """A client that writes down what it hears."""

    def __init__(self, home: Home) -> None:
        self.heard: list[str] = []
        self.lost = threading.Event()
        found = clients.attach(home, NAME, self._hear, self.lost.set)
        assert found is not None
        self.client = found

    def _hear(self, raw: msgspec.Raw) -> None:
        self.heard.append(msgspec.json.decode(raw, type=Ask).text)

    def ask(self, text: str, seconds: float = 20.0) -> str:
        """Ask and return the answer."""
        return self.client.call(Ask(text), Ask, seconds).text

    def wait_for(self, text: str) -> None:
        """Wait until an event was heard."""
        until(lambda: text in self.heard, 20, f"the event {text}")


@pytest.fixture
def worker(home: Home) -> Iterator[EchoWorker]:
    """A running worker."""
    made = EchoWorker(home)
    with made.host:
        yield made
        made.holding.set()


@pytest.fixture
def ears(home: Home, worker: EchoWorker) -> Iterator[Ears]:
    """A connected client."""
    assert worker.host.key
    made = Ears(home)
    yield made
    made.client.close()


def _address(home: Home) -> str:
    where = clients.find(home, NAME)
    assert where is not None
    return where.address


def _raw(home: Home) -> socket.socket:
    raw = socket.socket(socket.AF_UNIX)
    raw.settimeout(20)
    raw.connect(_address(home))
    return raw


def _said_nothing_more(raw: socket.socket) -> bool:
    """Read on until the worker hangs up."""
    try:
        while raw.recv(65536):
            pass
    except ConnectionResetError:
        return True
    return True


def test_a_call_is_answered_and_the_greeting_comes_first(ears: Ears, worker: EchoWorker) -> None:
    assert ears.ask("Grüße – 🎵") == "Grüße – 🎵"
    worker.host.publish(Ask("news"))
    ears.wait_for("news")
    assert ears.heard == ["hello", "newcomer 1", "news"]
    assert worker.host.clients == 1


def test_events_arrive_in_the_order_in_which_they_were_told(ears: Ears, worker: EchoWorker) -> None:
    ears.ask("x")
    told = [f"event {number}" for number in range(1000)]
    for text in told:
        worker.host.publish(Ask(text))
    ears.wait_for(told[-1])
    assert ears.heard[2:] == told


def test_whoever_comes_later_hears_its_own_greeting_before_any_event(home: Home, worker: EchoWorker) -> None:
    telling = threading.Event()

    def tell() -> None:
        while not telling.is_set():
            worker.host.publish(Ask("news"))
            telling.wait(0.0005)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        for number in range(1, 6):
            ears = Ears(home)
            ears.wait_for("news")
            assert ears.heard[:2] == ["hello", f"newcomer {number}"]
            assert set(ears.heard[2:]) == {"news"}
            ears.client.close()
    finally:
        telling.set()
        thread.join()


def test_errors_of_the_world_come_through_whole(ears: Ears) -> None:
    with pytest.raises(WorldError) as failed:
        ears.ask("world")
    assert failed.value.problem == WorldError("no-luck", "It failed", "for a reason", "try later").problem


@pytest.mark.expects_log("a command failed")
def test_a_bug_ends_neither_the_worker_nor_tells_its_inside(ears: Ears) -> None:
    with pytest.raises(BugError) as failed:
        ears.ask("bug")
    assert "secret" not in str(failed.value)
    assert ears.ask("still there") == "still there"


def test_an_unknown_command_is_refused_and_the_connection_goes_on(ears: Ears) -> None:
    with pytest.raises(WorldError) as refused:
        ears.client.call({"no": "such command"}, Ask)
    assert refused.value.code == "bad-message"
    assert ears.ask("x") == "x"


def test_a_wrong_key_is_refused(home: Home, worker: EchoWorker, ears: Ears) -> None:
    key = home.run / f"{NAME}.key"
    key.write_bytes(b"0" * 64)
    assert clients.attach(home, NAME, lambda _: None, lambda: None) is None
    assert ears.ask("x") == "x"
    until(lambda: worker.host.clients == 1, 20, "the refused one to be forgotten")


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("!i", 20) + b"#CHALLENGE#" + b"x" * 9,
        struct.pack("!i", -1) + struct.pack("!Q", 1 << 62),
        struct.pack("!i", 1 << 30) + b"x" * 1000,
        os.urandom(4096),
    ],
    ids=["nothing", "a byte", "http", "a wrong answer", "an endless message", "a huge message", "noise"],
)
def test_garbage_on_the_socket_harms_nobody(home: Home, worker: EchoWorker, ears: Ears, garbage: bytes) -> None:
    raw = _raw(home)
    raw.sendall(garbage)
    raw.shutdown(socket.SHUT_WR)
    assert _said_nothing_more(raw)
    raw.close()
    assert ears.ask("x") == "x"
    until(lambda: worker.host.clients == 1, 20, "the other one to be forgotten")


def test_a_half_finished_handshake_is_ended_by_its_deadline_and_delays_nobody(
    home: Home, worker: EchoWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HANDSHAKE_SECONDS", 0.3)
    raw = _raw(home)
    raw.sendall(struct.pack("!i", 32) + b"half of")
    # While that one hangs, others come, are greeted and answered.
    ears = Ears(home)
    assert ears.ask("x") == "x"
    assert worker.host.clients == 1
    assert _said_nothing_more(raw)
    raw.close()
    ears.client.close()


def test_a_message_that_is_too_large_ends_only_its_own_connection(home: Home, worker: EchoWorker, ears: Ears) -> None:
    assert ears.ask("x") == "x"
    large = connection.connect(_address(home), protocol.read_key(home, NAME))
    for _ in range(3):
        with contextlib.suppress(OSError):
            large.send(bytes(protocol.MAX_MESSAGE + 1))
    until(lambda: worker.host.clients == 1, 20, "the large one to be cut")
    large.close()
    assert ears.ask("x") == "x"


def test_a_client_that_never_reads_is_cut_and_nobody_else_is_delayed(
    home: Home, worker: EchoWorker, ears: Ears
) -> None:
    deaf = connection.connect(_address(home), protocol.read_key(home, NAME))
    until(lambda: worker.host.clients == 2, 20, "both to be connected")
    text = "x" * 1000
    for number in range(host.MAX_WAITING * 2):
        worker.host.publish(Ask(f"{number} {text}"))
        if number % 500 == 0:
            assert ears.ask("quick") == "quick"
    until(lambda: worker.host.clients == 1, 20, "the deaf one to be cut")
    ears.wait_for(f"{host.MAX_WAITING * 2 - 1} {text}")
    deaf.close()


def test_a_full_house_turns_newcomers_away_and_has_room_again_later(home: Home, worker: EchoWorker) -> None:
    guests = [Ears(home) for _ in range(host.MAX_CLIENTS)]
    assert clients.attach(home, NAME, lambda _: None, lambda: None) is None
    assert guests[0].ask("x") == "x"
    guests.pop().client.close()
    until(lambda: worker.host.clients == host.MAX_CLIENTS - 1, 20, "a free place")
    guests.append(Ears(home))
    assert guests[-1].ask("y") == "y"
    for guest in guests:
        guest.client.close()


def test_pending_calls_fail_and_the_loss_is_told_once_when_the_worker_ends(home: Home, worker: EchoWorker) -> None:
    ears = Ears(home)
    errors: list[Exception] = []

    def ask() -> None:
        try:
            ears.ask("hold")
        except WorldError as error:
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert worker.held.wait(20)
    closing = threading.Thread(target=worker.host.close)
    closing.start()
    asking.join(20)
    worker.holding.set()
    closing.join(20)
    assert [type(error) for error in errors] == [clients.WorkerGoneError]
    assert ears.lost.wait(20)
    with pytest.raises(clients.WorkerGoneError):
        ears.ask("anybody?")
    ears.client.close()


def test_a_slow_answer_is_given_up_and_does_not_confuse_the_next_one(ears: Ears, worker: EchoWorker) -> None:
    with pytest.raises(WorldError) as slow:
        ears.ask("hold", seconds=0.05)
    assert slow.value.code == "worker-slow"
    worker.holding.set()
    assert ears.ask("next") == "next"


def test_a_false_worker_that_speaks_garbage_is_not_attached_to(home: Home) -> None:
    """Its address file may be a stale one whose socket belongs to another program now."""
    address = protocol.socket_address(home, NAME)
    protocol.make_key(home, NAME)
    where = protocol.Address(protocol.VERSION, os.getpid(), address)
    protocol.address_file(home, NAME).write_bytes(msgspec.json.encode(where))
    with Listener(address, family="AF_UNIX") as listener:

        def babble() -> None:
            with listener.accept() as stranger:
                stranger.send_bytes(b"what is a challenge?")

        thread = threading.Thread(target=babble)
        thread.start()
        assert clients.attach(home, NAME, lambda _: None, lambda: None) is None
        thread.join()


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"v":1,"pid":1,"address":"/nowhere/at/all"}'])
def test_a_stale_or_damaged_address_file_means_that_no_worker_runs(home: Home, raw: bytes) -> None:
    protocol.address_file(home, NAME).write_bytes(raw)
    protocol.make_key(home, NAME)
    assert clients.attach(home, NAME, lambda _: None, lambda: None) is None


def test_what_a_killed_worker_left_behind_is_removed_by_the_next_one(home: Home) -> None:
    old = Path(protocol.socket_address(home, NAME))
    other = Path(protocol.socket_address(home, "other"))
    for path in (old, other):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    protocol.address_file(home, NAME).write_bytes(b"old")
    worker = EchoWorker(home)
    assert not old.exists()
    assert other.exists()
    with worker.host:
        socket_path = Path(_address(home))
        assert socket_path.exists()
    assert not socket_path.exists()
    assert clients.find(home, NAME) is None


def test_keys_and_addresses_are_the_owners_alone(home: Home, worker: EchoWorker) -> None:
    assert worker.host.key
    for file in (home.run / f"{NAME}.key", home.run / f"{NAME}.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = (home.run / f"{NAME}.key").read_bytes()
    assert protocol.make_key(home, NAME) != first


def test_a_lock_is_held_by_one_and_free_after_it(tmp_path: Path) -> None:
    first, second = host.OnlyOne(tmp_path / "lock"), host.OnlyOne(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_a_worker_of_another_version_says_so(home: Home, worker: EchoWorker) -> None:
    assert worker.host.key
    wire = connection.connect(_address(home), protocol.read_key(home, NAME))
    wire.send(msgspec.json.encode(protocol.Request(99, 1, msgspec.Raw(b"{}"))))
    frames = iter(lambda: msgspec.json.decode(wire.receive(), type=protocol.Frame), None)
    reply = next(frame for frame in frames if frame.id)
    assert reply.error is not None
    assert reply.error.code == "other-version"
    wire.close()


def test_plain_connections_without_the_handshake_get_no_answer(home: Home, worker: EchoWorker) -> None:
    assert worker.host.key
    with Client(_address(home), family="AF_UNIX") as stranger:
        challenge = stranger.recv_bytes(256)
        stranger.send_bytes(msgspec.json.encode(protocol.Request(1, 1, msgspec.Raw(b'{"text":"x"}'))))
        assert challenge.startswith(b"#CHALLENGE#")
        rest = []
        with contextlib.suppress(EOFError, OSError):
            while True:
                rest.append(stranger.recv_bytes(65536))
        assert rest == [b"#FAILURE#"]
