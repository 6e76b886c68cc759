"""Expiry: what nobody finishes is ended, and what was left half done is finished."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import UploadRecord, UploadState
from roomtone.server.services.sealing import Sealer
from roomtone.server.storage.contract import Storage
from roomtone.server.threads import Threads
from roomtone.server.uploads.live import LiveUpload, LiveUploads

log = logging.getLogger(__name__)

# An upload expires this long after its last byte.
EXPIRY: Final = timedelta(days=14)
# So many times that long, an ended upload is remembered, to be answered with *gone* rather than *unknown*.
_REMEMBERED: Final = 4


def expires(record: UploadRecord, touched: datetime | None, expiry: timedelta) -> datetime:
    """Return when an unfinished upload expires whose last bytes were committed at ``touched``."""
    return (touched or record.created) + expiry


class Sweeper:
    """Goes through all uploads once in a while. Used on the event loop."""

    def __init__(
        self,
        repository: Repository,
        storage: Storage,
        live: LiveUploads,
        sealer: Sealer,
        threads: Threads,
        clock: Clock,
        expiry: timedelta,
    ) -> None:
        self._repository = repository
        self._storage = storage
        self._live = live
        self._sealer = sealer
        self._threads = threads
        self._clock = clock
        self._expiry = expiry

    async def sweep(self) -> int:
        """End what expired, finish what was left half done; return how many uploads were ended."""
        now = self._clock.now()
        ended = 0
        for record in await self._threads.run(self._repository.uploads, {UploadState.RECEIVING, UploadState.SEALING}):
            progress = await self._threads.run(self._storage.progress, record.id)
            complete = bool(record.filename) and record.length == progress.committed
            expired = expires(record, progress.touched, self._expiry) < now
            if expired or complete or record.state is UploadState.SEALING:
                ended += await self._try(record.id, now)
        for record in await self._threads.run(self._repository.uploads, {UploadState.SEALED}):
            if record.created + self._expiry < now:
                await self._threads.run(self._repository.end_upload, record.id)
        await self._threads.run(self._repository.forget_uploads, now - _REMEMBERED * self._expiry)
        return ended

    def discard_orphans(self) -> int:
        """Remove staged bytes that no upload owns; return how many. Call before the first request. Blocks."""
        owned = self._repository.uploads({UploadState.RECEIVING, UploadState.SEALING})
        orphans = set(self._storage.staged()) - {record.id for record in owned}
        for upload in sorted(orphans):
            self._storage.discard(upload)
        return len(orphans)

    async def _try(self, upload: str, now: datetime) -> int:
        try:
            async with self._live.hold(upload) as live:
                return await self._sweep_held(upload, live, now)
        except RoomtoneError as error:
            log.error("an upload could not be swept: %s", error)
            return 0

    async def _sweep_held(self, upload: str, live: LiveUpload, now: datetime) -> int:
        """Decide again, now that nobody else works on it."""
        record = await self._threads.run(self._repository.upload, upload)
        if record is None or record.state is UploadState.GONE:
            return 0
        progress = await self._threads.run(self._storage.progress, upload)
        if record.state is UploadState.SEALING or (record.filename and record.length == progress.committed):
            await self._sealer.seal_own(record, live)
        elif record.state is UploadState.RECEIVING and expires(record, progress.touched, self._expiry) < now:
            live.close()
            await self._threads.run(self._repository.end_upload, upload)
            await self._threads.run(self._storage.discard, upload)
            return 1
        return 0
