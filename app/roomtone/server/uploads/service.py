"""The life of an upload: created, appended to, looked at, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.server.asgi import Incoming
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import Concat, UploadRecord, UploadState
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access, Visitor
from roomtone.server.services.quota import Quota
from roomtone.server.services.sealing import Sealer
from roomtone.server.storage.contract import Storage
from roomtone.server.threads import Threads
from roomtone.server.uploads.headers import Appending, Checksum, Creation
from roomtone.server.uploads.intake import Intake
from roomtone.server.uploads.joining import join
from roomtone.server.uploads.live import LiveUpload, LiveUploads
from roomtone.server.uploads.planning import Planner
from roomtone.server.uploads.receiving import Ending, Receiver
from roomtone.server.uploads.sweeping import expires
from roomtone.wire.tus import MAX_UPLOAD_BYTES

_CUTS: Final = {
    Ending.TAKEN_OVER: "upload-taken-over",
    Ending.SILENT: "upload-silent",
}


@dataclass(frozen=True)
class Standing:
    """An upload as a client may see it; ``expires`` while it is unfinished."""

    record: UploadRecord
    offset: int
    expires: datetime | None


class Uploads:
    """All uploads. Used on the event loop; whatever blocks goes to the threads."""

    def __init__(
        self,
        repository: Repository,
        storage: Storage,
        access: Access,
        planner: Planner,
        live: LiveUploads,
        sealer: Sealer,
        threads: Threads,
        clock: Clock,
        expiry: timedelta,
        quota: Quota,
    ) -> None:
        self._quota = quota
        self._repository = repository
        self._storage = storage
        self._access = access
        self._planner = planner
        self._live = live
        self._sealer = sealer
        self._threads = threads
        self._clock = clock
        self._expiry = expiry

    async def create(self, visitor: Visitor, wanted: Creation) -> tuple[Standing, bool]:
        """Create an upload; return it and whether it is new: a track's unfinished upload is given again."""
        await self._quota.room(visitor.id, wanted.length or 0)
        if wanted.concat is Concat.FINAL:
            return await self._join(visitor, await self._threads.run(self._planner.plan, visitor, wanted))
        added, intake = await self._threads.run(self._add, visitor, wanted)
        if intake is None:
            return await self._given_again(visitor, added, wanted.length), False
        self._access.created(added)
        self._live.created(added.id, intake)
        standing = Standing(added, 0, self._expires(added, None))
        if added.length == 0 and added.filename:
            async with self._live.hold(added.id) as live:
                standing = await self._completed(added, live, await live.intake())
        return standing, True

    async def look(self, visitor: Visitor, upload: str) -> Standing:
        """Say how far an upload is. Whoever sends bytes to it is asked to let go first, so that this is true."""
        async with self._live.hold(upload) as live:
            record = await self._present(visitor, upload)
            if record.state is not UploadState.RECEIVING:
                return Standing(record, record.length or 0, None)
            intake = await live.intake()
            self._check_time(record, intake)
            return Standing(record, intake.committed, self._expires(record, intake.touched))

    async def append(self, visitor: Visitor, upload: str, wanted: Appending, incoming: Incoming) -> Standing:
        """Take one body in. Raises ``RefusedError``."""
        async with self._live.hold(upload) as live:
            if self._live.stopping:
                raise RefusedError("stopping")
            record = await self._present(visitor, upload)
            if record.concat is Concat.FINAL:
                raise RefusedError("final-upload")
            if record.state is not UploadState.RECEIVING:
                raise RefusedError("upload-finished")
            intake = await live.intake()
            self._check_time(record, intake)
            if wanted.offset != intake.committed:
                here = str(intake.committed).encode()
                raise RefusedError("offset-mismatch", f"{intake.committed} bytes are here", [(b"upload-offset", here)])
            record = await self._declare(record, wanted.length, intake.committed)
            return await self._take_in(record, live, wanted.checksum, incoming)

    async def end(self, visitor: Visitor, upload: str) -> None:
        """Terminate an upload and forget its bytes. Raises ``track-sealed`` for one that is in a take for good."""
        async with self._live.hold(upload) as live:
            record = await self._present(visitor, upload)
            if record.state is not UploadState.RECEIVING:
                raise RefusedError("track-sealed", "", None, record.sealing.digest if record.sealing else "")
            live.close()
            await self._threads.run(self._repository.end_upload, upload)
            await self._threads.run(self._storage.discard, upload)

    def _add(self, visitor: Visitor, wanted: Creation) -> tuple[UploadRecord, Intake | None]:
        """Add an upload and open its intake, or return the one that is there. Runs on a thread."""
        added, new = self._planner.add(visitor, wanted)
        return added, Intake(self._storage.stage(added.id)) if new else None

    async def _given_again(self, visitor: Visitor, added: UploadRecord, length: int | None) -> Standing:
        standing = await self.look(visitor, added.id)
        if length is None or standing.record.length == length:
            return standing
        record = await self._declare(standing.record, length, standing.offset)
        return Standing(record, standing.offset, standing.expires)

    async def _join(self, visitor: Visitor, record: UploadRecord) -> tuple[Standing, bool]:
        parts = [await self._access.upload(visitor, part) for part in record.parts]
        async with self._live.hold(record.id) as live:
            intake = await live.intake()
            try:
                length = await self._threads.run(join, self._storage, parts, intake, self._clock)
            except BaseException:
                live.close()
                await self._threads.run(self._storage.discard, record.id)
                raise
            planned = msgspec.structs.replace(record, length=length)
            added = await self._threads.run(self._repository.add_upload, planned)
            if added.id == record.id:
                return await self._completed(added, live, intake), True
            live.close()
            await self._threads.run(self._storage.discard, record.id)
        return await self._given_again(visitor, added, length), False

    async def _take_in(
        self, record: UploadRecord, live: LiveUpload, checksum: Checksum | None, incoming: Incoming
    ) -> Standing:
        intake = await live.intake()
        room = (MAX_UPLOAD_BYTES if record.length is None else record.length) - intake.committed
        too_long = "too-large" if room else "upload-finished"
        if (incoming.declared or 0) > room:
            raise RefusedError(too_long, f"{room} bytes are missing")
        allowed = await self._quota.room(record.account, incoming.declared or 0)
        if allowed is not None and allowed < room:
            room, too_long = allowed, "quota-exceeded"
        before = intake.committed
        receiver = Receiver(incoming, intake, self._threads, self._clock, room=room, checksum=checksum)
        live.listen(receiver.let_go)
        if self._live.stopping:
            receiver.let_go()
        ending = await receiver.take_in()
        live.let_go = None
        self._quota.add(record.account, intake.committed - before)
        if ending is Ending.TOO_LONG:
            raise RefusedError(too_long, f"There was room for {room} bytes")
        if ending in _CUTS:
            raise RefusedError("stopping" if self._live.stopping else _CUTS[ending])
        return await self._completed(record, live, intake)

    async def _completed(self, record: UploadRecord, live: LiveUpload, intake: Intake) -> Standing:
        """Seal the upload when that was its last byte and it makes its own take."""
        offset, touched = intake.committed, intake.touched
        if record.filename and record.length == offset:
            await self._sealer.seal_own(record, live)
            return Standing(record, offset, None)
        return Standing(record, offset, self._expires(record, touched))

    async def _declare(self, record: UploadRecord, length: int | None, committed: int) -> UploadRecord:
        """Set a deferred length once."""
        if length is None or length == record.length:
            return record
        if record.length is not None or length < committed:
            known = committed if record.length is None else record.length
            raise RefusedError("length-conflict", f"The server knows of {known} bytes")
        await self._threads.run(self._repository.set_length, record.id, length)
        return msgspec.structs.replace(record, length=length)

    async def _present(self, visitor: Visitor, upload: str) -> UploadRecord:
        """Return the upload as it is now that it is held."""
        record = await self._access.upload(visitor, upload)
        if record.state is UploadState.GONE:
            raise RefusedError("upload-gone")
        return record

    def _expires(self, record: UploadRecord, touched: datetime | None) -> datetime:
        return expires(record, touched, self._expiry)

    def _check_time(self, record: UploadRecord, intake: Intake) -> None:
        if self._expires(record, intake.touched) < self._clock.now():
            raise RefusedError("upload-gone", "It expired")
