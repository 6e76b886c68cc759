"""The HTTP connection: uvicorn's, with limits on what it takes before anybody looks at it."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from roomtone.server import problems
from roomtone.server.asgi import ABORT, LEFTOVER, Scope
from roomtone.server.problems import RefusedError
from roomtone.wire.api import PROBLEM_TYPE

MAX_HEAD: Final = 32 << 10
_HEAD_SECONDS: Final = 30.0


class LimitedProtocol(HttpToolsProtocol):
    """Bounds the size and the time of a request's head, and keeps what a lost connection had brought."""

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
        # A connection that never sends a head must not stay for ever.
        self._head_timer: asyncio.TimerHandle | None = self.loop.call_later(_HEAD_SECONDS, self._late)

    def data_received(self, data: bytes) -> None:
        if self._in_head and self._head_timer is None:
            self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._late)
        heads, in_head = self._heads, self._in_head
        super().data_received(data)
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
        cycle = self.cycle

        def leftover() -> bytes:
            body = bytes(cycle.body)
            cycle.body.clear()
            return body

        extras = cast(Scope, self.scope)
        extras[LEFTOVER] = leftover
        extras[ABORT] = self.transport.abort

    def on_message_complete(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

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
