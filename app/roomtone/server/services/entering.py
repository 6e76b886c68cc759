"""Coming in: by a link with a new account, as a guest or with the account one has; and back by name and passphrase."""

from __future__ import annotations

import secrets

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.names import login_of
from roomtone.server.db.records import AccountRecord, KeyRecord, MemberRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Access, new_token
from roomtone.server.services.feed import Feed
from roomtone.server.services.invites import Doors
from roomtone.server.services.limits import Limits
from roomtone.server.services.passphrases import Passphrases
from roomtone.server.services.texts import check_name
from roomtone.server.threads import Threads
from roomtone.wire.project.people import MIN_PASSPHRASE, JoinProject, Key, Login, Role, Scope
from roomtone.wire.project.rights import OF_ROLE


class Entrance:
    """Lets people in. Used on the event loop; whoever asks has no token, or one that is looked at here."""

    def __init__(
        self,
        repository: Repository,
        access: Access,
        doors: Doors,
        passphrases: Passphrases,
        limits: Limits,
        feed: Feed,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._access = access
        self._doors = doors
        self._passphrases = passphrases
        self._limits = limits
        self._feed = feed
        self._threads = threads
        self._clock = clock

    async def join(self, wanted: JoinProject, token: str) -> Key:
        """Come in by a link. Whoever has a token keeps it; everybody else gets one.

        Without a passphrase one is a guest, whatever the link would make of others. Raises ``unknown-invite``,
        ``bad-name``, ``bad-passphrase`` and ``name-taken``.
        """
        invite = await self._doors.find(wanted.code)
        key: KeyRecord | None = None
        if token:
            visitor = await self._access.visitor(token)
            if visitor.key.scope is not Scope.FULL:
                raise RefusedError("key-too-narrow")
            account = visitor.account
        else:
            account = await self._new_account(wanted)
            token, hashed = new_token()
            key = KeyRecord(hashed, account, self._clock.now(), wanted.device)
        role = Role.GUEST if account.guest else invite.role
        now = self._clock.now()

        def decide(before: MemberRecord | None) -> Role | None:
            if before is None or before.gone:
                return role
            return role if OF_ROLE[role] > OF_ROLE[before.role] else None

        if not await self._threads.run(self._repository.accept_invite, invite, account, key, now, decide):
            raise RefusedError("name-taken", account.name)
        self._feed.wake(invite.project)
        roles = await self._threads.run(self._repository.roles_of, account.id)
        return Key(token, account.id, account.name, invite.project, roles.get(invite.project))

    async def login(self, wanted: Login) -> Key:
        """Come back. Raises ``wrong-name-or-passphrase``, as slowly for a name that nobody has."""
        self._limits.logins.take(login_of(wanted.name))
        account = await self._threads.run(self._repository.account_named, wanted.name)
        kept = account.passphrase if account is not None else ""
        if not await self._passphrases.matches(kept, wanted.passphrase) or account is None:
            raise RefusedError("wrong-name-or-passphrase")
        token, hashed = new_token()
        key = KeyRecord(hashed, account, self._clock.now(), wanted.device)
        await self._threads.run(self._repository.add_key, key)
        return Key(token, account.id, account.name)

    async def _new_account(self, wanted: JoinProject) -> AccountRecord:
        name = check_name(wanted.name)
        if not wanted.passphrase:
            return AccountRecord(secrets.token_hex(16), name, self._clock.now(), guest=True)
        if len(wanted.passphrase) < MIN_PASSPHRASE:
            raise RefusedError("bad-passphrase")
        kept = await self._passphrases.hash(wanted.passphrase)
        return AccountRecord(secrets.token_hex(16), name, self._clock.now(), passphrase=kept)
