"""The worker processes of a home: find them, kill them as a crash would, and end them after a test."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from functools import partial

import psutil

from roomtone.foundation.paths import Home
from tests.rigs.processes import alive, until


def worker_pid(home: Home, name: str) -> int | None:
    """Return the process id of the worker ``name`` (or the embedded server) of a home, if one says it runs."""
    try:
        found = json.loads((home.run / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        return None
    pid = int(found["pid"])
    return pid if alive(pid) else None


def end_workers(home: Home, seconds: float = 20.0) -> None:
    """Ask every worker and server of a home to end, and wait for it: those first that start others.

    One that is only just starting has not said yet that it runs, but its command line tells.
    """
    for name in ("engine", "sync", "render", "server"):
        pid = worker_pid(home, name)
        if pid is not None:
            _ask_to_end([pid])
            until(partial(_ended, pid), seconds, f"the end of the {name} process {pid}")

    def none_left() -> bool:
        left = _processes_of(home)
        _ask_to_end(left)
        return not left

    until(none_left, seconds, f"the end of everything that runs in {home.root}")


def _processes_of(home: Home) -> list[int]:
    """Return every process of ours that was started on a home."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "--home" in line and str(home.root) in line and alive(process.pid):
            found.append(process.pid)
    return found


def _ask_to_end(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _ended(pid: int) -> bool:
    return not alive(pid)
