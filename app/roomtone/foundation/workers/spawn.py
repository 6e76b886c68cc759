"""Starting a worker: our own executable, detached, and ready when we return."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import BugError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers.client import WorkerClient, attach

READY = "ready"
START_SECONDS = 30.0


def executable() -> list[str]:
    """Return the command that runs Roomtone itself, installed or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "roomtone"]


def ensure(
    home: Home,
    name: str,
    clock: Clock,
    on_event: Callable[[msgspec.Raw], None],
    on_lost: Callable[[], None],
) -> WorkerClient:
    """Connect to the worker ``name``, starting it where none runs. Raises ``BugError`` when it cannot start."""
    deadline = clock.monotonic() + START_SECONDS
    while True:
        client = attach(home, name, on_event, on_lost)
        if client is not None:
            return client
        started = start(home, ["worker", name], name)
        client = attach(home, name, on_event, on_lost)
        if client is not None:
            return client
        if clock.monotonic() > deadline:
            raise BugError(
                "worker-start",
                f"The {name} worker did not start",
                "It said nothing" if started else "It ended at once",
                f"Look into {home.logs / f'{name}.out'}",
            )
        # Another process may just be between taking the lock and publishing its address.
        clock.wait(threading.Event(), 0.05)


def start(home: Home, arguments: list[str], name: str) -> bool:
    """Start a detached process and wait until it says it is ready; return whether it did.

    ``False`` means that it ended without a word, as it does when another one already runs.
    """
    command = [*executable(), "--home", str(home.root), *arguments, "--detached"]
    with (home.logs / f"{name}.out").open("ab") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            close_fds=True,
            start_new_session=True,
            cwd=home.root,
        )
    assert process.stdout is not None
    with process.stdout as out:
        said = _first_line(out, START_SECONDS)
    if os.name != "nt":
        # The process that we started has handed over to a detached child of its own.
        process.wait()
    return said == READY


def _first_line(out: IO[bytes], seconds: float) -> str:
    if os.name != "nt":
        readable, _, _ = select.select([out], [], [], seconds)
        if not readable:
            return ""
    return out.readline().decode("utf-8", "replace").strip()


def detach() -> None:
    """Leave the process that started us, so that it need not wait for us. POSIX only; elsewhere we already have.

    Call before any thread exists; ``__main__`` does, so nobody else needs to.
    """
    if os.name == "nt" or os.getpgrp() != os.getsid(0) or os.getpid() != os.getsid(0):
        # A process that does not lead its session was detached before.
        return
    if os.fork():
        os._exit(0)


def say_ready() -> None:
    """Tell whoever started us that we can be reached, and let go of their pipe."""
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
