"""Where an upload is going to belong, and whether its account may put it there."""

from __future__ import annotations

import secrets

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import Declared, UploadRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Visitor
from roomtone.server.services.sealing import check_open
from roomtone.server.uploads.headers import Creation
from roomtone.wire.project.rights import Right


class Planner:
    """Turns creations into uploads. Blocks; may be used from any thread.

    What does not exist or is not the visitor's to fill raises ``RefusedError``.
    """

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def plan(self, visitor: Visitor, wanted: Creation) -> UploadRecord:
        """Return the upload to be, for one whose bytes are put together before it is added."""
        planned = self._draft(visitor, wanted)
        if not planned.take or planned.filename:
            return planned
        take = self._repository.take(planned.take)
        track = take.track(planned.track) if take else None
        return _placed(planned, visitor, Declared(take.project, take.maker, take.sealed, track) if take else None)

    def add(self, visitor: Visitor, wanted: Creation) -> tuple[UploadRecord, bool]:
        """Add an upload and return it with ``True``, or with ``False`` the one that is open for its track already."""
        planned = self._draft(visitor, wanted)
        if not planned.take or planned.filename:
            return self._repository.add_upload(planned), True
        added = self._repository.add_track_upload(
            planned.take, planned.track, lambda found: _placed(planned, visitor, found)
        )
        return added, added.id == planned.id

    def _draft(self, visitor: Visitor, wanted: Creation) -> UploadRecord:
        """Return the upload to be; one for a track of a take lacks what only its declaration says."""
        place = wanted.place
        identity = secrets.token_hex(16)
        if place.project:
            visitor.check(place.project, Right.CONTRIBUTE)
        return UploadRecord(
            id=identity,
            account=visitor.id,
            created=self._clock.now(),
            length=wanted.length,
            metadata=wanted.metadata,
            concat=wanted.concat,
            parts=wanted.parts,
            project=place.project,
            take=place.take or (identity if place.project else ""),
            track=place.track,
            filename=place.filename,
            media=place.media,
        )


def _placed(planned: UploadRecord, visitor: Visitor, found: Declared | None) -> UploadRecord:
    """Return the upload with project and media of its declared track, if its account may fill that."""
    if found is None or visitor.role(found.project) is None:
        raise RefusedError("unknown-take")
    if found.maker != planned.account:
        # Whoever does not see everything need not know that there is this take.
        raise RefusedError("not-yours" if visitor.may(found.project, Right.SEE) else "unknown-take")
    visitor.check(found.project, Right.CONTRIBUTE)
    if found.track is None:
        raise RefusedError("unknown-track")
    check_open(found.track, found.sealed)
    return msgspec.structs.replace(planned, project=found.project, media=found.track.media)
