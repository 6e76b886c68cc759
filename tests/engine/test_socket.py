"""Nothing that is said to the engine's socket, or not said, ends or delays it."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from itertools import pairwise
from multiprocessing import AuthenticationError

import pytest

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import connection
from roomtone.foundation.workers.client import find
from tests.rigs.app import Listener, RoomtoneHome
from tests.rigs.processes import Program

_DEAF = (
    "import sys, threading\n"
    "from pathlib import Path\n"
    "from roomtone.engine.client import EngineClient\n"
    "from roomtone.foundation.paths import Home\n"
    "client = EngineClient.attach(Home(Path(sys.argv[1])), lambda event: None, lambda: None)\n"
    "print('attached', flush=True)\n"
    "sys.stdin.read()\n"
    "client.close()\n"
)


@pytest.fixture
def app(home: Home) -> Iterator[RoomtoneHome]:
    with RoomtoneHome(home) as made:
        made.start_engine()
        yield made


@pytest.fixture
def listener(app: RoomtoneHome) -> Listener:
    """A client while a take of the practice tone rolls."""
    made = app.listen()
    made.engine.open_input("practice")
    made.start_take("socket")
    made.wait_frames(1)
    return made


def _goes_on(listener: Listener) -> None:
    """Check that the engine answers and that the take grows without a gap."""
    now = listener.of(m.Levels)[-1].frames
    listener.wait_frames(now + 24_000)
    assert listener.engine.status().activity is m.Activity.RECORDING
    assert not listener.lost.is_set()


def _address(app: RoomtoneHome) -> str:
    found = find(app.home, m.NAME)
    assert found is not None
    return found.address


def test_a_wrong_key_is_refused(app: RoomtoneHome, listener: Listener) -> None:
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        connection.connect(_address(app), secrets.token_hex(32).encode())
    _goes_on(listener)


def test_the_key_is_the_owners_alone(app: RoomtoneHome) -> None:
    assert (app.home.run / "engine.key").stat().st_mode & 0o777 == 0o600
    assert app.home.run.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "said",
    [b"", b"\x00\x00\x00\x20half of a handsh", b"\xff\xff\xff\xff" * 8, b"GET / HTTP/1.1\r\n\r\n", bytes(100_000)],
    ids=["nothing", "half", "negative", "http", "zeros"],
)
def test_garbage_and_silence_end_nothing(app: RoomtoneHome, listener: Listener, said: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(_address(app))
        stranger.settimeout(0.2)
        # It may be cut off, which is what should become of it.
        with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
            stranger.sendall(said)
        # While he still holds the line, a person gets through.
        with_key = app.listen()
        assert with_key.engine.status().activity is m.Activity.RECORDING
        _goes_on(listener)


def test_strangers_who_say_nothing_do_not_use_up_the_places(app: RoomtoneHome, listener: Listener) -> None:
    strangers = [socket.socket(socket.AF_UNIX) for _ in range(40)]
    try:
        for stranger in strangers:
            stranger.connect(_address(app))
        _goes_on(listener)
    finally:
        for stranger in strangers:
            stranger.close()


def test_a_client_that_stops_reading_delays_nobody(app: RoomtoneHome, listener: Listener) -> None:
    with Program([sys.executable, "-c", _DEAF, app.home.root]) as deaf:
        deaf.wait_for_line("attached")
        os.kill(deaf.pid, signal.SIGSTOP)
        try:
            for _ in range(4):
                _goes_on(listener)
        finally:
            os.kill(deaf.pid, signal.SIGCONT)
    levels = listener.of(m.Levels)
    assert all(later.frames > earlier.frames for earlier, later in pairwise(levels[2:]))


def test_messages_that_make_no_sense_are_answered_and_harm_nothing(app: RoomtoneHome, listener: Listener) -> None:
    wire = connection.connect(_address(app), (app.home.run / "engine.key").read_bytes())
    for message in (
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"v":1,"id":1,"do":{"do":"fly"}}',
        b'{"v":99,"id":2,"do":{"do":"status"}}',
    ):
        wire.send(message)
    answers: list[bytes] = []
    while len(answers) < 5:
        said = wire.receive()
        if b'"error"' in said:
            answers.append(said)
    assert b"other-version" in answers[-1]
    wire.cut()
    wire.close()
    _goes_on(listener)
