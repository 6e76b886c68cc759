"""Where PulseAudio, or PipeWire in its place, leads a recording: it may take a stream elsewhere without a word.

When a source goes, PulseAudio moves its streams to another one, often the monitor of what is played. PortAudio hears
nothing of that: samples keep coming. libpulse, by which such a stream came to be, tells it to whoever asks.
Source: PulseAudio's introspection API, https://freedesktop.org/software/pulseaudio/doxygen/introspect_8h.html
"""

from __future__ import annotations

import ctypes
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from roomtone.foundation.clock import Clock

log = logging.getLogger(__name__)
T = TypeVar("T")

_LIBRARY: Final = "libpulse.so.0"
_NO_AUTOSPAWN: Final = 1
_READY: Final = 4
_RUNNING: Final = 0
# Nobody waits longer than this for an answer, and after a failure it is not tried again before that.
_ANSWER_SECONDS: Final = 0.25
_AGAIN_SECONDS: Final = 10.0
_POLL_MICROSECONDS: Final = 50_000


class _Client(ctypes.Structure):
    """The beginning of ``pa_client_info``."""

    _fields_ = (
        ("index", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("owner_module", ctypes.c_uint32),
        ("driver", ctypes.c_char_p),
        ("properties", ctypes.c_void_p),
    )


class _Stream(ctypes.Structure):
    """The beginning of ``pa_source_output_info``."""

    _fields_ = (
        ("index", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("owner_module", ctypes.c_uint32),
        ("client", ctypes.c_uint32),
        ("source", ctypes.c_uint32),
    )


class _Source(ctypes.Structure):
    """The beginning of ``pa_source_info``."""

    _fields_ = (("name", ctypes.c_char_p), ("index", ctypes.c_uint32), ("description", ctypes.c_char_p))


class _NoAnswerError(Exception):
    """There is no PulseAudio, or it does not answer."""


class PulseRoute:
    """The route of the one stream that this process records from PulseAudio. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pulse: _Pulse | None = None
        self._failed = -_AGAIN_SECONDS
        self._first = ""

    def elsewhere(self) -> str:
        """Return the name, for people, of what is recorded from in place of what was at first; "" while that is so.

        It costs a tenth of a millisecond, and at most a quarter of a second where nobody answers.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._pulse is None and now - self._failed < _AGAIN_SECONDS:
                return ""
            try:
                if self._pulse is None:
                    self._pulse = _Pulse(self._clock)
                found = self._pulse.source_of(os.getpid())
            except (_NoAnswerError, OSError) as error:
                log.info("where the input comes from is not known: %s", error)
                self._failed = now
                self._let_go()
                return ""
        if found is None:
            return ""
        name, description = found
        self._first = self._first or name
        return "" if name == self._first else description

    def close(self) -> None:
        """Let go of PulseAudio."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._pulse is not None:
            self._pulse.close()
            self._pulse = None


class _Pulse:
    """A connection to PulseAudio, driven by whoever asks."""

    def __init__(self, clock: Clock) -> None:
        """Connect. Raises ``OSError`` without libpulse and ``_NoAnswerError`` without PulseAudio."""
        self._clock = clock
        self._library = _load()
        self._loop = self._library.pa_mainloop_new()
        self._context = self._library.pa_context_new(self._library.pa_mainloop_get_api(self._loop), b"Roomtone")
        try:
            if self._library.pa_context_connect(self._context, None, _NO_AUTOSPAWN, None) < 0:
                raise _NoAnswerError("no connection")
            self._turn_until(lambda: self._state() >= _READY)
            if self._state() != _READY:
                raise _NoAnswerError("refused")
        except _NoAnswerError:
            self.close()
            raise

    def source_of(self, pid: int) -> tuple[str, str] | None:
        """Return the name and description of what a process records from. Raises ``_NoAnswerError``."""
        clients = dict(self._list("client", _Client, self._client))
        for client, source in self._list("source_output", _Stream, lambda found: (found.client, found.source)):
            if clients.get(client) == str(pid).encode():
                known = {index: rest for index, *rest in self._list("source", _Source, _source)}
                if source in known:
                    name, description = known[source]
                    return name, description
        return None

    def close(self) -> None:
        """Disconnect."""
        self._library.pa_context_disconnect(self._context)
        self._library.pa_context_unref(self._context)
        self._library.pa_mainloop_free(self._loop)

    def _client(self, found: Any) -> tuple[int, bytes]:
        said = self._library.pa_proplist_gets(found.properties, b"application.process.id")
        return found.index, said or b""

    def _state(self) -> int:
        state: int = self._library.pa_context_get_state(self._context)
        return state

    def _list(self, what: str, kind: type[ctypes.Structure], read: Callable[[Any], T]) -> list[T]:
        found: list[T] = []
        callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(kind), ctypes.c_int, ctypes.c_void_p)

        def take(context: int, one: Any, end: int, data: int) -> None:
            del context, data
            if not end:
                found.append(read(one.contents))

        kept = callback(take)
        ask = getattr(self._library, f"pa_context_get_{what}_info_list")
        ask.argtypes, ask.restype = [ctypes.c_void_p, callback, ctypes.c_void_p], ctypes.c_void_p
        operation = ask(self._context, kept, None)
        if not operation:
            raise _NoAnswerError("the connection is lost")
        try:
            self._turn_until(lambda: self._library.pa_operation_get_state(operation) != _RUNNING)
        finally:
            # The callback must not be called any more once it is gone.
            self._library.pa_operation_cancel(operation)
            self._library.pa_operation_unref(operation)
        return found

    def _turn_until(self, done: Callable[[], bool]) -> None:
        deadline = self._clock.monotonic() + _ANSWER_SECONDS
        while not done():
            if self._clock.monotonic() > deadline:
                raise _NoAnswerError("no answer")
            if (
                self._library.pa_mainloop_prepare(self._loop, _POLL_MICROSECONDS) < 0
                or self._library.pa_mainloop_poll(self._loop) < 0
                or self._library.pa_mainloop_dispatch(self._loop) < 0
            ):
                raise _NoAnswerError("the connection is lost")


def _source(found: Any) -> tuple[int, str, str]:
    name, description = (found.name or b"").decode("utf-8", "replace"), (found.description or b"")
    return found.index, name, description.decode("utf-8", "replace") or name


def _load() -> Any:
    """Return libpulse with the types of what is called. Raises ``OSError`` where there is none."""
    library = ctypes.CDLL(_LIBRARY)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
        ("pa_mainloop_new", pointer, []),
        ("pa_mainloop_get_api", pointer, [pointer]),
        ("pa_mainloop_prepare", ctypes.c_int, [pointer, ctypes.c_int]),
        ("pa_mainloop_poll", ctypes.c_int, [pointer]),
        ("pa_mainloop_dispatch", ctypes.c_int, [pointer]),
        ("pa_mainloop_free", None, [pointer]),
        ("pa_context_new", pointer, [pointer, text]),
        ("pa_context_connect", ctypes.c_int, [pointer, text, ctypes.c_int, pointer]),
        ("pa_context_get_state", ctypes.c_int, [pointer]),
        ("pa_context_disconnect", None, [pointer]),
        ("pa_context_unref", None, [pointer]),
        ("pa_operation_get_state", ctypes.c_int, [pointer]),
        ("pa_operation_cancel", None, [pointer]),
        ("pa_operation_unref", None, [pointer]),
        ("pa_proplist_gets", text, [pointer, text]),
    ):
        call = getattr(library, name)
        call.restype, call.argtypes = result, arguments
    return library
