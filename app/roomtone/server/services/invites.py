"""Links that open a project: made, listed, looked at, taken back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import InviteRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Visitor, hash_token
from roomtone.server.services.telling import moment
from roomtone.server.threads import Threads
from roomtone.wire.project import rights
from roomtone.wire.project.items import ProjectFields
from roomtone.wire.project.people import Invitation, Invite, Invites, NewInvite, Role


def make_invite(repository: Repository, project: str, maker: str, wanted: NewInvite, clock: Clock) -> Invite:
    """Add a link and return it with its code, which is kept nowhere. Blocks. The caller has checked the rights."""
    code = secrets.token_urlsafe(24)
    now = clock.now()
    record = InviteRecord(
        id=secrets.token_hex(16),
        hash=hash_token(code),
        project=project,
        role=wanted.role,
        maker=maker,
        created=now,
        expires=now + timedelta(days=wanted.days),
        uses_left=wanted.uses,
        note=wanted.note,
    )
    repository.add_invite(record)
    return Invite(record.id, record.role, moment(record.expires), record.uses_left, record.note, maker=maker, code=code)


class Doors:
    """Looks after the links of projects. Used on the event loop, after the guard let the visitor in."""

    def __init__(self, repository: Repository, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._threads = threads
        self._clock = clock

    async def invites(self, project: str) -> Invites:
        """Return all links of a project."""
        found = await self._threads.run(self._repository.invites, project)
        return Invites([_document(record) for record in found])

    async def make(self, visitor: Visitor, project: str, wanted: NewInvite) -> Invite:
        """Make a link. Raises ``not-allowed`` where it would make somebody more than its maker may."""
        role = visitor.role(project)
        if wanted.role is Role.OWNER or role is None or not rights.may_give(role, wanted.role):
            raise RefusedError("not-allowed", f"Nobody is made {wanted.role} by a link of yours")
        return await self._threads.run(make_invite, self._repository, project, visitor.id, wanted, self._clock)

    async def revoke(self, project: str, invite: str) -> None:
        """Take a link back. Repeating it is harmless. Raises ``unknown-invite``."""
        if not await self._threads.run(self._repository.revoke_invite, project, invite):
            raise RefusedError("unknown-invite")

    async def find(self, code: str) -> InviteRecord:
        """Return the link of a code. Raises ``unknown-invite``, whatever is wrong with it."""
        return await self._threads.run(self._find, code)

    async def look(self, code: str) -> Invitation:
        """Return what a link leads to."""
        return await self._threads.run(self._look, code)

    def _find(self, code: str) -> InviteRecord:
        found = self._repository.invite(hash_token(code))
        if found is None or found.revoked or found.uses_left < 1 or found.expires <= self._clock.now():
            raise RefusedError("unknown-invite")
        # A link is worth no more than whoever made it: those who were let go leave no door open.
        maker = self._repository.roles_of(found.maker).get(found.project)
        if maker is None or not rights.may_give(maker, found.role):
            raise RefusedError("unknown-invite")
        return found

    def _look(self, code: str) -> Invitation:
        found = self._find(code)
        item = self._repository.item(found.project, found.project)
        said = item.fields if item is not None and isinstance(item.fields, ProjectFields) else ProjectFields()
        licence = said.licence.value if said.licence is not None else ""
        expires = moment(found.expires)
        return Invitation(found.project, said.title or "", found.role, expires, licence, said.brief or "")


def _document(record: InviteRecord) -> Invite:
    expires = moment(record.expires)
    return Invite(record.id, record.role, expires, record.uses_left, record.note, record.revoked, record.maker)
