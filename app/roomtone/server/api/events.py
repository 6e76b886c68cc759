"""Server-sent events: the change feed as it grows."""

from __future__ import annotations

import asyncio
import re
from typing import Final
from urllib.parse import parse_qs

import msgspec

from roomtone.server.asgi import TOKEN, Incoming, Receive, Scope, Send, guarded
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access
from roomtone.server.services.feed import Feed
from roomtone.server.services.state import States
from roomtone.server.services.telling import change_document
from roomtone.server.services.visibility import Visibility, visibility
from roomtone.server.uploads.headers import RequestHeaders
from roomtone.wire.project.rights import Right
from roomtone.wire.tus import parse_number

EVENTS_PATH = re.compile(r"/api/projects/([0-9a-f]{32})/events")

_PAGE: Final = 200
_KEEP_ALIVE: Final = b": keep-alive\n\n"
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"connection", b"close"),
    # Proxies that collect answers before they pass them on would hold events back.
    (b"x-accel-buffering", b"no"),
]


class Events:
    """The ASGI application for event streams. The dispatcher has checked the rights.

    Every event is read from the database after the last one that was sent, before and after the stream is live,
    so none is missed and none comes twice. A reader that takes nothing for ``stuck_seconds`` is cut; it comes back
    with the id of the last event that it has seen.
    """

    def __init__(
        self,
        access: Access,
        feed: Feed,
        states: States,
        *,
        keep_alive_seconds: float = 15.0,
        stuck_seconds: float = 20.0,
    ) -> None:
        self._access = access
        self._feed = feed
        self._states = states
        self._keep_alive = keep_alive_seconds
        self._stuck = stuck_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)
        await guarded(self._answer(scope, incoming, receive, send), send, incoming)

    async def _answer(self, scope: Scope, incoming: Incoming, receive: Receive, send: Send) -> None:
        found = EVENTS_PATH.fullmatch(scope["path"])
        if found is None:
            raise RefusedError("unknown-path")
        token: str = scope[TOKEN]
        project = found.group(1)
        cursor = _cursor(scope)
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        stream = asyncio.create_task(self._stream(token, project, cursor, send))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({stream, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            stream.cancel()
            ended = (await asyncio.gather(stream, gone, return_exceptions=True))[0]
        if isinstance(ended, TimeoutError):
            incoming.abort()
            return
        await send({"type": "http.response.body", "body": b""})

    async def _seen(self, token: str, project: str) -> Visibility:
        visitor = await self._access.visitor(token)
        visitor.check(project, Right.KNOW)
        return await visibility(self._access, visitor, project)

    async def _stream(self, token: str, project: str, cursor: int, send: Send) -> None:
        with self._feed.follow(project) as something:
            await self._send(send, _KEEP_ALIVE)
            while not self._feed.stopping:
                something.clear()
                # Rights are looked at again each time: a stream may outlive them.
                seen = await self._seen(token, project)
                changes = await self._feed.changes(project, cursor, _PAGE)
                for change in await self._states.told(seen, changes):
                    data = msgspec.json.encode(change_document(change)).decode()
                    text = f"id: {change.seq}\nevent: {change.kind.value}\ndata: {data}\n\n"
                    await self._send(send, text.encode())
                cursor = changes[-1].seq if changes else cursor
                if len(changes) == _PAGE:
                    continue
                try:
                    await asyncio.wait_for(something.wait(), self._keep_alive)
                except TimeoutError:
                    await self._send(send, _KEEP_ALIVE)

    async def _send(self, send: Send, body: bytes) -> None:
        message = {"type": "http.response.body", "body": body, "more_body": True}
        await asyncio.wait_for(send(message), self._stuck)


async def _gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _cursor(scope: Scope) -> int:
    """Return where to begin: after ``Last-Event-ID``, or ``since``, or at the beginning."""
    text = RequestHeaders(scope["headers"]).one("last-event-id")
    if text is None:
        text = parse_qs(scope["query_string"].decode("latin-1")).get("since", ["0"])[0]
    try:
        return parse_number(text)
    except ValueError as error:
        raise RefusedError("bad-header", "The cursor is not a number") from error
