"""HTTP, with a deadline on everything: the only module that holds sockets to a server."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import requests.auth
import urllib3.exceptions

from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import BugError, RoomtoneError, WorldError
from roomtone.takes.overflow import read_track
from roomtone.upload.core_events import Answer, Failure
from roomtone.upload.core_problems import NOT_ROOMTONE, OFFLINE, SIGNED_OUT, UNTRUSTED, refusal, said

T = TypeVar("T")

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
# A document is never larger; a server that sends more is cut off.
MAX_ANSWER: Final = 16 << 20
# The time limit for sending holds for one such block, so that a slow line is not taken for a dead one.
BLOCK: Final = 64 << 10


@dataclass(frozen=True)
class Endpoint:
    """A server as it is reached now. ``embedded``: it belongs to this home and listens on this computer only."""

    url: str
    token: str
    embedded: bool


class TransportError(Exception):
    """No answer came. ``why`` is for the protocol, ``detail`` for people."""

    def __init__(self, why: Failure, detail: str) -> None:
        super().__init__(detail)
        self.why: Final = why
        self.detail: Final = detail


class UnreadableError(Exception):
    """A file could not be read while it was sent."""


class FileBody:
    """Bytes of a track as a body: read block by block, so that a large body needs no memory.

    What the disk of the track had no room for is read from its overflow; see ``takes.overflow``.
    """

    def __init__(self, path: Path, offset: int, size: int) -> None:
        self._path = path
        self._offset = offset
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """Go through the blocks. Raises ``UnreadableError``, also when the file is shorter than it should be."""
        left = self._size
        try:
            for block in read_track(self._path, self._offset, left, BLOCK):
                left -= len(block)
                yield block
        except OSError as error:
            raise UnreadableError(f"{self._path.name}: {error.strerror}") from error
        if left:
            raise UnreadableError(f"{self._path.name} is shorter than its journal says")


Body = bytes | FileBody


class Transport(Protocol):
    """Sends one request and returns the answer, whatever its status.

    The caller may use it from many threads; each call blocks for at most the time limits and raises
    ``TransportError`` or ``UnreadableError``. Redirects are answers: a token never goes where nobody sent it.
    """

    def send(
        self, endpoint: Endpoint, method: str, path: str, headers: tuple[tuple[str, str], ...] = (), body: Body = b""
    ) -> Answer:
        """Send a request to a path of the server."""

    def download(self, endpoint: Endpoint, path: str, headers: tuple[tuple[str, str], ...], sink: Sink) -> Answer:
        """Get a body that may be large; a 2xx one goes to ``sink`` and leaves the answer's body empty."""


class Sink(Protocol):
    """Where downloaded bytes go."""

    def begin(self, answer: Answer) -> None:
        """The headers are here; bytes follow when the status is 2xx."""

    def take(self, data: bytes) -> None:
        """More bytes. An exception from here ends the download."""


