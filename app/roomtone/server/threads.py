"""The threads on which everything that may block is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Waiting for a disk is what most of them do, so there are more than processors, and few enough to cost little.
_COUNT: Final = 12


class Threads:
    """A bounded pool. The event loop hands it whatever touches a disk or the database."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_COUNT, thread_name_prefix="server")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do ``work`` on a thread and return its result, or raise what it raised."""
        if kwargs:
            return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    def close(self) -> None:
        """Wait for what is being done."""
        self._pool.shutdown()
