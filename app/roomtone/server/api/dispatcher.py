"""The outermost ASGI application: who asks, whether they may, and which part answers."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.api.downloads import Downloads
from roomtone.server.api.events import Events
from roomtone.server.asgi import TOKEN, VISITOR, App, Incoming, Receive, Scope, Send, guarded
from roomtone.server.problems import Headers, RefusedError
from roomtone.server.services.access import Access
from roomtone.server.services.rules import Guard, Routes, Who
from roomtone.server.uploads.endpoint import TusEndpoint
from roomtone.server.uploads.headers import RequestHeaders
from roomtone.wire import tus

_RESUMABLE: Final[Headers] = [(b"tus-resumable", tus.VERSION.encode())]


class Dispatcher:
    """Finds the rule of every request, checks it, and hands the request on. Bytes never pass through the framework."""

    def __init__(
        self,
        access: Access,
        guard: Guard,
        uploads: TusEndpoint,
        downloads: Downloads,
        events: Events,
        documents: App,
        schema: App,
        clock: Clock,
    ) -> None:
        self._access = access
        self._guard = guard
        self._routes = Routes()
        self._documents = documents
        self._raw: dict[str, App] = {
            tus.UPLOADS: uploads,
            f"{tus.UPLOADS}/{{upload}}": uploads,
            "/api/schema": schema,
            "/api/schema/openapi.json": schema,
            "/api/takes/{take}/tracks/{name}": downloads,
            "/api/projects/{project}/events": events,
        }
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
            headers = _RESUMABLE if scope["path"].startswith(tus.UPLOADS) else None
            await guarded(self._dispatch(scope, receive, send), send, incoming, headers)
        finally:
            self._running -= 1
            self._heard = self._clock.monotonic()

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _token(scope)
        try:
            route = self._routes.find(scope["method"], scope["path"])
        except RefusedError:
            # Nobody learns without a token which addresses there are.
            await self._access.visitor(token)
            raise
        scope[TOKEN] = token
        self._guard.admit(route, _address(scope))
        if route.rule.who is not Who.ANYBODY:
            scope[VISITOR] = visitor = await self._access.visitor(token)
            await self._guard.check(route, visitor)
        await self._raw.get(route.template, self._documents)(scope, receive, send)


def _token(scope: Scope) -> str:
    """Return the token that a request carries, or nothing."""
    text = RequestHeaders(scope["headers"]).one("authorization") or ""
    scheme, _, token = text.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
