"""The outermost ASGI application: who asks, and which part answers."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.api.downloads import TRACK_PATH, Downloads
from roomtone.server.api.events import EVENTS_PATH, Events
from roomtone.server.asgi import ACCOUNT, TOKEN, App, Incoming, Receive, Scope, Send, guarded
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access
from roomtone.server.uploads.endpoint import TusEndpoint
from roomtone.server.uploads.headers import RequestHeaders
from roomtone.wire import tus

# What answers without a token.
_OPEN: Final = ("/api/about", "/api/schema")


class Dispatcher:
    """Checks the token of every request and hands it on. Bytes never pass through the framework."""

    def __init__(
        self, access: Access, uploads: TusEndpoint, downloads: Downloads, events: Events, documents: App, clock: Clock
    ) -> None:
        self._access = access
        self._uploads = uploads
        self._downloads = downloads
        self._events = events
        self._documents = documents
        self._clock = clock
        self._running = 0
        self._heard = clock.monotonic()

    def idle_seconds(self) -> float:
        """Return for how long nothing was asked and no stream was open."""
        return 0.0 if self._running else self._clock.monotonic() - self._heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self._running += 1
        try:
            incoming = Incoming(scope, receive)
            await guarded(self._dispatch(scope, receive, send), send, incoming)
        finally:
            self._running -= 1
            self._heard = self._clock.monotonic()

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if not _is_open(scope):
            scope[TOKEN] = _token(scope)
            scope[ACCOUNT] = await self._access.account(scope[TOKEN])
        await self._part(path)(scope, receive, send)

    def _part(self, path: str) -> App:
        if path == tus.UPLOADS or path.startswith(f"{tus.UPLOADS}/"):
            return self._uploads
        if TRACK_PATH.fullmatch(path):
            return self._downloads
        if EVENTS_PATH.fullmatch(path):
            return self._events
        return self._documents


def _is_open(scope: Scope) -> bool:
    """Say whether a request needs no token. What a tus client may ask of this server is no secret either."""
    path: str = scope["path"]
    about_uploads = scope["method"] == "OPTIONS" and path.startswith(tus.UPLOADS)
    return about_uploads or any(path == prefix or path.startswith(f"{prefix}/") for prefix in _OPEN)


def _token(scope: Scope) -> str:
    text = RequestHeaders(scope["headers"]).one("authorization") or ""
    scheme, _, token = text.partition(" ")
    if scheme.lower() != "bearer":
        raise RefusedError("not-signed-in", "The request carries no token")
    return token.strip()
