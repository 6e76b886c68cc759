"""Threads that carry requests of the core to the server and bring back what came of them."""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.core_events import Answer, Answered, Event, Failed, Failure, NewToken, Request
from roomtone.upload.http import Body, Endpoint, FileBody, Transport, TransportError, UnreadableError
from roomtone.upload.place import Place

log = logging.getLogger(__name__)

# A body up to this size is read once; a larger one is read for its checksum and again to be sent.
IN_MEMORY: Final = 64 << 10
MAX_THREADS: Final = 16


class Couriers:
    """A small pool of threads. ``find`` says where a take's folder is, ``post`` takes what came back.

    A courier that a server keeps waiting beyond its deadline is not waited for: the core goes on without it and
    another thread takes its place.
    """

    def __init__(
        self,
        transport: Transport,
        place: Place,
        clock: Clock,
        find: Callable[[str], Path],
        post: Callable[[Event], None],
    ) -> None:
        self._transport = transport
        self._place = place
        self._clock = clock
        self._find = find
        self._post = post
        self._waiting: SimpleQueue[Request | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._busy = 0

    def send(self, request: Request) -> None:
        """Carry a request. Never blocks."""
        with self._lock:
            self._busy += 1
            if self._busy > len(self._threads) and len(self._threads) < MAX_THREADS:
                thread = threading.Thread(target=self._work, name=f"courier-{len(self._threads) + 1}", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._waiting.put(request)

    def close(self) -> None:
        """Let the threads end when they have nothing more to carry."""
        for _ in self._threads:
            self._waiting.put(None)

    def _work(self) -> None:
        while True:
            request = self._waiting.get()
            if request is None:
                return
            try:
                self._post(self._carry(request))
            except Exception:
                # The boundary of this thread: the core must hear of every request, whatever happened to it.
                log.exception("a request could not be carried")
                self._post(Failed(request.id, Failure.CUT, "internal error"))
            finally:
                with self._lock:
                    self._busy -= 1

    def _carry(self, request: Request, *, again: bool = False) -> Event:
        try:
            endpoint = self._place.endpoint()
        except RoomtoneError as error:
            log.info("no server: %s", error)
            return Failed(request.id, Failure.UNREACHABLE, error.detail)
        started = self._clock.monotonic()
        try:
            headers, body = self._body(request)
            answer = self._transport.send(endpoint, request.method, request.path, headers, body)
        except TransportError as error:
            log.info("%s %s: %s (%s)", request.method, request.path, error.why, error.detail)
            if error.why is Failure.UNREACHABLE:
                self._place.doubt(endpoint)
                if endpoint.embedded and not again:
                    # It ends when it has nothing to do for a while; starting it is no failure.
                    return self._carry(request, again=True)
            return Failed(request.id, error.why, error.detail)
        except UnreadableError as error:
            return Failed(request.id, Failure.UNREADABLE, str(error))
        if answer.status == 401:
            self._refresh(endpoint)
        if answer.status >= 400:
            _note(request, answer)
        return Answered(request.id, answer, self._clock.monotonic() - started)

    def _refresh(self, endpoint: Endpoint) -> None:
        """A token was refused: where another one lies ready, go on with that."""
        self._place.doubt(endpoint)
        try:
            now = self._place.endpoint()
        except RoomtoneError:
            return
        if now.token != endpoint.token:
            self._post(NewToken())

    def _body(self, request: Request) -> tuple[tuple[tuple[str, str], ...], Body]:
        part = request.range
        if part is None:
            return request.headers, request.body
        file = FileBody(self._find(request.take) / part.track, part.offset, part.size)
        body: Body = b"".join(file) if part.size <= IN_MEMORY else file
        checksum = hashlib.sha256()
        for block in [body] if isinstance(body, bytes) else body:
            checksum.update(block)
        text = base64.b64encode(checksum.digest()).decode()
        return (*request.headers, ("Upload-Checksum", f"sha256 {text}")), body


def _note(request: Request, answer: Answer) -> None:
    said = answer.body[:300].decode("utf-8", "replace")
    log.info("%s %s was answered %d: %s", request.method, request.path, answer.status, said)
