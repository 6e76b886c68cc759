"""Hears of what happens in the project that is looked at as it happens: the server's events, on one open connection."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.core_events import Answer
from roomtone.upload.http import Transport, TransportError
from roomtone.upload.place import Place

log = logging.getLogger(__name__)

TROUBLE_SECONDS: Final = 10.0


class _LeftError(Exception):
    """Nobody wants to hear of this project from this server any more."""


class _Ear:
    """Takes what comes. The server says something every few seconds, so silence ends in a time-out."""

    def __init__(self, stays: Callable[[], bool], hears: Callable[[], None], news: Callable[[], None]) -> None:
        self._stays = stays
        self._hears = hears
        self._news = news

    def begin(self, answer: Answer) -> None:
        """A proxy may hold back what follows the headers, so they say nothing yet."""

    def take(self, data: bytes) -> None:
        """Look for the beginning of an event; what is in it is asked for as always."""
        if not self._stays():
            raise _LeftError
        self._hears()
        if b"data:" in data or b"event:" in data:
            self._news()


class Stream:
    """Follows one project on one server; where that does not work, ``follows`` says so and others have to ask.

    ``news`` is called on the stream's thread and must not block; ``wanted`` says whether anybody listens.
    """

    def __init__(
        self, place: Place, transport: Transport, clock: Clock, wanted: Callable[[], bool], news: Callable[[str], None]
    ) -> None:
        self._place = place
        self._transport = transport
        self._clock = clock
        self._wanted = wanted
        self._news = news
        self._project = ""
        self._followed = ""
        self._cursor = 0
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def follow(self, project: str, cursor: int) -> None:
        """Follow this project from a cursor on, instead of any other."""
        if project != self._project:
            self._project, self._cursor = project, cursor
            self._wake.set()

    def follows(self, project: str) -> bool:
        """Return whether everything that happens in a project is heard of now."""
        return self._followed == project

    @property
    def running(self) -> bool:
        """Whether its thread is there."""
        return self._thread.is_alive()

    def again(self) -> None:
        """Another server or key is used."""
        self._followed = ""
        self._wake.set()

    def close(self) -> None:
        """End the thread; the connection is not waited for."""
        self._ending = True
        self._wake.set()

    def _run(self) -> None:
        while not self._ending:
            self._wake.clear()
            if self._project and self._wanted():
                self._listen(self._project, self._cursor)
                self._followed = ""
            self._clock.wait(self._wake, TROUBLE_SECONDS)

    def _listen(self, project: str, cursor: int) -> None:
        try:
            endpoint = self._place.endpoint()

            def stays() -> bool:
                here = self._place.endpoint() == endpoint and self._project == project
                return here and self._wanted() and not self._ending

            def hears() -> None:
                if self._followed != project:
                    self._followed = project
                    # Whatever happened before the first word is asked for once.
                    self._news(project)

            ear = _Ear(stays, hears, lambda: self._news(project))
            path = f"/api/projects/{project}/events?since={cursor}"
            answer = self._transport.download(endpoint, path, (), ear)
            log.info("the events of a project ended with %d", answer.status)
        except _LeftError:
            self._wake.set()
        except (TransportError, RoomtoneError) as error:
            log.info("no events of a project: %s", error)
