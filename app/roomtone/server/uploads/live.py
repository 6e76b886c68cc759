"""Who works on which upload now. A newcomer is never locked out: it asks the one before to let go."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from roomtone.server.storage.contract import Storage
from roomtone.server.threads import Threads
from roomtone.server.uploads.intake import Intake

_KEPT_OPEN: Final = 128


class LiveUpload:
    """What is in memory of one upload. Only its holder touches it, apart from ``waiting`` and ``let_go``."""

    def __init__(self, upload: str, storage: Storage, threads: Threads) -> None:
        self._upload = upload
        self._storage = storage
        self._threads = threads
        self._intake: Intake | None = None
        self.lock = asyncio.Lock()
        self.waiting = 0
        self.let_go: Callable[[], None] | None = None

    def give(self, intake: Intake) -> None:
        """Bring the intake of an upload that was just created."""
        if self._intake is None:
            self._intake = intake

    async def intake(self) -> Intake:
        """Return the open intake, opening it first."""
        if self._intake is None:
            self._intake = await self._threads.run(lambda: Intake(self._storage.stage(self._upload)))
        return self._intake

    def close(self) -> None:
        """Close the intake: its bytes are going to be sealed or discarded, or nobody has come for long."""
        if self._intake is not None:
            self._intake.close()
            self._intake = None

    def listen(self, let_go: Callable[[], None]) -> None:
        """Say how the holder is asked to let go; it is asked now if somebody came before it could be."""
        self.let_go = let_go
        if self.waiting:
            let_go()

    @property
    def idle(self) -> bool:
        """Whether nobody holds it and nobody waits."""
        return not self.waiting and not self.lock.locked()


class LiveUploads:
    """All uploads that were used lately. Used on the event loop only."""

    def __init__(self, storage: Storage, threads: Threads) -> None:
        self._storage = storage
        self._threads = threads
        self._live: OrderedDict[str, LiveUpload] = OrderedDict()
        self.stopping = False

    def created(self, upload: str, intake: Intake) -> None:
        """Take in the open intake of an upload that was just created: nobody else can know of it yet."""
        self._find(upload).give(intake)

    def _find(self, upload: str) -> LiveUpload:
        live = self._live.get(upload)
        if live is None:
            live = self._live[upload] = LiveUpload(upload, self._storage, self._threads)
        self._live.move_to_end(upload)
        return live

    @asynccontextmanager
    async def hold(self, upload: str) -> AsyncIterator[LiveUpload]:
        """Hold an upload alone, after asking whoever holds it to let go."""
        live = self._find(upload)
        live.waiting += 1
        if live.let_go is not None:
            live.let_go()
        try:
            await live.lock.acquire()
        finally:
            live.waiting -= 1
        try:
            yield live
        finally:
            live.let_go = None
            live.lock.release()
            self._trim()

    def stop(self) -> None:
        """Ask everybody to let go: the server is stopping."""
        self.stopping = True
        for live in self._live.values():
            if live.let_go is not None:
                live.let_go()

    def close(self) -> None:
        """Close every intake. Nobody holds one any more."""
        for live in self._live.values():
            live.close()
        self._live.clear()

    def _trim(self) -> None:
        while len(self._live) > _KEPT_OPEN:
            idle = next((upload for upload, live in self._live.items() if live.idle), None)
            if idle is None:
                return
            self._live.pop(idle).close()
