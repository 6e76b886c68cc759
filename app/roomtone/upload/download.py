"""Fetching a sealed track: ranges to go on with a part, and the digest before the file gets its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Final

from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.files import sync_data, sync_directory
from roomtone.upload.core_events import Answer, Failure
from roomtone.upload.http import Endpoint, Transport, TransportError, refused, unreachable
from roomtone.upload.messages import Downloaded
from roomtone.wire.digest import Digest

# A connection that breaks is opened again as long as it brings something.
FRUITLESS: Final = 3


class _PartFile:
    """The part of a download that is there, and its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = Digest()
        while block := file.read(1 << 20):
            self.digest.update(block)

    def begin(self, answer: Answer) -> None:
        """A server that sends everything, although a range was asked for, makes the part begin anew."""
        if answer.status != 206:
            self._file.seek(0)
            self._file.truncate()
            self.digest = Digest()

    def take(self, data: bytes) -> None:
        """Append what came."""
        self._file.write(data)
        self.digest.update(data)


def download(transport: Transport, endpoint: Endpoint, take: str, track: str, to: Path) -> Downloaded:
    """Fetch a track into ``to``; see ``messages.Download``. Raises ``RoomtoneError``; the part stays for next time."""
    part = to.with_name(f"{to.name}.part")
    try:
        fd = os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        with os.fdopen(fd, "r+b") as file:
            expected, digest = _fetch(transport, endpoint, f"/api/takes/{take}/tracks/{track}", file)
            file.flush()
            sync_data(file.fileno())
        if digest.text() != expected:
            part.unlink()
            raise WorldError(
                "download-differs",
                "The downloaded track differs from the one on the server",
                "It was damaged on its way, or a part from an earlier try did not fit",
                "Try again; it begins from the start",
            )
        part.replace(to)
        sync_directory(to.parent)
    except OSError as error:
        raise from_os_error(error, "downloading a track") from error
    return Downloaded(str(to), digest.length, expected)


def _fetch(transport: Transport, endpoint: Endpoint, path: str, file: IO[bytes]) -> tuple[str, Digest]:
    sink = _PartFile(file)
    fruitless = 0
    while True:
        before = sink.digest.length
        headers = (("Range", f"bytes={before}-"),) if before else ()
        try:
            answer = transport.download(endpoint, path, headers, sink)
            if answer.status == 416:
                # Nothing lies behind the part: it is whole, or it is none of this track. Its digest tells.
                answer = transport.send(endpoint, "HEAD", path)
            break
        except TransportError as error:
            fruitless = 0 if sink.digest.length > before else fruitless + 1
            if error.why is not Failure.CUT or fruitless >= FRUITLESS:
                raise unreachable(error) from error
    if not 200 <= answer.status < 300:
        raise refused(answer)
    return answer.headers.get("etag", "").strip('"'), sink.digest
