"""The server embedded in a home: found, started and started again."""

from __future__ import annotations

import logging
import threading
from typing import Final

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import WorldError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import spawn
from roomtone.upload.http import Endpoint, Transport, TransportError

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 60


class _Announcement(msgspec.Struct, frozen=True):
    url: str
    pid: int


class EmbeddedServer:
    """Makes sure that the home's own server runs. Safe to use from many threads."""

    def __init__(self, home: Home, transport: Transport) -> None:
        self._home = home
        self._transport = transport
        self._lock = threading.Lock()
        self._known: Endpoint | None = None

    def endpoint(self) -> Endpoint:
        """Return the running server, starting it where none answers. Blocks. Raises ``WorldError``."""
        with self._lock:
            if self._known is not None:
                return self._known
            found = self._answering()
            if found is None:
                self._start()
                found = self._answering()
            if found is None:
                raise WorldError(
                    "embedded-server",
                    "The server on this computer did not start",
                    "It gave no answer",
                    f"Look into {self._home.logs / 'server.out'}; takes stay safe on this computer meanwhile",
                )
            self._known = found
            return found

    @property
    def known_url(self) -> str:
        """Its address as far as is known, without looking; empty before it was needed."""
        known = self._known
        return known.url if known is not None else ""

    def doubt(self, endpoint: Endpoint) -> None:
        """Somebody could not reach it, or its token was refused: look again before it is used."""
        with self._lock:
            if self._known == endpoint:
                self._known = None

    def _answering(self) -> Endpoint | None:
        try:
            raw = (self._home.run / "server.json").read_bytes()
            announced = decode(raw, _Announcement)
            token = (self._home.server / "token").read_text("utf-8").strip()
        except (OSError, msgspec.DecodeError):
            return None
        endpoint = Endpoint(announced.url, token, embedded=True)
        try:
            # With the token: another program may have got the port since.
            answer = self._transport.send(endpoint, "GET", "/api/me")
        except TransportError:
            return None
        return endpoint if answer.status in (200, 401, 503) else None

    def _start(self) -> None:
        home = self._home
        arguments = ["server", "run", "--port", "0", "--announce", str(home.run / "server.json")]
        arguments += ["--owner-token", str(home.server / "token"), "--data", str(home.server)]
        arguments += ["--idle-exit", str(IDLE_SECONDS)]
        if not spawn.start(home, arguments, "server"):
            log.info("the embedded server said nothing when it was started")
