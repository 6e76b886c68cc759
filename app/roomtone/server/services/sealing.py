"""Sealing: the header patches, the comparison of digests, and the move into the store, safe at every moment."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import Sealing, SealPatch, TrackRecord, UploadRecord, UploadState
from roomtone.server.problems import RefusedError
from roomtone.server.services.feed import Feed
from roomtone.server.storage.contract import Replacement, Storage
from roomtone.server.threads import Threads
from roomtone.server.uploads.live import LiveUpload
from roomtone.wire.api import Patch, SealTrack
from roomtone.wire.previews import MAX_PREVIEW_BYTES, is_preview

log = logging.getLogger(__name__)


class Sealer:
    """Seals uploads that somebody holds.

    A seal is first tried in memory, which changes nothing. Once the digests are equal it is recorded in the
    database, and from then on it can only be finished: now, at the next request, or after the next start.
    """

    def __init__(self, repository: Repository, storage: Storage, feed: Feed, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._storage = storage
        self._feed = feed
        self._threads = threads
        self._clock = clock

    async def seal(self, upload: UploadRecord, live: LiveUpload, wanted: SealTrack) -> None:
        """Seal a track's upload as its maker asks. Raises ``RefusedError`` with the upload unchanged."""
        if upload.state is UploadState.RECEIVING:
            _check_patches(wanted)
            intake = await live.intake()
            if intake.committed < wanted.length:
                raise RefusedError("track-incomplete", f"{intake.committed} of {wanted.length} bytes are here")
            if is_preview(upload.track) and wanted.length > MAX_PREVIEW_BYTES:
                raise RefusedError("too-large", f"A preview has at most {MAX_PREVIEW_BYTES} bytes")
            if intake.committed > wanted.length or upload.length not in (None, wanted.length):
                raise RefusedError("length-conflict", f"{intake.committed} bytes are here")
            digest = await self._threads.run(intake.digest, _replacements(wanted.patches))
            if digest != wanted.digest:
                raise RefusedError("digest-mismatch", f"The server has {digest}")
            await self._carry_out(upload, live, digest, wanted.length, wanted.patches)
            return
        await self.go_on(upload, live)
        if upload.sealing is None or upload.sealing.digest != wanted.digest:
            raise RefusedError("track-sealed", "", None, upload.sealing.digest if upload.sealing else "")

    async def seal_own(self, upload: UploadRecord, live: LiveUpload) -> None:
        """Seal a complete upload that makes its own take."""
        if upload.state is not UploadState.RECEIVING:
            await self.go_on(upload, live)
            return
        intake = await live.intake()
        # In most cases the digest is in memory and costs nothing; only after a restart it takes a thread's time.
        digest = intake.known_digest()
        if digest is None:
            digest = await self._threads.run(intake.digest, ())
        await self._carry_out(upload, live, digest, intake.committed, ())

    async def go_on(self, upload: UploadRecord, live: LiveUpload) -> None:
        """Finish a seal that was begun. Repeating it is harmless."""
        if upload.state is UploadState.SEALING and upload.sealing is not None:
            live.close()
            await self._threads.run(self._finish, upload.id, upload.sealing)
            self._feed.wake(upload.project)

    def recover(self) -> None:
        """Finish all seals that were begun before the server died. One that cannot be finished now stays."""
        for upload in self._repository.uploads({UploadState.SEALING}):
            if upload.sealing is not None:
                try:
                    self._finish(upload.id, upload.sealing)
                except RoomtoneError as error:
                    log.error("a seal could not be finished: %s", error)

    async def _carry_out(
        self, upload: UploadRecord, live: LiveUpload, digest: str, length: int, patches: Sequence[Patch]
    ) -> None:
        key = f"{upload.project}/{upload.take}-{upload.track}"
        kept = tuple(SealPatch(patch.offset, patch.data) for patch in patches)
        live.close()
        await self._threads.run(self._begin, upload.id, Sealing(key, length, digest, kept))
        self._feed.wake(upload.project)

    def _begin(self, upload: str, sealing: Sealing) -> None:
        self._repository.begin_seal(upload, sealing)
        self._finish(upload, sealing)

    def _finish(self, upload: str, sealing: Sealing) -> None:
        self._storage.seal(upload, sealing.key, sealing.length, _replacements(sealing.patches))
        self._repository.finish_seal(upload, self._clock.now())


def check_open(track: TrackRecord, sealed_take: bool) -> None:
    """Raise unless bytes may still come in for a track."""
    if track.digest:
        raise RefusedError("track-sealed", "", None, track.digest)
    if sealed_take and not is_preview(track.name):
        raise RefusedError("take-sealed")


def _check_patches(wanted: SealTrack) -> None:
    for patch in wanted.patches:
        if patch.offset + len(patch.data) > wanted.length:
            raise RefusedError("bad-patch", f"A patch at {patch.offset} ends behind the track's {wanted.length} bytes")


def _replacements(patches: Sequence[Patch] | Sequence[SealPatch]) -> list[Replacement]:
    return [Replacement(patch.offset, patch.data) for patch in patches]
