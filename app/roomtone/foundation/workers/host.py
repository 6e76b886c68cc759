"""The worker's side: one instance a home, any number of clients, none of which can hurt it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import Problem, RoomtoneError, unexpected
from roomtone.foundation.files import atomic_write
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import protocol
from roomtone.foundation.workers.connection import Wire

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

log = logging.getLogger(__name__)

MAX_CLIENTS = 32
# A client that reads nothing while this many messages wait for it is cut off; it can come back at any time.
MAX_WAITING = 2000

Handler = Callable[[msgspec.Raw], Any]


class OnlyOne:
    """A lock that ends with its process: whoever holds it is *the* worker of that name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Return whether this process now holds the lock."""
        file = self._path.open("ab")
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes hold two locks of one name."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class _Client:
    """One connected client: a thread reads its requests, another sends what waits for it."""

    def __init__(self, host: WorkerHost, wire: Wire, number: int) -> None:
        self._host = host
        self._wire = wire
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._sending = False
        self.greeted = False
        self._reader = threading.Thread(target=self._read, name=f"client-{number}-reader", daemon=True)
        self._sender = threading.Thread(target=self._send, name=f"client-{number}-sender", daemon=True)

    def start(self) -> None:
        self._reader.start()

    def put(self, message: bytes) -> None:
        """Send a message in its turn. Never blocks the caller.

        Waking the sending thread costs more than most messages do, so that it only gets what cannot be sent
        at once.
        """
        with self._changed:
            if self._ended:
                return
            if not self._waiting and not self._sending and self._sent_at_once(message):
                return
            self._waiting.append(message)
            stuck = len(self._waiting) > MAX_WAITING
            self._changed.notify()
        if stuck:
            self.end()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._wire.cut()

    def join(self) -> None:
        self._reader.join()

    def _sent_at_once(self, message: bytes) -> bool:
        try:
            if not self._wire.takes_at_once(len(message)):
                return False
            self._wire.send(message)
        except OSError:
            # The reader notices as well, and ends this client.
            self._wire.cut()
        return True

    def _read(self) -> None:
        try:
            self._wire.handshake(self._host.key, listening=True)
            self._host.greet(self)
            self._sender.start()
            while True:
                self.put(self._host.answer(self._wire.receive()))
        except (EOFError, OSError, AuthenticationError) as error:
            log.info("a client left: %s", str(error) or type(error).__name__)
        finally:
            self.end()
            if self._sender.ident is not None:
                self._sender.join()
            self._wire.close()
            self._host.forget(self)

    def _send(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._ended:
                    self._changed.wait()
                if self._ended:
                    return
                message = self._waiting.popleft()
                self._sending = True
            try:
                self._wire.send(message)
            except OSError:
                self._wire.cut()
                return
            with self._changed:
                self._sending = False


class WorkerHost:
    """Listens for clients, answers their requests and tells all of them about events.

    ``handler`` is called with the undecoded command on a client's own thread and returns what msgspec can
    encode; a ``RoomtoneError`` that it raises goes to the client, any other exception goes to the log.
    ``greeting`` returns the events that a new client needs to know the present state. The caller is the only
    worker of that name: whatever an earlier one left behind is removed.
    """

    def __init__(self, home: Home, name: str, handler: Handler, greeting: Callable[[], list[Any]]) -> None:
        self._home = home
        self._name = name
        self._handler = handler
        self._greeting = greeting
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()
        self._clients: set[_Client] = set()
        self._numbers = 0
        self._closing = False
        protocol.remove_leftovers(home, name)
        self.key = protocol.make_key(home, name)
        self._address = protocol.socket_address(home, name)
        self._listener = Listener(self._address, family="AF_PIPE" if os.name == "nt" else "AF_UNIX", backlog=16)
        self._thread = threading.Thread(target=self._accept, name=f"{name}-listener", daemon=True)

    def start(self) -> None:
        """Accept clients from now on, and say where."""
        self._thread.start()
        where = protocol.Address(protocol.VERSION, os.getpid(), self._address)
        atomic_write(protocol.address_file(self._home, self._name), msgspec.json.encode(where), mode=0o600)

    @property
    def clients(self) -> int:
        """How many clients have proved who they are and are connected."""
        with self._lock:
            return sum(client.greeted for client in self._clients)

    def publish(self, event: Any) -> None:
        """Tell every client. Never blocks and never raises for a client's sake."""
        with self._lock:
            clients = [client for client in self._clients if client.greeted]
        if not clients:
            return
        message = self._event(event)
        for client in clients:
            client.put(message)

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._closing = True
        with contextlib.suppress(OSError, EOFError):
            # Wakes the thread that waits in accept().
            Client(self._address, family="AF_PIPE" if os.name == "nt" else "AF_UNIX").close()
        self._thread.join()
        self._listener.close()
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.end()
        for client in clients:
            client.join()
        protocol.address_file(self._home, self._name).unlink(missing_ok=True)

    def __enter__(self) -> WorkerHost:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What the connected clients call.

    def greet(self, client: _Client) -> None:
        """Send the present state to a client that has proved who it is; events follow it."""
        with self._lock:
            for event in self._greeting():
                client.put(self._event(event))
            client.greeted = True

    def forget(self, client: _Client) -> None:
        with self._lock:
            self._clients.discard(client)

    def answer(self, message: bytes) -> bytes:
        """Return the reply to one request, whatever it is."""
        number = 0
        try:
            request = decode(message, protocol.Request)
            number = request.id
            if request.v != protocol.VERSION:
                raise _wrong_version(request.v)
            result = self._encoder.encode(self._handler(request.do))
            frame = protocol.Frame(protocol.VERSION, number, ok=msgspec.Raw(result))
        except RoomtoneError as error:
            frame = protocol.Frame(protocol.VERSION, number, error=error.problem)
        except msgspec.DecodeError as error:
            problem = Problem("bad-message", "The message was not understood", str(error), "Update Roomtone")
            frame = protocol.Frame(protocol.VERSION, number, error=problem)
        except Exception:
            # The boundary: a bug in one command must not end the worker.
            log.exception("a command failed")
            frame = protocol.Frame(protocol.VERSION, number, error=unexpected("carrying out a command").problem)
        return self._encoder.encode(frame)

    def _event(self, event: Any) -> bytes:
        raw = msgspec.Raw(self._encoder.encode(event))
        return self._encoder.encode(protocol.Frame(protocol.VERSION, event=raw))

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError) as error:
                if self._closing:
                    return
                log.warning("could not accept a client: %s", error)
                continue
            wire = Wire(connection)
            with self._lock:
                full = len(self._clients) >= MAX_CLIENTS
                if not full and not self._closing:
                    self._numbers += 1
                    client = _Client(self, wire, self._numbers)
                    self._clients.add(client)
            if full or self._closing:
                wire.close()
                if self._closing:
                    return
                continue
            client.start()


def _wrong_version(version: int) -> RoomtoneError:
    return RoomtoneError(
        "other-version",
        "Two versions of Roomtone met",
        f"One speaks version {version} of the local protocol, the other {protocol.VERSION}",
        "Close Roomtone, wait for the take to end, and start it again",
    )
