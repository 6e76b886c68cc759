"""The life of a worker process: the only one of its name, ended by a signal as politely as by itself."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Protocol, TypeVar

from roomtone.foundation import logs
from roomtone.foundation.paths import Home, find_home
from roomtone.foundation.workers.host import OnlyOne
from roomtone.foundation.workers.protocol import lock_file


class Worker(Protocol):
    """A worker that was put together."""

    def serve(self) -> None:
        """Work until nobody needs this process, or until ``end`` was called."""

    def end(self) -> None:
        """Ask ``serve`` to return. Called from a signal handler: it only leaves word."""


W = TypeVar("W", bound=Worker)


def run_worker(home: str | None, name: str, put_together: Callable[[Home], W]) -> W | None:
    """Be the worker ``name`` of a home to its end and return it; ``None`` where another one already is."""
    place = find_home(home).prepare()
    only = OnlyOne(lock_file(place, name))
    if not only.take():
        return None
    logs.log_to_file(place.logs, name)
    worker = put_together(place)

    def asked_to_end(number: int, frame: FrameType | None) -> None:
        del number, frame
        worker.end()

    signal.signal(signal.SIGTERM, asked_to_end)
    signal.signal(signal.SIGINT, asked_to_end)
    try:
        worker.serve()
    finally:
        only.release()
    return worker
