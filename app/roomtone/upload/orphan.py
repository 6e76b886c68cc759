"""The written policy for a sync worker whose clients have gone.

It finishes its queue, then ends. What needs the person or is paused does not keep it, nor does a take that nobody
has recorded for a minute; a server that cannot be reached keeps it for ten minutes, and the next start goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from roomtone.upload.core import Core
from roomtone.upload.states import SyncState

# Without a client the worker stays for a moment, because one may be about to connect.
LINGER_SECONDS: Final = 3.0
OFFLINE_SECONDS: Final = 600.0
_LOOK_SECONDS: Final = 1.0


class Orphan:
    """Decides when a worker has no reason to stay."""

    def __init__(self, clients: Callable[[], int], others: Callable[[], bool]) -> None:
        """``others`` says whether anything beside takes is on its way."""
        self._clients = clients
        self._others = others
        self._alone_since: float | None = None
        self._offline_since: float | None = None

    def stays_until(self, core: Core, fresh: Collection[str], now: float) -> float | None:
        """Return when to ask again, or ``None`` when it is time to end.

        ``fresh`` are the ids of takes that somebody seems to be recording.
        """
        if core.online is not False:
            self._offline_since = None
        elif self._offline_since is None:
            self._offline_since = now
        if self._clients() or self._busy(core, fresh, now):
            self._alone_since = None
            return now + _LOOK_SECONDS
        if self._alone_since is None:
            self._alone_since = now
        until = self._alone_since + LINGER_SECONDS
        return until if now < until else None

    def _busy(self, core: Core, fresh: Collection[str], now: float) -> bool:
        """Return whether something gets on, or may soon, without a person."""
        if core.paused or core.signed_out:
            return False
        if self._offline_since is not None and now - self._offline_since > OFFLINE_SECONDS:
            return False
        return self._others() or any(
            take.state is not SyncState.NEEDS_YOU and (not take.live or name in fresh)
            for name, take in core.takes.items()
        )
