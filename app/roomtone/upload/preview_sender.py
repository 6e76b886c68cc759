"""Sends the previews that wait, each when its take is on a shared server, one after another and after the takes."""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.arrivals import Arrivals
from roomtone.upload.core_events import Answer
from roomtone.upload.http import Endpoint, Transport, TransportError, refused, unreachable
from roomtone.upload.place import Place
from roomtone.upload.replica.exchange import is_of_the_line
from roomtone.wire import api, previews
from roomtone.wire.digest import digest_of
from roomtone.wire.tus import OFFSET_TYPE, UPLOADS, VERSION, format_metadata, parse_number

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 5.0
_BODY: Final = 256 * 1024


class PreviewSender:
    """One thread of its own. A preview is removed here when the server has it; a take without one is none the worse.

    ``paused`` says whether anything may be sent now, ``cap`` how many bytes a second, 0 for any number.
    """

    def __init__(
        self,
        folder: Path,
        place: Place,
        transport: Transport,
        arrivals: Arrivals,
        clock: Clock,
        paused: Callable[[], bool],
        cap: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._place = place
        self._transport = transport
        self._arrivals = arrivals
        self._clock = clock
        self._paused = paused
        self._cap = cap
        # What the server would not have; the next start asks again.
        self._refused: set[str] = set()
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="previews", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether a preview can be sent."""
        return bool(self._due())

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; a request on its way is not waited for."""
        self._ending = True
        self._wake.set()

    def _run(self) -> None:
        while not self._ending:
            for take, file in self._due():
                if not self._may_send() or not self._try(take, file):
                    break
            self._clock.wait(self._wake, LOOK_SECONDS)

    def _may_send(self) -> bool:
        return not self._ending and not self._paused()

    def _due(self) -> list[tuple[str, Path]]:
        """Return the previews of takes that a shared server has: nobody else looks at what is only here."""
        joined = self._place.joined
        try:
            waiting = sorted(self._folder.iterdir()) if joined is not None else []
        except OSError:
            # Nothing waits, or the disk is in trouble; whoever brings takes to the server must not hear of it.
            return []
        found = []
        for folder in waiting:
            if joined is not None and folder.name not in self._refused and self._arrivals.has(joined.url, folder.name):
                found += [(folder.name, folder / name) for name in previews.MEDIA if (folder / name).exists()]
        return found

    def _try(self, take: str, file: Path) -> bool:
        """Send one; return whether to go on with the next."""
        try:
            self._send(take, file)
        except (RoomtoneError, TransportError) as error:
            log.info("the preview of %s was not sent: %s", take, error)
            if isinstance(error, TransportError) or is_of_the_line(error):
                return False
            self._refused.add(take)
        except OSError as error:
            log.info("the preview of %s cannot be read: %s", take, error)
            self._refused.add(take)
        return True

    def _send(self, take: str, file: Path) -> None:
        told = self._place.call("GET", f"/api/takes/{take}", api.Take)
        if not told.sealed:
            return
        if previews.preview_of(told) is None:
            data = file.read_bytes()
            new = api.NewTake(told.project, told.title, [api.NewTrack(file.name, previews.MEDIA[file.name])])
            self._place.call("PUT", f"/api/takes/{take}", api.Take, new)
            if not self._upload(take, file.name, data):
                return
            seal = api.SealTrack(len(data), digest_of(data))
            self._place.call("POST", f"/api/takes/{take}/tracks/{file.name}/seal", api.Track, seal)
            log.info("the preview of %s was sent", take)
        file.unlink()
        file.parent.rmdir()

    def _upload(self, take: str, name: str, data: bytes) -> bool:
        """Bring the bytes to the server; return ``False`` where this was broken off."""
        about = {"take": take, "track": name, "filename": name, "filetype": previews.MEDIA[name]}
        headers: tuple[tuple[str, str], ...] = (
            ("Upload-Length", str(len(data))),
            ("Upload-Metadata", format_metadata(about)),
        )
        created = self._ask("POST", UPLOADS, headers)
        path = urlsplit(created.headers.get("location", "")).path
        # Another try may have brought some of it already.
        offset = _offset(self._ask("HEAD", path))
        while offset < len(data):
            if not self._may_send():
                return False
            part = data[offset : offset + _BODY]
            checksum = base64.b64encode(hashlib.sha256(part).digest()).decode()
            headers = (
                ("Upload-Offset", str(offset)),
                ("Upload-Checksum", f"sha256 {checksum}"),
                ("Content-Type", OFFSET_TYPE),
            )
            offset = _offset(self._ask("PATCH", path, headers, part))
            if self._cap():
                self._clock.wait(self._wake, len(part) / self._cap())
        return True

    def _ask(self, method: str, path: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> Answer:
        def act(endpoint: Endpoint) -> Answer:
            try:
                return self._transport.send(endpoint, method, path, (("Tus-Resumable", VERSION), *headers), body)
            except TransportError as error:
                raise unreachable(error) from error

        answer = self._place.with_endpoint(act)
        if not 200 <= answer.status < 300:
            raise refused(answer)
        return answer


def _offset(answer: Answer) -> int:
    try:
        return parse_number(answer.headers.get("upload-offset", ""))
    except ValueError:
        raise refused(answer) from None
