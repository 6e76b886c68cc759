"""How many unfinished uploads an account may have: each costs a file and a row until it is finished or expires."""

from __future__ import annotations

from collections import Counter
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import Concat, UploadState
from roomtone.server.problems import RefusedError
from roomtone.server.threads import Threads
from roomtone.server.uploads.headers import Creation

MOST_OPEN: Final = 1000
# Parts of joined uploads stay until they expire, and one upload may have a thousand of them.
MOST_PARTS: Final = 4000
# A client that is refused hears when to try again, and everything is not counted anew before that.
_RETRY_SECONDS: Final = 5
_OPEN: Final = frozenset({UploadState.RECEIVING, UploadState.SEALING})
_Kind = tuple[str, bool]


class OpenLimit:
    """Admits creations. Used on the event loop.

    They are counted in the database only when as many were admitted as could be without looking, so that a creation
    costs nothing here. What was finished meanwhile is found by the next count.
    """

    most_open = MOST_OPEN
    most_parts = MOST_PARTS
    retry_seconds = _RETRY_SECONDS

    def __init__(self, repository: Repository, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._threads = threads
        self._clock = clock
        self._most = {False: self.most_open, True: self.most_parts}
        # How many more may be created before they have to be counted again, since the last count.
        self._left: dict[_Kind, int] | None = None
        self._counted: Counter[_Kind] = Counter()
        self._refused: dict[_Kind, float] = {}
        self._tracks: set[tuple[str, str, str]] = set()

    async def admit(self, account: str, wanted: Creation) -> None:
        """Raise ``too-many-uploads`` where the account has as many unfinished ones as it may have.

        One for a track whose unfinished upload is only given again is always admitted.
        """
        kind = (account, wanted.concat is Concat.PARTIAL)
        now = self._clock.monotonic()
        left = await self._left_for(kind, now)
        if left > 0:
            return
        self._refused.setdefault(kind, now)
        if (account, wanted.place.take, wanted.place.track) not in self._tracks:
            raise RefusedError(
                "too-many-uploads",
                f"{self._most[kind[1]]} are unfinished",
                [(b"retry-after", str(int(self.retry_seconds)).encode())],
            )

    async def _left_for(self, kind: _Kind, now: float) -> int:
        """Return how many the account may still create, this one included, and count this one."""
        if self._left is None or self._left.get(kind) == 0:
            if now - self._refused.get(kind, -self.retry_seconds) < self.retry_seconds:
                return 0
            await self._threads.run(self._count)
            self._refused.pop(kind, None)
            self._left = {}
        left = self._left.get(kind, max(0, self._most[kind[1]] - self._counted[kind]))
        self._left[kind] = max(0, left - 1)
        return left

    def _count(self) -> None:
        """Count everybody's unfinished uploads. Runs on a thread."""
        found = self._repository.uploads(_OPEN)
        self._counted = Counter((record.account, record.concat is Concat.PARTIAL) for record in found)
        self._tracks = {(record.account, record.take, record.track) for record in found if record.take}
