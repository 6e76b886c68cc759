"""What every test gets: the guards, a home of its own, no display and no other machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from roomtone.foundation.paths import Home
from tests.guards import log_guard, mark_processes, marker_line, process_guard, thread_guard, window_guard
from tests.rigs.display import VirtualDisplay
from tests.rigs.jack import JackServer
from tests.rigs.pulse import PulseServer
from tests.scheduling import make_scheduler

__all__ = ["log_guard", "process_guard", "thread_guard", "window_guard"]

_LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure(config: pytest.Config) -> None:
    """Register our marker, and make sure that no test opens a window on somebody's screen or writes into his home."""
    config.addinivalue_line("markers", marker_line())
    mark_processes()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # A program that asks for JACK must never start a server behind the back of its rig.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Say which tests run beside each other where two processes share them."""
    return make_scheduler(config, log)


def pytest_runtest_setup() -> None:
    """Refuse connections to any other machine; pytest-socket's error names the address."""
    pytest_socket.socket_allow_hosts(_LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home() -> Iterator[None]:
    """Lead whatever forgets to name a home into an empty folder, away from the person's own takes."""
    folder = tempfile.mkdtemp(prefix="rt-nobody-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROOMTONE_HOME", folder)
        yield
    shutil.rmtree(folder)


@pytest.fixture
def home() -> Iterator[Home]:
    """A home with all its folders, in a path short enough for local sockets; gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="rt-"))
    made = Home(folder).prepare()
    yield made
    shutil.rmtree(made.socket_folder(), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def jack() -> Iterator[JackServer]:
    """A running JACK server: 48 kHz, two channels in and out."""
    with JackServer() as server:
        yield server


@pytest.fixture
def pulse() -> Iterator[PulseServer]:
    """A running PulseAudio server with its microphone plugged in."""
    with PulseServer() as server:
        yield server


@pytest.fixture
def display() -> Iterator[VirtualDisplay]:
    """A running screen of 1440 × 900."""
    with VirtualDisplay() as screen:
        yield screen
