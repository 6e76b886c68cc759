"""Which server this home talks to now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.foundation.paths import Home
from roomtone.upload import account
from roomtone.upload.account import Joined
from roomtone.upload.core_problems import OFFLINE
from roomtone.upload.embedded import EmbeddedServer
from roomtone.upload.http import Endpoint, Transport, call, call_for_nothing
from roomtone.wire.api import Account

T = TypeVar("T")


class Place:
    """The joined server, or the embedded one. Safe to use from many threads."""

    def __init__(self, home: Home, transport: Transport) -> None:
        self._home = home
        self._transport = transport
        self._embedded = EmbeddedServer(home, transport)
        self._lock = threading.Lock()
        self._joined = account.load(home)

    @property
    def joined(self) -> Joined | None:
        """The server that was joined, if any."""
        with self._lock:
            return self._joined

    def known_url(self) -> str:
        """Return the address of the server as far as is known, without asking anybody."""
        joined = self.joined
        return joined.url if joined is not None else self._embedded.known_url

    def endpoint(self) -> Endpoint:
        """Return where requests go. Blocks while the embedded server starts. Raises ``WorldError``."""
        joined = self.joined
        if joined is not None:
            return Endpoint(joined.url, joined.token, embedded=False)
        return self._embedded.endpoint()

    def call(self, method: str, path: str, kind: type[T], document: object = None) -> T:
        """Ask the server; see ``http.call``. An embedded server that has ended meanwhile is started again."""
        return self.with_endpoint(lambda endpoint: call(self._transport, endpoint, method, path, kind, document))

    def call_here(self, method: str, path: str, kind: type[T], document: object = None) -> T:
        """Ask this home's own server, also where another one is used."""
        return self._with(
            self._embedded.endpoint, lambda endpoint: call(self._transport, endpoint, method, path, kind, document)
        )

    def call_for_nothing(self, method: str, path: str, document: object = None) -> None:
        """Ask the server for something that it answers without a document."""
        self.with_endpoint(lambda endpoint: call_for_nothing(self._transport, endpoint, method, path, document))

    def with_endpoint(self, act: Callable[[Endpoint], T]) -> T:
        """Return what ``act`` makes of the server; it is called again where an embedded one had to be started."""
        return self._with(self.endpoint, act)

    def _with(self, find: Callable[[], Endpoint], act: Callable[[Endpoint], T]) -> T:
        endpoint = find()
        try:
            return act(endpoint)
        except RoomtoneError as error:
            if not endpoint.embedded or error.code != OFFLINE.code:
                raise
        self.doubt(endpoint)
        return act(find())

    def doubt(self, endpoint: Endpoint) -> None:
        """Nothing was reached there, or the token was refused."""
        if endpoint.embedded:
            self._embedded.doubt(endpoint)

    def join(self, link: str, token: str) -> Account:
        """Join a server once it has accepted the token. Raises ``RoomtoneError`` with nothing changed."""
        joined = account.read_link(link, token)
        me = call(self._transport, Endpoint(joined.url, joined.token, embedded=False), "GET", "/api/me", Account)
        with self._lock:
            account.save(self._home, joined)
            self._joined = joined
        return me

    def use(self, joined: Joined) -> None:
        """Use a server whose token was just given out. Raises ``OSError``."""
        with self._lock:
            account.save(self._home, joined)
            self._joined = joined

    def leave(self) -> None:
        """Go back to the embedded server. Raises ``UsageError`` when no other was joined."""
        with self._lock:
            if self._joined is None:
                raise UsageError("not-joined", "No server was joined", "This home uses its own", "Nothing to do")
            account.remove(self._home)
            self._joined = None
