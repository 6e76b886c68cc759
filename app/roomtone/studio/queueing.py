"""A thread that carries out what waits in a queue, one after the other, and survives whatever goes wrong."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from roomtone.foundation.errors import Problem, RoomtoneError, unexpected

log = logging.getLogger(__name__)


class QueueThread:
    """``failed`` hears, on the thread, why something that was asked for did not happen."""

    def __init__(self, name: str, failed: Callable[[Problem], None]) -> None:
        self._failed = failed
        self._closing = False
        self._waiting: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to carry out."""
        self._thread.start()

    def put(self, task: Callable[[], object]) -> None:
        """Have ``task`` carried out after everything that waits already. Returns at once."""
        self._waiting.put(task)

    def end(self) -> None:
        """Say that nothing more comes; what waits is still carried out, its failures are not told any more."""
        self._closing = True
        self._waiting.put(None)

    def join(self) -> None:
        """Wait for the end that ``end`` asked for."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while (task := self._waiting.get()) is not None:
            try:
                task()
            except RoomtoneError as error:
                if not self._closing:
                    self._failed(error.problem)
            except Exception:
                log.exception("a task failed")
                self._failed(unexpected("carrying that out").problem)
