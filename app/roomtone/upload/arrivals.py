"""Which takes of this home its servers have heard of, so that what is said of them can be sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable


class Arrivals:
    """Told by the uploader, asked by whoever sends edits. Safe to use from many threads; never blocks for long."""

    def __init__(self, news: Callable[[str], None]) -> None:
        """``news`` is called with the project of a take that just arrived; it must not block."""
        self._news = news
        self._lock = threading.Lock()
        self._there: set[tuple[str, str]] = set()

    def has(self, server: str, take: str) -> bool:
        """Return whether a server has heard of a take."""
        with self._lock:
            return (server, take) in self._there

    def remember(self, server: str, takes: Iterable[str]) -> None:
        """These arrived in an earlier run of the worker, whole."""
        with self._lock:
            self._there.update((server, take) for take in takes)

    def arrived(self, server: str, take: str, project: str) -> None:
        """The server said just now that it knows a take."""
        with self._lock:
            if (server, take) in self._there:
                return
            self._there.add((server, take))
        self._news(project)
