"""Taking one request's body in: batches to a thread, early syncs, and an end whenever somebody asks for it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final, ParamSpec

from roomtone.foundation.clock import Clock
from roomtone.server.asgi import Incoming
from roomtone.server.problems import RefusedError
from roomtone.server.threads import Threads
from roomtone.server.uploads.headers import Checksum
from roomtone.server.uploads.intake import Intake

P = ParamSpec("P")

BATCH: Final = 1 << 20
_PUSH_EVERY: Final = 8 << 20
# Bytes of a slow body count after this time, so that a crash of the server costs such a client little.
_COMMIT_SECONDS: Final = 1.0
_SILENT_SECONDS: Final = 60.0


class Ending(Enum):
    """How a body ended. All but ``COMPLETE`` are cuts."""

    COMPLETE = auto()
    LOST = auto()
    TAKEN_OVER = auto()
    SILENT = auto()
    TOO_LONG = auto()


class Receiver:
    """Reads one body into an intake.

    While one batch is being hashed and written on a thread, the next one is received, so a body needs two batches
    of memory however long it is. The bytes of a cut body are kept and counted, unless a checksum was announced for
    it: then they cannot be checked, and are forgotten.
    """

    silent_seconds = _SILENT_SECONDS

    def __init__(
        self,
        incoming: Incoming,
        intake: Intake,
        threads: Threads,
        clock: Clock,
        *,
        room: int,
        checksum: Checksum | None,
    ) -> None:
        self._incoming = incoming
        self._intake = intake
        self._threads = threads
        self._clock = clock
        self._room = room
        self._checksum = checksum
        self._hash = hashlib.new(checksum.algorithm) if checksum else None
        self._batch: list[bytes] = []
        self._size = 0
        self._since_push = 0
        self._working: list[asyncio.Future[None]] = []
        self._pushing: asyncio.Future[None] | None = None
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._receiving = False
        self._poked = False
        self._taken_over = False
        self._heard = clock.monotonic()
        self._committed = self._heard
        self._dirty = False

    def let_go(self) -> None:
        """Ask to end soon: keep what arrived and make room for somebody else. Called on the event loop."""
        self._taken_over = True
        self._poke()

    async def take_in(self) -> Ending:
        """Read the body to its end and make it durable. Raises ``RefusedError``; nothing wrong is kept of it then."""
        self._task = asyncio.current_task()
        self._arm()
        try:
            ending = await self._read()
            await self._finish(ending)
        except BaseException:
            await self._settle_quietly()
            await self._threads.run(self._intake.roll_back)
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()
        return ending

    async def _read(self) -> Ending:
        while not self._incoming.finished:
            if self._taken_over:
                return self._cut(Ending.TAKEN_OVER)
            pieces = await self._next()
            if self._poked:
                self._poked = False
                if self._silent():
                    return self._cut(Ending.SILENT)
                if self._due():
                    await self._hand_over(commit=True)
                continue
            if pieces is None:
                return Ending.LOST
            if not self._accept(pieces):
                return Ending.TOO_LONG
            if self._size >= BATCH:
                await self._hand_over(commit=self._due())
        return Ending.COMPLETE

    def _cut(self, ending: Ending) -> Ending:
        """Keep what came in before the end."""
        return ending if self._accept(self._incoming.take()) else Ending.TOO_LONG

    def _accept(self, pieces: list[bytes]) -> bool:
        size = sum(map(len, pieces))
        self._room -= size
        if self._room < 0:
            return False
        if size:
            self._batch += pieces
            self._size += size
            self._dirty = True
            self._heard = self._clock.monotonic()
        return True

    async def _next(self) -> list[bytes] | None:
        """Return the next bytes. A poke ends the waiting for them, and only the waiting."""
        self._receiving = True
        try:
            return await self._incoming.next()
        except asyncio.CancelledError:
            if not self._poked or self._task is None:
                raise
            self._task.uncancel()
            return None
        finally:
            self._receiving = False

    def _poke(self) -> None:
        if self._receiving and not self._poked and self._task is not None:
            self._poked = True
            self._task.cancel()

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_COMMIT_SECONDS, self._tick)

    def _tick(self) -> None:
        if self._due() or self._silent():
            self._poke()
        self._arm()

    def _due(self) -> bool:
        late = self._clock.monotonic() - self._committed >= _COMMIT_SECONDS
        return self._checksum is None and self._dirty and late

    def _silent(self) -> bool:
        return self._clock.monotonic() - self._heard >= self.silent_seconds

    async def _hand_over(self, *, commit: bool) -> None:
        """Give the batch to a thread as soon as the one before is written."""
        await self._settle()
        batch, self._batch = self._batch, []
        self._since_push += self._size
        self._size = 0
        if commit:
            await self._settle_push()
            self._committed, self._dirty = self._clock.monotonic(), False
        if commit:
            self._begin(self._store, batch, True)
        else:
            # Both take about as long for a whole batch, and neither needs the interpreter meanwhile.
            self._begin(self._intake.write, batch)
            self._begin(self._hash_all, batch)
        if self._since_push >= _PUSH_EVERY and (self._pushing is None or self._pushing.done()) and not commit:
            await self._settle_push()
            self._since_push = 0
            self._pushing = asyncio.ensure_future(self._threads.run(self._intake.push))

    def _begin(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        self._working.append(asyncio.ensure_future(self._threads.run(work, *args, **kwargs)))

    async def _settle(self) -> None:
        """Wait until the batch before is taken in, whole; raise what went wrong with it."""
        if self._working:
            await asyncio.wait(self._working)
            done, self._working = self._working, []
            for future in done:
                future.result()

    async def _settle_push(self) -> None:
        if self._pushing is not None:
            pushing, self._pushing = self._pushing, None
            await pushing

    async def _settle_quietly(self) -> None:
        """Wait until no thread works for us any more, whatever comes of it."""
        left = [*self._working, *([self._pushing] if self._pushing is not None else [])]
        await asyncio.gather(*left, return_exceptions=True)

    async def _finish(self, ending: Ending) -> None:
        await self._settle()
        await self._settle_push()
        whole = ending is Ending.COMPLETE
        if ending is Ending.TOO_LONG or (self._checksum is not None and not whole):
            await self._threads.run(self._intake.roll_back)
            return
        await self._threads.run(self._close, self._batch)

    # What runs on threads: one at a time, or writing and hashing side by side.

    def _store(self, batch: list[bytes], commit: bool) -> None:
        self._intake.write(batch)
        self._hash_all(batch)
        if commit:
            self._intake.commit(self._clock.now())

    def _hash_all(self, batch: list[bytes]) -> None:
        self._intake.hash(batch)
        if self._hash is not None:
            for piece in batch:
                self._hash.update(piece)

    def _close(self, batch: list[bytes]) -> None:
        self._store(batch, commit=False)
        if self._hash is not None and self._checksum is not None and self._hash.digest() != self._checksum.digest:
            raise RefusedError("checksum-mismatch", "Nothing of this request was kept")
        self._intake.commit(self._clock.now())
