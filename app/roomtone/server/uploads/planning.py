"""Where an upload is going to belong, and whether its account may put it there."""

from __future__ import annotations

import secrets

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import UploadRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access
from roomtone.server.services.sealing import check_open
from roomtone.server.threads import Threads
from roomtone.server.uploads.headers import Creation


class Planner:
    """Turns a creation into the upload to be."""

    def __init__(self, repository: Repository, access: Access, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._access = access
        self._threads = threads
        self._clock = clock

    async def plan(self, account: str, wanted: Creation) -> UploadRecord:
        """Return the upload to be. Raises ``RefusedError`` where its place does not exist or is not the account's."""
        place = wanted.place
        identity = secrets.token_hex(16)
        project, take, media = place.project, place.take, place.media
        if take:
            project, media = await self._declared(account, take, place.track)
        elif project:
            await self._access.check_member(account, project)
            take = identity
        return UploadRecord(
            id=identity,
            account=account,
            created=self._clock.now(),
            length=wanted.length,
            metadata=wanted.metadata,
            concat=wanted.concat,
            parts=wanted.parts,
            project=project,
            take=take,
            track=place.track,
            filename=place.filename,
            media=media,
        )

    async def _declared(self, account: str, take: str, name: str) -> tuple[str, str]:
        """Return project and media of a declared track that the account may fill."""
        found = await self._threads.run(self._repository.take, take)
        if found is None or not await self._access.may_see(account, found.project):
            raise RefusedError("unknown-take")
        if found.maker != account:
            raise RefusedError("not-yours")
        track = found.track(name)
        if track is None:
            raise RefusedError("unknown-track")
        check_open(track, found.sealed)
        return found.project, track.media
