"""Where an upload is going to belong, and whether its account may put it there."""

from __future__ import annotations

import secrets

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import Declared, UploadRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.sealing import check_open
from roomtone.server.uploads.headers import Creation


class Planner:
    """Turns creations into uploads. Blocks; may be used from any thread.

    ``mine`` are the projects that ``account`` is a member of. What does not exist or is not the account's to fill
    raises ``RefusedError``.
    """

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def plan(self, account: str, mine: frozenset[str], wanted: Creation) -> UploadRecord:
        """Return the upload to be, for one whose bytes are put together before it is added."""
        planned = self._draft(account, mine, wanted)
        if not planned.take or planned.filename:
            return planned
        take = self._repository.take(planned.take)
        track = take.track(planned.track) if take else None
        return _placed(planned, mine, Declared(take.project, take.maker, take.sealed, track) if take else None)

    def add(self, account: str, mine: frozenset[str], wanted: Creation) -> tuple[UploadRecord, bool]:
        """Add an upload and return it with ``True``, or with ``False`` the one that is open for its track already."""
        planned = self._draft(account, mine, wanted)
        if not planned.take or planned.filename:
            return self._repository.add_upload(planned), True
        added = self._repository.add_track_upload(
            planned.take, planned.track, lambda found: _placed(planned, mine, found)
        )
        return added, added.id == planned.id

    def _draft(self, account: str, mine: frozenset[str], wanted: Creation) -> UploadRecord:
        """Return the upload to be; one for a track of a take lacks what only its declaration says."""
        place = wanted.place
        identity = secrets.token_hex(16)
        if place.project and place.project not in mine:
            raise RefusedError("unknown-project")
        return UploadRecord(
            id=identity,
            account=account,
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


def _placed(planned: UploadRecord, mine: frozenset[str], found: Declared | None) -> UploadRecord:
    """Return the upload with project and media of its declared track, if its account may fill that."""
    if found is None or found.project not in mine:
        raise RefusedError("unknown-take")
    if found.maker != planned.account:
        raise RefusedError("not-yours")
    if found.track is None:
        raise RefusedError("unknown-track")
    check_open(found.track, found.sealed)
    return msgspec.structs.replace(planned, project=found.project, media=found.track.media)
