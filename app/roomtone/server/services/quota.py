"""How many bytes an account may keep on the server, where that is bounded."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import UploadState
from roomtone.server.problems import RefusedError
from roomtone.server.storage.contract import Storage
from roomtone.server.threads import Threads

# What this process takes in is added at once; what else happened is found by counting anew after so long.
_COUNT_EVERY: Final = 60.0
_UNFINISHED: Final = frozenset({UploadState.RECEIVING, UploadState.SEALING})


class Quota:
    """Counts sealed and unfinished bytes of each account. Used on the event loop. ``most`` is ``None`` for no bound."""

    def __init__(
        self, repository: Repository, storage: Storage, threads: Threads, clock: Clock, most: int | None
    ) -> None:
        self._repository = repository
        self._storage = storage
        self._threads = threads
        self._clock = clock
        self._most = most
        self._used: dict[str, tuple[int, float]] = {}

    async def room(self, account: str, wanted: int) -> int | None:
        """Return how many bytes an account may still send; ``None`` for any number.

        Raises ``quota-exceeded`` where ``wanted`` more are too many.
        """
        if self._most is None:
            return None
        now = self._clock.monotonic()
        used, at = self._used.get(account, (0, -_COUNT_EVERY))
        if now - at >= _COUNT_EVERY or used + wanted > self._most:
            used = await self._threads.run(self._count, account)
            self._used[account] = (used, now)
        if used + wanted > self._most:
            raise RefusedError("quota-exceeded", f"{used} of {self._most} bytes are used, and {wanted} more would come")
        return self._most - used

    def add(self, account: str, size: int) -> None:
        """Be told of bytes that were taken in."""
        if account in self._used:
            used, at = self._used[account]
            self._used[account] = (used + size, at)

    def _count(self, account: str) -> int:
        mine = [upload.id for upload in self._repository.uploads(_UNFINISHED) if upload.account == account]
        unfinished = sum(self._storage.progress(upload).committed for upload in mine)
        return self._repository.stored_bytes(account) + unfinished
