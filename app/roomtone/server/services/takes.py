"""Projects and takes as the API tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import AccountRecord, ChangeRecord, ProjectRecord, TakeRecord, TrackRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access
from roomtone.server.services.feed import Feed
from roomtone.server.services.sealing import Sealer, check_open
from roomtone.server.storage.contract import Storage
from roomtone.server.threads import Threads
from roomtone.server.uploads.live import LiveUploads
from roomtone.wire import api

MAX_TRACKS: Final = 64


def moment(at: datetime) -> str:
    """Write a time as the API does: RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def change_document(record: ChangeRecord) -> api.Change:
    """Return a change as the API tells it."""
    return api.Change(record.seq, record.kind, record.subject, moment(record.at), record.detail)


class Takes:
    """Projects, takes and their seals. Used on the event loop; every method checks the rights of ``account``."""

    def __init__(
        self,
        repository: Repository,
        storage: Storage,
        access: Access,
        live: LiveUploads,
        sealer: Sealer,
        feed: Feed,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._storage = storage
        self._access = access
        self._live = live
        self._sealer = sealer
        self._feed = feed
        self._threads = threads
        self._clock = clock

    async def projects(self, account: AccountRecord) -> api.Projects:
        """Return the projects of a member."""
        found = await self._threads.run(self._repository.projects_of, account.id)
        return api.Projects([_project_document(record) for record in found])

    async def project(self, account: AccountRecord, project: str) -> api.Project:
        """Return one project. Raises ``unknown-project``."""
        for found in (await self.projects(account)).projects:
            if found.id == project:
                return found
        raise RefusedError("unknown-project")

    async def put_project(self, account: AccountRecord, project: str, wanted: api.NewProject) -> api.Project:
        """Make a project, or return the one that is there."""
        record = ProjectRecord(project, wanted.title, self._clock.now())
        if await self._threads.run(self._repository.add_project, record, account.id):
            self._feed.wake(project)
        return await self.project(account, project)

    async def put_member(self, account: AccountRecord, project: str, member: str) -> None:
        """Make another account a member."""
        await self._access.check_member(account.id, project)
        if member not in {record.id for record in await self._threads.run(self._repository.accounts)}:
            raise RefusedError("unknown-account")
        await self._threads.run(self._repository.add_member, project, member, self._clock.now())

    async def page(self, account: AccountRecord, project: str, after: int, limit: int) -> api.Takes:
        """Return a page of the takes of a project."""
        await self._access.check_member(account.id, project)
        found = await self._threads.run(self._repository.takes_of, project, after, limit + 1)
        takes = await self._threads.run(lambda: [self._document(record) for record in found[:limit]])
        return api.Takes(takes, more=len(found) > limit)

    async def take(self, account: AccountRecord, take: str) -> api.Take:
        """Return one take. Raises ``unknown-take``."""
        record = await self.record(account, take)
        return await self._threads.run(self._document, record)

    async def record(self, account: AccountRecord, take: str) -> TakeRecord:
        """Return one take's record. Raises ``unknown-take``."""
        found = await self._threads.run(self._repository.take, take)
        if found is None or not await self._access.may_see(account.id, found.project):
            raise RefusedError("unknown-take")
        return found

    async def put_take(self, account: AccountRecord, take: str, wanted: api.NewTake) -> api.Take:
        """Start a take, or add tracks to the one that is there."""
        await self._access.check_member(account.id, wanted.project)
        if len({track.name for track in wanted.tracks}) != len(wanted.tracks):
            raise RefusedError("bad-document", "Two tracks have the same name")
        tracks = tuple(TrackRecord(track.name, track.media) for track in wanted.tracks)
        record = TakeRecord(
            id=take,
            project=wanted.project,
            maker=account.id,
            maker_name=account.name,
            title=wanted.title,
            part=wanted.part,
            person=wanted.person,
            started=wanted.started,
            created=self._clock.now(),
            tracks=tracks,
        )
        if await self._threads.run(self._repository.add_take, record):
            self._feed.wake(wanted.project)
        else:
            await self._extend(await self._own(account, take), record)
        return await self.take(account, take)

    async def seal_track(self, account: AccountRecord, take: str, name: str, wanted: api.SealTrack) -> api.Track:
        """Seal a track. Raises ``RefusedError``; a repeated request is answered like the first."""
        record = await self._own(account, take)
        track = record.track(name)
        if track is None:
            raise RefusedError("unknown-track")
        if track.digest != wanted.digest:
            check_open(track, record.sealed)
            if not track.upload:
                raise RefusedError("track-incomplete", "No upload was begun for this track")
            async with self._live.hold(track.upload) as live:
                upload = await self._threads.run(self._repository.upload, track.upload)
                if upload is None:
                    raise RefusedError("unknown-upload")
                await self._sealer.seal(upload, live, wanted)
        sealed = (await self._own(account, take)).track(name)
        if sealed is None or not sealed.digest:
            raise RefusedError("track-incomplete", "The upload was ended")
        return self._track_document(sealed)

    async def seal_take(self, account: AccountRecord, take: str, wanted: api.SealTake) -> api.Take:
        """Seal a take after all its tracks. Repeating it changes nothing."""
        record = await self._own(account, take)
        if not record.sealed:
            missing = [track.name for track in record.tracks if not track.digest]
            if missing or not record.tracks:
                raise RefusedError("tracks-unsealed", ", ".join(missing) or "It has no tracks")
            await self._threads.run(self._repository.seal_take, take, wanted.manifest, self._clock.now())
            self._feed.wake(record.project)
        return await self.take(account, take)

    async def changes(self, account: AccountRecord, project: str, since: int, limit: int) -> api.Changes:
        """Return a page of the change feed."""
        await self._access.check_member(account.id, project)
        found = await self._feed.changes(project, since, limit + 1)
        page = [change_document(record) for record in found[:limit]]
        return api.Changes(page, page[-1].seq if page else since, more=len(found) > limit)

    async def _own(self, account: AccountRecord, take: str) -> TakeRecord:
        found = await self.record(account, take)
        if found.maker != account.id:
            raise RefusedError("not-yours")
        return found

    async def _extend(self, there: TakeRecord, wanted: TakeRecord) -> None:
        if there.project != wanted.project:
            raise RefusedError("take-differs", "It is in another project")
        for track in wanted.tracks:
            found = there.track(track.name)
            if found is not None and found.media != track.media:
                raise RefusedError("take-differs", f"{track.name} was declared as {found.media}")
        new = [track for track in wanted.tracks if there.track(track.name) is None]
        if new and there.sealed:
            raise RefusedError("take-sealed")
        if len(there.tracks) + len(new) > MAX_TRACKS:
            raise RefusedError("too-large", f"A take has at most {MAX_TRACKS} tracks")
        if new:
            await self._threads.run(self._repository.add_tracks, there.id, new)

    # What looks into the storage for every unsealed track, and so runs on a thread.

    def _document(self, record: TakeRecord) -> api.Take:
        return api.Take(
            id=record.id,
            project=record.project,
            title=record.title,
            part=record.part,
            person=record.person,
            started=record.started,
            seq=record.seq,
            sealed=record.sealed,
            tracks=[self._track_document(track) for track in record.tracks],
            maker=record.maker_name,
            manifest=record.manifest,
        )

    def _track_document(self, track: TrackRecord) -> api.Track:
        if track.digest:
            return api.Track(track.name, track.media, api.TrackState.SEALED, track.size, track.digest)
        if track.upload:
            received = self._storage.progress(track.upload).committed
            return api.Track(track.name, track.media, api.TrackState.UPLOADING, received)
        return api.Track(track.name, track.media, api.TrackState.DECLARED)


def _project_document(record: ProjectRecord) -> api.Project:
    return api.Project(record.id, record.title, moment(record.created), record.takes, record.cursor)
