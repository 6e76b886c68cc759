"""Waking those who follow a project. What happened is always read from the database, so nothing is missed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from roomtone.server.db.contract import Repository
from roomtone.server.db.records import ChangeRecord
from roomtone.server.threads import Threads

_PAGE: Final = 200


class Feed:
    """The change feeds of all projects. Used on the event loop only."""

    def __init__(self, repository: Repository, threads: Threads) -> None:
        self._repository = repository
        self._threads = threads
        self._followers: dict[str, set[asyncio.Event]] = {}
        self.stopping = False

    async def changes(self, project: str, since: int, limit: int = _PAGE) -> list[ChangeRecord]:
        """Return changes after a cursor, oldest first."""
        return await self._threads.run(self._repository.changes, project, since, limit)

    def wake(self, project: str) -> None:
        """Tell everybody who follows a project that something was committed."""
        for event in self._followers.get(project, ()):
            event.set()

    @contextmanager
    def follow(self, project: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever something may have happened since it was cleared."""
        event = asyncio.Event()
        self._followers.setdefault(project, set()).add(event)
        try:
            yield event
        finally:
            followers = self._followers[project]
            followers.discard(event)
            if not followers:
                del self._followers[project]

    def stop(self) -> None:
        """Ask everybody who follows anything to leave."""
        self.stopping = True
        for followers in self._followers.values():
            for event in followers:
                event.set()
