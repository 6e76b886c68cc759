"""Everybody else's side: call a worker, and hear what it tells."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing import AuthenticationError
from typing import Any, TypeVar

import msgspec

from roomtone.foundation.decoding import decode, decoder_of
from roomtone.foundation.errors import WorldError, from_problem
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import connection, protocol

log = logging.getLogger(__name__)
T = TypeVar("T")

CALL_SECONDS = 20.0


class WorkerGoneError(WorldError):
    """The worker ended, or cannot be reached."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "worker-gone",
            f"The {name} worker is not running",
            "Its process ended",
            "It is started again by itself; recordings are recovered at the next start",
        )


class WorkerClient:
    """A connection to one worker.

    ``on_event`` is called on the client's own thread for every event, undecoded; ``on_lost`` once, when the
    worker is gone. Neither may block.
    """

    def __init__(
        self,
        name: str,
        wire: connection.Wire,
        on_event: Callable[[msgspec.Raw], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._name = name
        self._wire = wire
        self._on_event = on_event
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._calls: dict[int, Future[msgspec.Raw]] = {}
        self._numbers = 0
        self._gone = False
        self._thread = threading.Thread(target=self._read, name=f"{name}-events", daemon=True)
        self._thread.start()

    def call(self, command: Any, kind: type[T], seconds: float = CALL_SECONDS) -> T:
        """Send ``command`` and return its typed result.

        Raises what the worker raised, ``WorkerGoneError``, or ``WorldError`` after ``seconds`` without an answer.
        """
        future: Future[msgspec.Raw] = Future()
        with self._lock:
            if self._gone:
                raise WorkerGoneError(self._name)
            self._numbers += 1
            number = self._numbers
            self._calls[number] = future
        request = protocol.Request(protocol.VERSION, number, msgspec.Raw(msgspec.json.encode(command)))
        try:
            self._wire.send(msgspec.json.encode(request))
            raw = future.result(seconds)
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise WorldError(
                    "worker-slow",
                    f"The {self._name} worker does not answer",
                    f"Nothing came back within {seconds:.0f} s",
                    "Wait a moment and try again",
                ) from error
            raise WorkerGoneError(self._name) from error
        finally:
            with self._lock:
                self._calls.pop(number, None)
        return decode(raw, kind)

    def close(self) -> None:
        """End the connection; the worker goes on."""
        self._wire.cut()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _read(self) -> None:
        decoder = decoder_of(protocol.Frame)
        try:
            while True:
                self._dispatch(decoder.decode(self._wire.receive()))
        except (EOFError, OSError):
            pass
        except msgspec.DecodeError:
            log.exception("the %s worker sent what is no frame", self._name)
        finally:
            with self._lock:
                self._gone = True
                calls = list(self._calls.values())
            for future in calls:
                future.set_exception(WorkerGoneError(self._name))
            self._wire.cut()
            self._wire.close()
            self._on_lost()

    def _dispatch(self, frame: protocol.Frame) -> None:
        if not frame.id:
            if bytes(frame.event):
                self._on_event(frame.event)
            return
        with self._lock:
            future = self._calls.pop(frame.id, None)
        if future is None:
            return
        if frame.error is not None:
            future.set_exception(from_problem(frame.error))
        else:
            future.set_result(frame.ok)


def find(home: Home, name: str) -> protocol.Address | None:
    """Return where the worker ``name`` says it listens, without trying it."""
    try:
        raw = protocol.address_file(home, name).read_bytes()
        return decode(raw, protocol.Address)
    except (OSError, msgspec.DecodeError):
        return None


def attach(
    home: Home, name: str, on_event: Callable[[msgspec.Raw], None], on_lost: Callable[[], None]
) -> WorkerClient | None:
    """Connect to the running worker ``name``; return ``None`` when none runs."""
    where = find(home, name)
    if where is None:
        return None
    try:
        wire = connection.connect(where.address, protocol.read_key(home, name))
    except (OSError, EOFError, AuthenticationError):
        return None
    return WorkerClient(name, wire, on_event, on_lost)
