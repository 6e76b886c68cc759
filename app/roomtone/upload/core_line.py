"""What all takes share: the line to the server, its pace, and the numbering of requests."""

from __future__ import annotations

from random import Random
from typing import Final

from roomtone.upload.core_events import FileRange, Purpose, Request
from roomtone.upload.core_pace import Backoff, BodySize, Budget
from roomtone.wire.tus import VERSION

# A request has this long, and longer by what its body takes on the slowest line that is worth using.
DEADLINE_SECONDS: Final = 40.0
SLOWEST_BYTES_PER_SECOND: Final = 8 << 10

_TUS: Final = (("Tus-Resumable", VERSION),)
_JSON: Final = (("Content-Type", "application/json"),)


class Line:
    """The shared part of the core. Holds no socket: only what is known about the way to the server."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._numbers = 0
        self.sizes = BodySize()
        self.budget = Budget()

    def backoff(self) -> Backoff:
        """Return a new back-off that shares the source of randomness."""
        return Backoff(self._random)

    def json(self, take: str, track: str, purpose: Purpose, method: str, path: str, body: bytes, now: float) -> Request:
        """Make a request with a JSON body."""
        return self._make(take, track, purpose, method, path, now, _JSON, body)

    def tus(
        self,
        take: str,
        track: str,
        purpose: Purpose,
        method: str,
        path: str,
        now: float,
        headers: tuple[tuple[str, str], ...] = (),
        part: FileRange | None = None,
    ) -> Request:
        """Make a request of the upload protocol."""
        return self._make(take, track, purpose, method, path, now, _TUS + headers, b"", part)

    def _make(
        self,
        take: str,
        track: str,
        purpose: Purpose,
        method: str,
        path: str,
        now: float,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        part: FileRange | None = None,
    ) -> Request:
        self._numbers += 1
        size = part.size if part else len(body)
        deadline = now + DEADLINE_SECONDS + size / SLOWEST_BYTES_PER_SECOND
        return Request(self._numbers, take, track, purpose, method, path, deadline, headers, body, part)
