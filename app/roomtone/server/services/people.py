"""The members of projects: their roles, letting somebody go, leaving."""

from __future__ import annotations

from collections.abc import Callable

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import MemberRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Visitor
from roomtone.server.services.feed import Feed
from roomtone.server.services.telling import member_document
from roomtone.server.threads import Threads
from roomtone.wire.project import rights
from roomtone.wire.project.people import Member, Members, NewRole, Role


class People:
    """Looks after members. Used on the event loop, after the guard let the visitor in."""

    def __init__(self, repository: Repository, feed: Feed, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._feed = feed
        self._threads = threads
        self._clock = clock

    async def members(self, project: str) -> Members:
        """Return everybody, also those who left."""
        return Members([member_document(one) for one in await self._threads.run(self._repository.members, project)])

    async def put_member(self, visitor: Visitor, project: str, account: str, wanted: NewRole) -> Member:
        """Make somebody a member, or change what they are. Raises ``not-allowed`` or ``last-owner``."""
        if await self._threads.run(self._repository.account, account) is None:
            raise RefusedError("unknown-account")

        def decide(members: list[MemberRecord]) -> Role | None:
            there = _roles(members)
            _check_change(there, visitor.id, account, wanted.role)
            return wanted.role

        found = await self._change(project, account, decide)
        assert found is not None
        return member_document(found)

    async def let_go(self, visitor: Visitor, project: str, account: str) -> None:
        """Let somebody go, or leave. Raises ``unknown-member``, ``not-allowed`` or ``last-owner``."""

        def decide(members: list[MemberRecord]) -> Role | None:
            there = _roles(members)
            if account not in there:
                raise RefusedError("unknown-member")
            _check_change(there, visitor.id, account, None)
            return None

        await self._change(project, account, decide)

    async def _change(
        self, project: str, account: str, decide: Callable[[list[MemberRecord]], Role | None]
    ) -> MemberRecord | None:
        now = self._clock.now()
        found = await self._threads.run(self._repository.change_member, project, account, now, decide)
        self._feed.wake(project)
        return found


def _roles(members: list[MemberRecord]) -> dict[str, Role]:
    return {member.account: member.role for member in members if not member.gone}


def _check_change(there: dict[str, Role], changer: str, account: str, then: Role | None) -> None:
    """Raise unless somebody may make another person that; ``None`` is to leave or be let go."""
    mine = there.get(changer)
    if mine is None:
        raise RefusedError("unknown-project")
    now = there.get(account)
    leaves = then is None and account == changer
    # Whoever is new, or goes, counts as the least that one can be.
    if not leaves and not rights.may_change(mine, now or Role.GUEST, then or Role.GUEST):
        raise RefusedError("not-allowed", "Only who is above somebody may change what they are")
    owners = [one for one, role in there.items() if role is Role.OWNER]
    if owners == [account] and then is not Role.OWNER:
        raise RefusedError("last-owner")
