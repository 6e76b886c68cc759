"""The little of ASGI that the byte path needs: one request's body, and answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, Final, Protocol

from roomtone.foundation.errors import RoomtoneError, unexpected
from roomtone.server import problems
from roomtone.server.problems import Headers
from roomtone.wire.api import PROBLEM_TYPE

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# The HTTP protocol class puts the body of an upload here, as a ``Body``: through ASGI's ``receive``, every byte would
# be copied twice more, and what a lost connection had brought would be lost with it.
BODY: Final = "roomtone.body"
# A function that ends the connection at once, whatever is still waiting to be sent.
ABORT: Final = "roomtone.abort"
# Who signed the request, and with what; put there by the dispatcher after the token was checked.
VISITOR: Final = "roomtone.visitor"
TOKEN: Final = "roomtone.token"

_DRAIN_BYTES: Final = 16 << 20
_DRAIN_SECONDS: Final = 2.0


def _nothing() -> None:
    """Stand in for a connection that cannot be aborted."""


class Body(Protocol):
    """A request's body as the connection takes it in."""

    @property
    def finished(self) -> bool:
        """Whether all of it was given out."""

    async def next(self) -> list[bytes] | None:
        """Wait for bytes and return all that are there; ``None`` once the connection is lost and nothing is left."""

    def take(self) -> list[bytes]:
        """Return the bytes that are there, without waiting for any."""


class Incoming:
    """The body of one request as it arrives. ``finished`` once no more of it is to come."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._body: Body | None = scope.get(BODY)
        self._abort: Callable[[], None] = scope.get(ABORT, _nothing)
        headers: Headers = scope["headers"]
        self.declared = next((int(value) for name, value in headers if name == b"content-length"), None)
        self.empty = not self.declared and not any(name == b"transfer-encoding" for name, _ in headers)
        self._finished = self.empty

    @property
    def finished(self) -> bool:
        return self._finished or (self._body is not None and self._body.finished)

    async def next(self) -> list[bytes] | None:
        """Return the next bytes; ``None`` when the connection was lost. Look at ``finished`` afterwards."""
        if self._body is not None:
            return await self._body.next()
        message = await self._receive()
        if message["type"] != "http.request":
            return None
        self._finished = not message.get("more_body", False)
        return [message.get("body", b"")]

    def take(self) -> list[bytes]:
        """Return the bytes that came in already, without waiting for any."""
        return [] if self._body is None else self._body.take()

    def abort(self) -> None:
        """End the connection of a client that takes nothing."""
        self._abort()

    async def drain(self) -> None:
        """Read on for a moment, so that a client which is still sending gets to see the answer."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        left = _DRAIN_BYTES
        while not self.finished and left > 0:
            try:
                body = await asyncio.wait_for(self.next(), deadline - time.monotonic())
            except TimeoutError:
                return
            if body is None:
                return
            left -= sum(map(len, body))


async def respond(send: Send, incoming: Incoming, status: int, headers: Headers, body: bytes = b"") -> None:
    """Answer; where the client has not sent its whole body, the connection ends after that."""
    headers = [*headers, (b"x-content-type-options", b"nosniff")]
    if status != 204 and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(body)))
    if incoming.finished:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await incoming.drain()
    await send({"type": "http.response.body", "body": b""})


async def refuse(send: Send, incoming: Incoming, error: RoomtoneError, headers: Headers | None = None) -> None:
    """Answer with the problem document of an error."""
    status, body, more = problems.answer(error)
    content = [(b"content-type", PROBLEM_TYPE.encode()), (b"cache-control", b"no-store")]
    await respond(send, incoming, status, [*content, *(headers or []), *more], body)


async def guarded(
    work: Coroutine[Any, Any, None], send: Send, incoming: Incoming, headers: Headers | None = None
) -> None:
    """Await ``work``, which answers last of all; whatever it raises becomes a problem document."""
    try:
        await work
    except RoomtoneError as error:
        await refuse(send, incoming, error, headers)
    except Exception:
        log.exception("a request failed")
        await refuse(send, incoming, unexpected("answering the request"), headers)
