"""The pool: results, errors, a bound, reuse, and what becomes of work that nobody waits for."""

from __future__ import annotations

import asyncio
import threading

import pytest

from roomtone.server.threads import Threads


def names() -> set[str]:
    """Return the names of the pool's threads that live."""
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("server-")}


def test_results_and_errors_come_back() -> None:
    async def work() -> None:
        assert await threads.run(divmod, 7, 2) == (3, 1)
        assert await threads.run(int, "11", base=2) == 3
        with pytest.raises(ZeroDivisionError):
            await threads.run(divmod, 1, 0)
        assert await threads.run(threading.current_thread) is not threading.current_thread()

    threads = Threads()
    asyncio.run(work())
    threads.close()
    assert names() == set()


def test_one_thing_after_the_other_needs_few_threads() -> None:
    async def work() -> None:
        for _ in range(50):
            assert await threads.run(len, "four") == 4
        # A thread may be given the next thing just before it says that it is free.
        assert len(names()) < 12

    threads = Threads()
    asyncio.run(work())
    threads.close()


def test_waiting_work_is_done_by_a_bounded_number_of_threads() -> None:
    async def work() -> None:
        gate = threading.Event()
        waiting = [asyncio.ensure_future(threads.run(gate.wait, 30)) for _ in range(40)]
        await asyncio.sleep(0)
        assert len(names()) == 12
        gate.set()
        assert await asyncio.gather(*waiting) == [True] * 40
        assert await threads.run(gate.is_set)

    threads = Threads()
    asyncio.run(work())
    threads.close()
    assert names() == set()


def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    begun: list[int] = []

    async def work() -> None:
        gate = threading.Event()
        blocked = [asyncio.ensure_future(threads.run(gate.wait, 30)) for _ in range(12)]
        late = asyncio.ensure_future(threads.run(begun.append, 1))
        await asyncio.sleep(0)
        late.cancel()
        with pytest.raises(asyncio.CancelledError):
            await late
        gate.set()
        await asyncio.gather(*blocked)

    threads = Threads()
    asyncio.run(work())
    threads.close()
    assert begun == []
