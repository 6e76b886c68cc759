"""How other threads have something done on the one thread that owns what it is done to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from roomtone.foundation.errors import RoomtoneError

T = TypeVar("T")

ASK_SECONDS: Final = 15.0


class Mailbox:
    """``post`` and ``ask`` are for all threads, ``work`` for the owner."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def post(self, act: Callable[[], None]) -> None:
        """Let ``act`` happen on the owner's thread. Never blocks."""
        self._waiting.put(act)

    def ask(self, act: Callable[[], T], then: Callable[[], object]) -> T:
        """Let ``act`` and ``then`` happen on the owner's thread; return the result of the first, or raise its error."""
        future: Future[T] = Future()

        def answer() -> None:
            try:
                result = act()
            except (RoomtoneError, OSError) as error:
                # It belongs to whoever asked; the owner goes on.
                future.set_exception(error)
                return
            then()
            future.set_result(result)

        self._waiting.put(answer)
        return future.result(ASK_SECONDS)

    def work(self, seconds: float) -> bool:
        """Wait at most so long for something to do and do all there is; return whether anything was done."""
        try:
            self._waiting.get(timeout=max(0.0, seconds))()
        except Empty:
            return False
        while not self._waiting.empty():
            self._waiting.get()()
        return True
