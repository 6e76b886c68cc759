"""The bytes of sealed tracks: ranges, entity tags, and large pieces read on threads."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Final

from roomtone.server.asgi import VISITOR, Incoming, Receive, Scope, Send, guarded, respond
from roomtone.server.db.records import TrackRecord
from roomtone.server.problems import Headers, RefusedError
from roomtone.server.services.access import Visitor
from roomtone.server.services.takes import Takes
from roomtone.server.storage.contract import Object, Storage
from roomtone.server.threads import Threads
from roomtone.server.uploads.headers import RequestHeaders

TRACK_PATH = re.compile(r"/api/takes/([0-9a-f]{32})/tracks/([^/]+)")

_PIECE: Final = 512 << 10
# A client that takes nothing for so long is cut.
_STUCK_SECONDS: Final = 60.0
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Which bytes are asked for: from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int


def read_range(text: str, size: int) -> Span | None:
    """Read a ``Range`` header: ``None`` where the whole is to be sent. Raises ``bad-range``.

    Several ranges, other units and nonsense are ignored, as RFC 9110 allows; a range outside is an error.
    """
    found = _RANGE.fullmatch(text)
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), (min(int(last) + 1, size) if last else size)
        if last and int(last) < start:
            return None
    if start >= size or start >= stop:
        raise RefusedError("bad-range", f"It has {size} bytes", [(b"content-range", b"bytes */%d" % size)])
    return Span(start, stop)


class Downloads:
    """The ASGI application for the tracks of takes. The dispatcher has checked the rights."""

    def __init__(self, takes: Takes, storage: Storage, threads: Threads) -> None:
        self._takes = takes
        self._storage = storage
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)
        await guarded(self._answer(scope, incoming, send), send, incoming)

    async def _answer(self, scope: Scope, incoming: Incoming, send: Send) -> None:
        found = TRACK_PATH.fullmatch(scope["path"])
        if found is None:
            raise RefusedError("unknown-path")
        visitor: Visitor = scope[VISITOR]
        record = await self._takes.record(found.group(1))
        if record.withdrawn and record.maker != visitor.id:
            raise RefusedError("take-withdrawn")
        track = record.track(found.group(2))
        if track is None or not track.digest:
            raise RefusedError("unknown-track", "" if track is None else "It is not sealed yet")
        headers = RequestHeaders(scope["headers"])
        tag = f'"{track.digest}"'
        describing = _describing(track, tag)
        if _matches(headers.one("if-none-match"), tag):
            await respond(send, incoming, 304, describing)
            return
        span = self._span(headers, track, tag)
        status, start, stop = (200, 0, track.size) if span is None else (206, span.start, span.stop)
        if span is not None:
            describing.append((b"content-range", b"bytes %d-%d/%d" % (start, stop - 1, track.size)))
        describing += [(b"content-type", track.media.encode()), (b"content-length", b"%d" % (stop - start))]
        if scope["method"] == "HEAD" or start == stop:
            await respond(send, incoming, status, describing)
            return
        opened = await self._threads.run(self._storage.open, track.key)
        try:
            await send({"type": "http.response.start", "status": status, "headers": describing})
            await self._send_bytes(opened, start, stop, send)
        except TimeoutError:
            incoming.abort()
        finally:
            await self._threads.run(opened.close)

    def _span(self, headers: RequestHeaders, track: TrackRecord, tag: str) -> Span | None:
        wanted = headers.one("range")
        only_if = headers.one("if-range")
        if wanted is None or (only_if is not None and only_if.strip() != tag):
            return None
        return read_range(wanted, track.size)

    async def _send_bytes(self, opened: Object, start: int, stop: int, send: Send) -> None:
        """Send while the next piece is being read."""
        reading = asyncio.ensure_future(self._threads.run(opened.read, start, min(_PIECE, stop - start)))
        try:
            while start < stop:
                piece = await reading
                start += len(piece)
                more = start < stop and bool(piece)
                if more:
                    reading = asyncio.ensure_future(self._threads.run(opened.read, start, min(_PIECE, stop - start)))
                message = {"type": "http.response.body", "body": piece, "more_body": more}
                await asyncio.wait_for(send(message), _STUCK_SECONDS)
                if not piece:
                    return
        finally:
            await asyncio.gather(reading, return_exceptions=True)


def _describing(track: TrackRecord, tag: str) -> Headers:
    return [
        (b"etag", tag.encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"private, no-cache"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-disposition", f'attachment; filename="{track.name}"'.encode()),
    ]


def _matches(text: str | None, tag: str) -> bool:
    """Say whether ``If-None-Match`` names the tag; weak comparison, as RFC 9110 wants it there."""
    if text is None:
        return False
    return text.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in text.split(","))
