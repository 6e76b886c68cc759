"""Running the server as a process: its socket, its address, its signals, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import uvicorn

from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.files import atomic_write, make_directory
from roomtone.foundation.workers.host import OnlyOne
from roomtone.server.accounts import owner_token
from roomtone.server.api.protocol import LimitedProtocol
from roomtone.server.composition import Parts, Places, compose, opened

log = logging.getLogger(__name__)

_SWEEP_SECONDS: Final = 600.0
_GRACE_SECONDS: Final = 10
_BACKLOG: Final = 256


class Announcement(msgspec.Struct, frozen=True):
    """Where a running server can be reached."""

    url: str
    pid: int


@dataclass(frozen=True)
class Options:
    """How a server is run."""

    places: Places
    host: str
    port: int
    announce: Path | None = None
    owner_token: Path | None = None
    owner_name: str = "Owner"
    idle_exit: float | None = None
    quota: int | None = None
    proxies: tuple[str, ...] = ()


def address_file(data: Path) -> Path:
    """Return where the server of a data folder says how it is reached."""
    return data / "address.json"


def serve(options: Options, clock: Clock, ready: Callable[[Announcement], None]) -> None:
    """Run a server until it is told to end. ``ready`` is called when requests are accepted.

    Raises ``WorldError``: the port is taken, the folder cannot be used, another server has it.
    """
    try:
        make_directory(options.places.data, 0o700)
        lock = OnlyOne(options.places.data / "server.lock")
        taken = lock.take()
    except OSError as error:
        raise from_os_error(error, "opening the server's data") from error
    if not taken:
        raise WorldError(
            "server-running",
            "The server was not started",
            f"Another one already uses {options.places.data}",
            "Use that one, or choose another folder with --data",
        )
    try:
        _serve_alone(options, clock, ready)
    finally:
        lock.release()


def _serve_alone(options: Options, clock: Clock, ready: Callable[[Announcement], None]) -> None:
    with opened(options.places, serving=True) as (repository, storage):
        if options.owner_token is not None:
            owner_token(repository, options.owner_token, options.owner_name, clock)
        listening = _listen(options.host, options.port)
        parts = compose(repository, storage, clock, quota=options.quota)
        try:
            parts.recover()
            # What is there now stays until the end; looking through it again would hold requests up for milliseconds.
            gc.collect()
            gc.freeze()
            # Documents come and go by the thousand and hold no circles; each look for those stops all requests.
            gc.set_threshold(50_000, 20, 100)
            _Server(options, parts, listening, ready).run(sockets=[listening])
        finally:
            parts.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        raise WorldError(
            "port-taken",
            f"The server cannot listen at {host}:{port}",
            str(error.strerror),
            "Choose another --port, or end what uses this one",
        ) from error
    return listening


class _Server(uvicorn.Server):
    """uvicorn's server with our start and end around it."""

    def __init__(
        self, options: Options, parts: Parts, listening: socket.socket, ready: Callable[[Announcement], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                parts.application,
                http=LimitedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # Whoever connects is who asks, unless it is a proxy of ours: then it says for whom.
                proxy_headers=bool(options.proxies),
                forwarded_allow_ips=list(options.proxies),
                backlog=_BACKLOG,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._options = options
        self._parts = parts
        self._ready = ready
        name = options.host if ":" not in options.host else f"[{options.host}]"
        self._announcement = Announcement(f"http://{name}:{listening.getsockname()[1]}", os.getpid())
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._tasks.append(asyncio.create_task(self._sweep()))
        if self._options.idle_exit is not None:
            self._tasks.append(asyncio.create_task(self._end_when_idle(self._options.idle_exit)))
        document = msgspec.json.encode(self._announcement) + b"\n"
        for path in self._announced():
            atomic_write(path, document)
        self._ready(self._announcement)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for path in self._announced():
            path.unlink(missing_ok=True)
        for task in self._tasks:
            task.cancel()
        self._parts.stop()
        await super().shutdown(sockets=sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals without sending them again at the end: a server that was told to end has ended well."""
        wanted = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _announced(self) -> list[Path]:
        announce = self._options.announce
        return [address_file(self._options.places.data), *([announce] if announce is not None else [])]

    async def _sweep(self) -> None:
        while True:
            try:
                await self._parts.sweeper.sweep()
            except Exception:
                # The boundary: a sweep that fails must not end the server, and is tried again.
                log.exception("sweeping failed")
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _end_when_idle(self, seconds: float) -> None:
        while (idle := self._parts.application.idle_seconds()) < seconds:
            await asyncio.sleep(min(1.0, max(0.05, seconds - idle)))
        self.should_exit = True


def read_announcement(data: Path) -> Announcement | None:
    """Return how the running server of a data folder is reached, or ``None``."""
    try:
        return decode(address_file(data).read_bytes(), Announcement)
    except (OSError, msgspec.DecodeError):
        return None
