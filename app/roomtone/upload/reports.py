"""What the worker tells about takes: built from the core and the local journal, and kept for newcomers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.errors import Problem
from roomtone.upload.core_take import TakeCore
from roomtone.upload.local import LocalEntry
from roomtone.upload.messages import Event, Link, SafeTakes, Status, TakeSync, TrackSync
from roomtone.upload.progress import Progress
from roomtone.upload.states import SyncState

# A take is told about this often while only its numbers change; a change of state is told at once.
TELL_SECONDS: Final = 0.1


def report(core: TakeCore, entry: LocalEntry, hold: Problem | None = None) -> TakeSync:
    """Return how a take stands. With ``hold`` nothing at all is sent before the person has done something."""
    tracks: list[TrackSync] = []
    behind = safe = 0.0
    for name, track in core.tracks.items():
        progress = entry.progress.setdefault(name, Progress())
        state, problem = track.state, track.problem
        if hold is not None and state is not SyncState.SAFE:
            state, problem = SyncState.NEEDS_YOU, hold
        sent = min(track.offset, track.total)
        frames = progress.frames
        safe_frames = frames if state is SyncState.SAFE else progress.frames_in(sent)
        tracks.append(TrackSync(name, state, sent, track.total, frames, safe_frames, problem))
        rate = entry.rates.get(name, 0)
        if rate:
            behind = max(behind, (frames - safe_frames) / rate)
            safe = min(safe, safe_frames / rate) if safe else safe_frames / rate
    return TakeSync(
        take=core.local.id,
        folder=str(entry.folder),
        state=core.state if hold is None else SyncState.NEEDS_YOU,
        live=core.live,
        tracks=tracks,
        behind_seconds=round(behind, 3),
        safe_seconds=round(safe, 3),
        problem=hold or core.trouble,
    )


class Reports:
    """Remembers what was told last, tells only what is new, and gives newcomers the whole.

    ``tell`` and the other changing methods belong to one thread; ``whole`` may be called from any.
    """

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._lock = threading.Lock()
        self._takes: dict[str, TakeSync] = {}
        self._told_at: dict[str, float] = {}
        self._safe: set[str] = set()
        self._link = Link(None, "", embedded=True, paused=False, bytes_per_second=0, waiting=0)

    def tell(self, sync: TakeSync, now: float) -> float | None:
        """Tell about a take if it is worth it; return when to try again where it is too early."""
        last = self._takes.get(sync.take)
        if last == sync:
            return None
        again = self._told_at.get(sync.take, 0.0) + TELL_SECONDS
        if last is not None and now < again and _nature(last) == _nature(sync):
            return again
        self._told_at[sync.take] = now
        with self._lock:
            if sync.state is SyncState.SAFE:
                self._takes.pop(sync.take, None)
                self._safe.add(sync.take)
            else:
                self._takes[sync.take] = sync
        self._publish(sync)
        return None

    def found_safe(self, take: str) -> None:
        """A take turned out to be safe since before."""
        with self._lock:
            self._safe.add(take)

    def begin_again(self, safe: set[str]) -> None:
        """Another server is used: these are safe on it, and everything else is told anew."""
        with self._lock:
            self._safe = safe
            self._takes.clear()
        self._told_at.clear()
        self._publish(SafeTakes(sorted(safe)))

    def tell_link(self, link: Link) -> None:
        """Tell about the way to the server, if anything about it is new."""
        if link == self._link:
            return
        with self._lock:
            self._link = link
        self._publish(link)

    def whole(self) -> Status:
        """Return how everything stands."""
        with self._lock:
            return Status(self._link, list(self._takes.values()), sorted(self._safe))

    def greeting(self) -> list[Event]:
        """Return the events that a newcomer needs to know the present state."""
        status = self.whole()
        return [status.link, SafeTakes(status.safe), *status.takes]


def _nature(sync: TakeSync) -> tuple[object, ...]:
    """Return what of a take is more than a number that grows."""
    return (sync.state, sync.live, sync.problem, tuple((track.state, track.problem) for track in sync.tracks))
