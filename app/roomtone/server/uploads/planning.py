"""Where an upload is going to belong, and whether its account may put it there."""

from __future__ import annotations

import secrets

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import UploadRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.sealing import check_open
from roomtone.server.uploads.headers import Creation


class Planner:
    """Turns a creation into the upload to be. Blocks: it runs on the thread that adds the upload right after."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def plan(self, account: str, mine: frozenset[str], wanted: Creation) -> UploadRecord:
        """Return the upload to be, of an account that is a member of the projects ``mine``.

        Raises ``RefusedError`` where its place does not exist or is not the account's.
        """
        place = wanted.place
        identity = secrets.token_hex(16)
        project, take, media = place.project, place.take, place.media
        if take:
            project, media = self._declared(account, mine, take, place.track)
        elif project:
            if project not in mine:
                raise RefusedError("unknown-project")
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

    def _declared(self, account: str, mine: frozenset[str], take: str, name: str) -> tuple[str, str]:
        """Return project and media of a declared track that the account may fill."""
        found = self._repository.declared(take, name)
        if found is None or found.project not in mine:
            raise RefusedError("unknown-take")
        if found.maker != account:
            raise RefusedError("not-yours")
        if found.track is None:
            raise RefusedError("unknown-track")
        check_open(found.track, found.sealed)
        return found.project, found.track.media
