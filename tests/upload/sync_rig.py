"""A home with a real sync worker and real servers, for tests; and a proxy that cuts connections."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.upload.client import SyncClient
from roomtone.upload.messages import Event, Link, RemoteChange, SafeTakes, TakeSync
from roomtone.upload.states import SyncState
from tests.rigs.processes import Program, alive, kill, until
from tests.upload.growing import GrowingTake

SECONDS = 40.0


class SyncRig:
    """One home. ``connect`` starts its worker; leaving the context ends everything that was started for it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.clock = SystemClock()
        self._client: SyncClient | None = None
        self._lock = threading.Lock()
        self.takes: dict[str, list[TakeSync]] = {}
        self.links: list[Link] = []
        self.changes: list[RemoteChange] = []
        self.safe_before: set[str] = set()

    def connect(self) -> SyncClient:
        """Connect to the worker, starting it where none runs."""
        if self._client is not None:
            self._client.close()
        self._client = SyncClient.ensure(self.home, self.clock, self._heard, lambda: None)
        return self._client

    @property
    def client(self) -> SyncClient:
        return self._client or self.connect()

    def disconnect(self) -> None:
        """Close the window, so to speak."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _heard(self, event: Event) -> None:
        with self._lock:
            match event:
                case TakeSync():
                    self.takes.setdefault(event.take, []).append(event)
                case Link():
                    self.links.append(event)
                case RemoteChange():
                    self.changes.append(event)
                case SafeTakes():
                    self.safe_before = set(event.takes)
                    self.takes = {
                        take: told for take, told in self.takes.items() if told[-1].state is not SyncState.SAFE
                    }

    # What was heard

    def last(self, take: str) -> TakeSync | None:
        """Return what was told last about a take."""
        with self._lock:
            return self.takes[take][-1] if take in self.takes else None

    def sent(self, take: str) -> int:
        """Return how many bytes of each of a take's tracks are on the server, as far as was told."""
        told = self.last(take)
        return min((track.sent for track in told.tracks), default=0) if told else 0

    def is_safe(self, take: str) -> bool:
        """Return whether the worker said that the take is safe."""
        told = self.last(take)
        return take in self.safe_before or (told is not None and told.state is SyncState.SAFE)

    def wait_safe(self, take: str, seconds: float = SECONDS) -> None:
        """Wait until the worker says that the take is safe."""
        try:
            until(lambda: self.is_safe(take), seconds, "the take to be safe")
        except TimeoutError as error:
            log = (self.home.logs / "sync.log").read_text()[-4000:]
            raise TimeoutError(f"{error}; last told: {self.last(take)}; the worker's log:\n{log}") from None

    def wait_problem(self, take: str, code: str) -> TakeSync:
        """Wait until the worker gives this reason for a take not getting on."""

        def look() -> TakeSync | None:
            told = self.last(take)
            found = told and told.problem and told.problem.code == code
            return told if found else None

        return until(look, SECONDS, f"{code} (last told: {self.last(take)})")

    # Processes

    def worker_pid(self) -> int:
        return _pid(self.home.run / "sync.json")

    def server_pid(self) -> int:
        """Return the process id of the embedded server."""
        return _pid(self.home.run / "server.json")

    def kill_worker(self) -> None:
        """End the worker as a crash would."""
        kill(self.worker_pid())
        self.disconnect()

    def kill_server(self) -> None:
        """End the embedded server as a crash would."""
        kill(self.server_pid())

    def wait_worker_gone(self, pid: int) -> None:
        """Wait until the worker has ended by itself."""
        until(lambda: not alive(pid), SECONDS, "the worker to end by itself")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disconnect()
        for file in ("sync.json", "server.json"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                _end(_pid(self.home.run / file))


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    until(lambda: not alive(pid), 20, f"the end of process {pid}")


def _pid(file: Path) -> int:
    found: int = json.loads(file.read_bytes())["pid"]
    return found


class ServerRig:
    """A server of its own, for homes to join."""

    def __init__(self, data: Path, port: int = 0) -> None:
        self.data = data
        self.port = port
        self.url = ""
        self._program: Program | None = None

    def start(self) -> None:
        """Start it, at the same port as before."""
        command = ["server", "run", "--json", "--port", str(self.port), "--data", str(self.data)]
        program = Program(_roomtone(self.data, command))
        self._program = program
        found = program.wait_for_line('{"url"')
        self.url = json.loads(found.group(0))["url"]
        self.port = int(self.url.rsplit(":", 1)[1])

    def user(self, action: str, name: str, *more: str) -> dict[str, Any]:
        """Do something with an account; return what the command printed."""
        command = _roomtone(self.data, ["server", "user", action, "--data", str(self.data), "--json", *more, name])
        done = subprocess.run(command, capture_output=True, check=True, timeout=30)
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program is not None:
            self._program.end()


def _roomtone(home: Path, arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "roomtone", "--home", str(home), *arguments]


class CuttingProxy:
    """Passes TCP on to a server, counts what clients send, and cuts connections at random, once let loose.

    Every connection lives for a random time, exponentially distributed around ``mean`` seconds.
    """

    def __init__(self, port: int, mean: float, seed: int = 0) -> None:
        self._target = port
        self._mean = mean
        self._random = Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.received = 0
        self.cuts = 0
        self._loose = threading.Event()
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._accept, name="proxy")]
        self._threads[0].start()

    def let_loose(self) -> None:
        """Cut connections from now on, and count bytes from here."""
        self.received = 0
        self._loose.set()

    def _accept(self) -> None:
        self._listener.settimeout(0.1)
        while not self._ending.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            thread = threading.Thread(target=self._serve, args=(client, server), name="proxied")
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        done = threading.Event()
        passing = [
            threading.Thread(target=self._pass, args=(client, server, True, done)),
            threading.Thread(target=self._pass, args=(server, client, False, done)),
        ]
        for thread in passing:
            thread.start()
        while not done.is_set() and not self._ending.is_set():
            if not self._loose.is_set():
                done.wait(0.02)
            elif not done.wait(self._random.expovariate(1 / self._mean)):
                self.cuts += 1
                break
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in passing:
            thread.join()
        client.close()
        server.close()

    def _pass(self, source: socket.socket, sink: socket.socket, count: bool, done: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(256 << 10):
                self.received += len(data) if count else 0
                sink.sendall(data)
        done.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()


@contextlib.contextmanager
def tmpfs(folder: Path, mebibytes: int) -> Iterator[None]:
    """Mount a small memory disk at ``folder``. Needs root."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)], check=True, timeout=10)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=10)


def resize_tmpfs(folder: Path, mebibytes: int) -> None:
    """Make a mounted memory disk larger."""
    subprocess.run(["mount", "-o", f"remount,size={mebibytes}m", str(folder)], check=True, timeout=10)


def server_bytes(rig: SyncRig, take: GrowingTake, name: str = "mic-1.flac") -> bytes:
    """Return a sealed track as the server gives it out."""
    to = rig.home.cache / f"{take.id}-{name}"
    rig.client.download(take.id, name, to)
    return to.read_bytes()
