"""The threads on which everything that may block is done."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Waiting for a disk is what most of them do, so there are more than processors, and few enough to cost little.
_COUNT: Final = 12


class Threads:
    """A bounded pool. The event loop hands it whatever touches a disk or the database.

    Every small append crosses to a thread and back, and the way through ``concurrent.futures``, with its two futures
    and four locks, costs a tenth of the whole request.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        # How many threads wait, less how much work waits for them. Its lock keeps threads from being started twice.
        self._idle = 0
        self._lock = threading.Lock()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do ``work`` on a thread and return its result, or raise what it raised."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._submit(_Errand(partial(work, *args, **kwargs), loop, done))
        return await done

    def close(self) -> None:
        """Wait for what is being done."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _submit(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._idle -= 1
            if self._idle < 0 and len(self._threads) < _COUNT:
                self._idle += 1
                thread = threading.Thread(target=self._serve, name=f"server-{len(self._threads)}")
                self._threads.append(thread)
                thread.start()
        self._work.put(work)

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            with self._lock:
                self._idle += 1


class _Errand:
    """One piece of work and who waits for it. As a context manager it keeps whatever is raised inside for them."""

    def __init__(self, work: Callable[[], Any], loop: asyncio.AbstractEventLoop, done: asyncio.Future[Any]) -> None:
        self._work = work
        self._loop = loop
        self._done = done
        self._result: Any = None
        self._error: BaseException | None = None

    def __call__(self) -> None:
        """Do the work, on a thread, unless nobody waits for it any more."""
        if self._done.cancelled():
            return
        with self:
            self._result = self._work()
        # A loop that has ended meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        self._error = error
        return True

    def _tell(self) -> None:
        if self._done.cancelled():
            return
        if self._error is None:
            self._done.set_result(self._result)
        else:
            self._done.set_exception(self._error)
