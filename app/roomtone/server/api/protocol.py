"""The HTTP connection: uvicorn's, with limits on what it takes before anybody looks at it."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from roomtone.server import problems
from roomtone.server.asgi import ABORT, BODY, Scope
from roomtone.server.problems import RefusedError
from roomtone.wire.api import PROBLEM_TYPE
from roomtone.wire.tus import UPLOADS

MAX_HEAD: Final = 32 << 10
# So much of a body waits in memory before the client has to.
MAX_WAITING: Final = 256 << 10
_HEAD_SECONDS: Final = 30.0


class UploadBody:
    """The body of a request to an upload: pieces as they came in, none of them copied.

    What was taken in before a connection was lost is still given out.
    """

    def __init__(self, cycle: RequestResponseCycle, flow: FlowControl) -> None:
        self._cycle = cycle
        self._flow = flow
        self._pieces: list[bytes] = []
        self._size = 0

    @property
    def finished(self) -> bool:
        return not self._pieces and not self._cycle.more_body

    def add(self, piece: bytes) -> None:
        """Keep what came in, and let the client wait when that is much."""
        if self._cycle.response_complete:
            return
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= MAX_WAITING:
            self._flow.pause_reading()
        self._cycle.message_event.set()

    async def next(self) -> list[bytes] | None:
        cycle = self._cycle
        if cycle.waiting_for_100_continue and not cycle.transport.is_closing():
            cycle.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            cycle.waiting_for_100_continue = False
        while not self._pieces and cycle.more_body and not cycle.disconnected:
            cycle.message_event.clear()
            await cycle.message_event.wait()
        pieces = self.take()
        if not pieces and cycle.disconnected:
            return None
        self._flow.resume_reading()
        return pieces

    def take(self) -> list[bytes]:
        pieces, self._pieces, self._size = self._pieces, [], 0
        return pieces


class LimitedProtocol(HttpToolsProtocol):
    """Bounds the size and the time of a request's head, and keeps what a lost connection had brought."""

    head_seconds = _HEAD_SECONDS

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = True
        self._head_bytes = 0
        self._raw_bytes = 0
        self._heads = 0
        self._body: UploadBody | None = None
        self._body_left = 0
        self._raw_left = 0
        # A connection that never sends a head must not stay for ever.
        self._head_timer: asyncio.TimerHandle | None = self.loop.call_later(self.head_seconds, self._late)

    def data_received(self, data: bytes) -> None:
        if self._in_head and self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._late)
        if self._raw_left:
            self._take_raw(data)
            return
        heads, in_head = self._heads, self._in_head
        super().data_received(data)
        if self._body is not None and self._body_left > 0:
            # The rest of this body needs no parsing.
            self._raw_left = self._body_left
            return
        if not in_head or heads != self._heads or self.transport.is_closing():
            return
        # One header without an end is not reported by the parser before it ends, so the raw bytes count as well.
        self._raw_bytes += len(data)
        if self._raw_bytes > MAX_HEAD:
            self._head_bytes = self._raw_bytes
            self.send_400_response("")

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._heads += 1
        self._raw_bytes = 0
        self._stop_timer()
        super().on_headers_complete()
        extras = cast(Scope, self.scope)
        extras[ABORT] = self.transport.abort
        self._body, self._body_left = None, 0
        if self.scope["path"].startswith(UPLOADS):
            self._body = extras[BODY] = UploadBody(self.cycle, self.flow)
            # Only a body of announced length has a known rest; the parser has made sure that this is a number.
            lengths = [value for name, value in self.headers if name == b"content-length"]
            self._body_left = int(lengths[0]) if lengths else 0

    def on_body(self, body: bytes) -> None:
        if self._body is None:
            super().on_body(body)
            return
        self._body_left -= len(body)
        self._body.add(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def _take_raw(self, data: bytes) -> None:
        """Take in the rest of a body without the parser, which then begins anew with the next request."""
        rest = data[self._raw_left :]
        piece = data[: self._raw_left] if rest else data
        self._raw_left -= len(piece)
        if self._body is not None:
            self._body.add(piece)
        if self._raw_left:
            return
        self._body_left = 0
        self.parser = httptools.HttpRequestParser(self)
        self.on_message_complete()
        if rest:
            self.data_received(rest)

    def send_400_response(self, msg: str) -> None:
        """Answer what could not be parsed, in the shape of every other problem."""
        too_large = self._head_bytes > MAX_HEAD
        status, body, _ = problems.answer(RefusedError("headers-too-large" if too_large else "bad-header", msg))
        reason = "Request Header Fields Too Large" if too_large else "Bad Request"
        head = (
            f"HTTP/1.1 {status} {reason}\r\ncontent-type: {PROBLEM_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _count(self, size: int) -> None:
        """Count while one piece of data is parsed: it may hold a head larger than allowed."""
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD:
            # httptools turns this into its own error, which ends in ``send_400_response``.
            raise ValueError("the head is too large")

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
