"""Projects and takes: begun, read, sealed."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import ProjectRecord, TakeRecord, TrackRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access, Visitor
from roomtone.server.services.editing import first_words
from roomtone.server.services.feed import Feed
from roomtone.server.services.rules import RULES, Guard
from roomtone.server.services.sealing import Sealer, check_open
from roomtone.server.services.telling import Teller, moment
from roomtone.server.services.visibility import visibility
from roomtone.server.threads import Threads
from roomtone.server.uploads.live import LiveUploads
from roomtone.wire import api
from roomtone.wire.previews import MEDIA, is_preview
from roomtone.wire.project.rights import Right

MAX_TRACKS: Final = 64
_EXTENDING: Final = RULES["PUT", "/api/takes/{take}"]


class Takes:
    """Projects, takes and their seals. Used on the event loop, after the guard let the visitor in."""

    def __init__(
        self,
        repository: Repository,
        teller: Teller,
        access: Access,
        live: LiveUploads,
        sealer: Sealer,
        feed: Feed,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._teller = teller
        self._access = access
        self._live = live
        self._sealer = sealer
        self._feed = feed
        self._threads = threads
        self._clock = clock

    async def projects(self, visitor: Visitor) -> api.Projects:
        """Return the projects of a member."""
        found = await self._threads.run(self._repository.projects_of, visitor.id)
        return api.Projects([_project_document(record) for record in found])

    async def project(self, visitor: Visitor, project: str) -> api.Project:
        """Return one project. Raises ``unknown-project``."""
        found = await self._threads.run(self._repository.project_of, visitor.id, project)
        if found is None:
            raise RefusedError("unknown-project")
        return _project_document(found)

    async def put_project(self, visitor: Visitor, project: str, wanted: api.NewProject) -> api.Project:
        """Make a project, or return the one that is there."""
        record = ProjectRecord(project, wanted.title, self._clock.now())
        said = first_words(record, visitor.id)
        if await self._threads.run(self._repository.add_project, record, visitor.id, said):
            self._feed.wake(project)
        return await self.project(visitor, project)

    async def page(self, visitor: Visitor, project: str, after: int, limit: int) -> api.Takes:
        """Return a page of the takes of a project, of which everything between the first and the last was looked at."""
        seen = await visibility(self._access, visitor, project)
        found = await self._threads.run(self._repository.takes_of, project, after, limit + 1)
        shown = seen.takes(found[:limit])
        takes = await self._threads.run(lambda: [self._teller.take(record, visitor.id) for record in shown])
        return api.Takes(takes, more=len(found) > limit, after=found[:limit][-1].seq if found else after)

    async def take(self, visitor: Visitor, take: str) -> api.Take:
        """Return one take. The guard has let the visitor see it."""
        record = await self.record(take)
        return await self._threads.run(self._teller.take, record, visitor.id)

    async def record(self, take: str) -> TakeRecord:
        """Return one take's record. Raises ``unknown-take``."""
        found = await self._threads.run(self._repository.take, take)
        if found is None:
            raise RefusedError("unknown-take")
        return found

    async def put_take(self, visitor: Visitor, take: str, wanted: api.NewTake) -> api.Take:
        """Start a take, or add tracks to the one that is there."""
        visitor.check(wanted.project, Right.CONTRIBUTE)
        if len({track.name for track in wanted.tracks}) != len(wanted.tracks):
            raise RefusedError("bad-document", "Two tracks have the same name")
        tracks = tuple(TrackRecord(track.name, track.media) for track in wanted.tracks)
        _check_previews(list(tracks))
        record = TakeRecord(
            id=take,
            project=wanted.project,
            maker=visitor.id,
            maker_name=visitor.account.name,
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
            # Whoever may not know of the take that is there must not hear whose it is.
            place = await self._access.take(visitor, take)
            Guard.check_take(_EXTENDING, visitor, place)
            await self._extend(await self.record(take), record)
        return await self.take(visitor, take)

    async def seal_track(self, take: str, name: str, wanted: api.SealTrack) -> api.Track:
        """Seal a track. Raises ``RefusedError``; a repeated request is answered like the first."""
        record = await self.record(take)
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
        sealed = (await self.record(take)).track(name)
        if sealed is None or not sealed.digest:
            raise RefusedError("track-incomplete", "The upload was ended")
        return self._teller.track(sealed)

    async def seal_take(self, visitor: Visitor, take: str, wanted: api.SealTake) -> api.Take:
        """Seal a take after all its tracks. Repeating it changes nothing."""
        record = await self.record(take)
        if not record.sealed:
            parts = [track for track in record.tracks if not is_preview(track.name)]
            missing = [track.name for track in parts if not track.digest]
            if missing or not parts:
                raise RefusedError("tracks-unsealed", ", ".join(missing) or "It has no tracks")
            await self._threads.run(self._repository.seal_take, take, wanted.manifest, self._clock.now())
            self._feed.wake(record.project)
        return await self.take(visitor, take)

    async def _extend(self, there: TakeRecord, wanted: TakeRecord) -> None:
        if there.project != wanted.project:
            raise RefusedError("take-differs", "It is in another project")
        for track in wanted.tracks:
            found = there.track(track.name)
            if found is not None and found.media != track.media:
                raise RefusedError("take-differs", f"{track.name} was declared as {found.media}")
        new = [track for track in wanted.tracks if there.track(track.name) is None]
        if there.sealed and not all(is_preview(track.name) for track in new):
            raise RefusedError("take-sealed")
        _check_previews([*there.tracks, *new])
        if len(there.tracks) + len(new) > MAX_TRACKS:
            raise RefusedError("too-large", f"A take has at most {MAX_TRACKS} tracks")
        if new:
            await self._threads.run(self._repository.add_tracks, there.id, new)


def _check_previews(tracks: list[TrackRecord]) -> None:
    previews = [track for track in tracks if is_preview(track.name)]
    if len(previews) > 1:
        raise RefusedError("take-differs", "A take has one preview")
    for track in previews:
        if track.media != MEDIA[track.name]:
            raise RefusedError("bad-document", f"{track.name} is {MEDIA[track.name]}")


def _project_document(record: ProjectRecord) -> api.Project:
    return api.Project(record.id, record.title, moment(record.created), record.takes, record.cursor)