class _Bearer(requests.auth.AuthBase):
    """Signs requests itself, because ``requests`` would otherwise prefer what a .netrc says."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class RequestsTransport:
    """``Transport`` over ``requests``: one kept-alive session for each thread and server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._own = threading.local()

    def send(
        self, endpoint: Endpoint, method: str, path: str, headers: tuple[tuple[str, str], ...] = (), body: Body = b""
    ) -> Answer:
        """Send a request to a path of the server."""
        response = self._request(endpoint, method, path, headers, body)
        with response:
            data = b"".join(self._blocks(response, MAX_ANSWER))
        return _answer(response, data)

    def download(self, endpoint: Endpoint, path: str, headers: tuple[tuple[str, str], ...], sink: Sink) -> Answer:
        """Get a body that may be large; a 2xx one goes to ``sink`` and leaves the answer's body empty."""
        response = self._request(endpoint, "GET", path, headers, b"")
        with response:
            if not 200 <= response.status_code < 300:
                return _answer(response, b"".join(self._blocks(response, MAX_ANSWER)))
            answer = _answer(response, b"")
            sink.begin(answer)
            for block in self._blocks(response, None):
                sink.take(block)
        return answer

    def _request(
        self, endpoint: Endpoint, method: str, path: str, headers: tuple[tuple[str, str], ...], body: Body
    ) -> requests.Response:
        session = self._session(endpoint.url)
        try:
            return session.request(
                method,
                endpoint.url + path,
                headers=dict(headers),
                data=body or None,
                auth=_Bearer(endpoint.token),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _converted(error) from error

    def _blocks(self, response: requests.Response, limit: int | None) -> Iterator[bytes]:
        """Go through the body. A small one has a deadline as a whole, a download only from block to block."""
        deadline = self._clock.monotonic() + READ_SECONDS
        total = 0
        try:
            for block in response.iter_content(BLOCK):
                total += len(block)
                if limit is not None and (total > limit or self._clock.monotonic() > deadline):
                    raise TransportError(Failure.TIMEOUT, "the answer was too long in coming, or too large")
                yield block
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _converted(error) from error

    def _session(self, url: str) -> requests.Session:
        if getattr(self._own, "url", None) != url:
            session = requests.Session()
            # The system's proxies are for the network; they must never see what is said to this computer itself.
            session.trust_env = not is_loopback(url)
            session.headers.clear()
            session.headers["User-Agent"] = "roomtone"
            session.headers["Accept-Encoding"] = "identity"
            self._own.session = session
            self._own.url = url
        found: requests.Session = self._own.session
        return found


def is_loopback(url: str) -> bool:
    """Return whether an address can only be this computer."""
    host = ""
    try:
        host = urlsplit(url).hostname or ""
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answer(response: requests.Response, body: bytes) -> Answer:
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


def _converted(error: Exception) -> TransportError:
    why = Failure.CUT
    if isinstance(error, requests.exceptions.SSLError):
        why = Failure.UNTRUSTED
    elif isinstance(error, requests.exceptions.ConnectTimeout) or "NewConnectionError" in repr(error):
        # ``requests`` wraps urllib3's error twice; its name is what is left of it.
        why = Failure.UNREACHABLE
    elif isinstance(error, requests.exceptions.Timeout):
        why = Failure.TIMEOUT
    elif isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        why = Failure.UNREACHABLE
    return TransportError(why, type(error).__name__)


def call(transport: Transport, endpoint: Endpoint, method: str, path: str, kind: type[T], document: object = None) -> T:
    """Send a document, or nothing, and return the typed one that comes back.

    All requests of the API may be repeated, so one whose connection broke is.

    Raises ``RoomtoneError`` with what the server said, or why it could not be asked.
    """
    answer = _asked(transport, endpoint, method, path, document)
    try:
        return decode(answer.body, kind)
    except msgspec.DecodeError as error:
        raise WorldError(NOT_ROOMTONE.code, NOT_ROOMTONE.title, NOT_ROOMTONE.detail, NOT_ROOMTONE.remedy) from error


def call_for_nothing(transport: Transport, endpoint: Endpoint, method: str, path: str, document: object = None) -> None:
    """Send a document, or nothing, where the answer has no body. Raises like ``call``."""
    _asked(transport, endpoint, method, path, document)


def _asked(transport: Transport, endpoint: Endpoint, method: str, path: str, document: object) -> Answer:
    headers = (("Content-Type", "application/json"),) if document is not None else ()
    body = msgspec.json.encode(document) if document is not None else b""
    try:
        try:
            answer = transport.send(endpoint, method, path, headers, body)
        except TransportError as error:
            if error.why is not Failure.CUT:
                raise
            answer = transport.send(endpoint, method, path, headers, body)
    except TransportError as error:
        raise unreachable(error) from error
    if not 200 <= answer.status < 300:
        raise refused(answer)
    return answer


def unreachable(error: TransportError) -> RoomtoneError:
    """Return what a person is told when no answer came."""
    problem = UNTRUSTED if error.why is Failure.UNTRUSTED else OFFLINE
    return WorldError(problem.code, problem.title, problem.detail, problem.remedy)


def refused(answer: Answer) -> RoomtoneError:
    """Return what a person is told when a server refused."""
    problem = SIGNED_OUT if answer.status == 401 else said(refusal(answer), NOT_ROOMTONE)
    kind = BugError if problem.ours else WorldError
    return kind(problem.code, problem.title, problem.detail, problem.remedy)
