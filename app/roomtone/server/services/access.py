"""Who asks, and what they are in every project. Every request comes through here."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import AccountRecord, KeyRecord, TakePlace, UploadRecord
from roomtone.server.problems import RefusedError
from roomtone.server.threads import Threads
from roomtone.wire.project.people import Role
from roomtone.wire.project.rights import Right, allowed

log = logging.getLogger(__name__)

T = TypeVar("T")

_MOST: Final = 4096
_MAX_TOKEN: Final = 200
# When a key was used is remembered to the hour.
_USED_EVERY: Final = timedelta(hours=1)


def new_token() -> tuple[str, str]:
    """Make a token; return it and the hash that is kept of it."""
    token = secrets.token_urlsafe(32)
    while token.startswith("-"):
        # On a command line it would be taken for an option.
        token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so one round of SHA-256 is all it needs."""
    return hashlib.sha256(token.encode()).hexdigest()


class Visitor(msgspec.Struct, frozen=True):
    """Who asks, by which key, and what they are in each of their projects, as it was when the request came."""

    account: AccountRecord
    key: KeyRecord
    roles: Mapping[str, Role]

    @property
    def id(self) -> str:
        """The account."""
        return self.account.id

    def role(self, project: str) -> Role | None:
        """Return what they are in a project; ``None`` for strangers, and where the key does not open it."""
        return self.roles.get(project) if self.key.project in ("", project) else None

    def may(self, project: str, right: Right) -> bool:
        """Return whether they may do something in a project with this key."""
        return allowed(self.role(project), right, self.key.scope)

    def check(self, project: str, right: Right) -> None:
        """Raise ``unknown-project`` for strangers, as if it did not exist; or ``key-too-narrow``, ``not-allowed``."""
        if project not in self.roles:
            raise RefusedError("unknown-project")
        if not self.may(project, right):
            narrow = allowed(self.roles[project], right)
            raise RefusedError("key-too-narrow" if narrow else "not-allowed", f"You need the right to {right}")

    def sees(self, take: str, place: TakePlace, named: frozenset[str]) -> bool:
        """Return whether they may know of a take. ``named`` are the takes that the project's calls show to everybody.

        A key for recording knows its owner's takes in its own project.
        """
        if self.role(place.project) is None:
            return False
        if place.maker == self.id:
            return True
        known = take in named and self.may(place.project, Right.KNOW)
        return known or self.may(place.project, Right.SEE)


class _Kept(Generic[T]):
    """Answers to one question, kept as long as a version says that they are still right."""

    def __init__(self, question: Callable[[str], T], version: Callable[[], int], threads: Threads) -> None:
        self._question = question
        self._ask_version = version
        self._threads = threads
        self._answers: dict[str, T] = {}
        self._version = -1

    async def ask(self, key: str) -> T:
        """Return the answer. On the event loop only."""
        version = self._ask_version()
        if version != self._version or len(self._answers) > _MOST:
            self._answers.clear()
            self._version = version
        if key in self._answers:
            return self._answers[key]
        answer = await self._threads.run(self._question, key)
        # Somebody may have committed meanwhile, and then this answer may be older than that.
        if self._version == version:
            self._answers[key] = answer
        return answer

    def keep(self, key: str, answer: T) -> None:
        """Keep an answer that is known to be right now and that nobody else can have changed since."""
        if self._ask_version() != self._version:
            self._answers.clear()
            self._version = self._ask_version()
        self._answers[key] = answer


class Access:
    """Answers from memory as long as the database says that nothing was committed since."""

    def __init__(self, repository: Repository, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._threads = threads
        self._clock = clock
        self._keys = _Kept(repository.key_of, repository.access_version, threads)
        self._roles = _Kept(repository.roles_of, repository.access_version, threads)
        self._uploads = _Kept(repository.upload, repository.version, threads)
        self._named = _Kept(repository.named_takes, repository.version, threads)
        self._own = _Kept(repository.own_takes, repository.version, threads)
        self._places = _Kept(self._place, repository.version, threads)
        self._used: dict[str, datetime] = {}

    async def visitor(self, token: str) -> Visitor:
        """Return whom a token belongs to and what they are. Raises ``not-signed-in``."""
        if not token or len(token) > _MAX_TOKEN:
            raise RefusedError("not-signed-in", "The request carries no token")
        key = await self._keys.ask(hash_token(token))
        if key is None:
            raise RefusedError("not-signed-in", "The token is unknown or was taken back")
        await self._remember_use(key)
        return Visitor(key.account, key, await self._roles.ask(key.account.id))

    async def named(self, project: str) -> frozenset[str]:
        """Return the takes that the calls of a project show."""
        return await self._named.ask(project)

    async def own(self, visitor: Visitor) -> frozenset[str]:
        """Return the takes that somebody made, of all projects."""
        return await self._own.ask(visitor.id)

    async def take(self, visitor: Visitor, take: str) -> TakePlace:
        """Return where a take belongs. Raises ``unknown-take`` for whoever may not know of it."""
        place = await self._places.ask(take)
        if place is None:
            raise RefusedError("unknown-take")
        # Most may see everything, and need not wait for what the calls show.
        if not visitor.sees(take, place, frozenset()) and not visitor.sees(
            take, place, await self.named(place.project)
        ):
            raise RefusedError("unknown-take")
        return place

    async def upload(self, visitor: Visitor, upload: str) -> UploadRecord:
        """Return somebody's own upload. Raises ``unknown-upload`` for everybody else."""
        found = await self._uploads.ask(upload)
        if found is None or found.account != visitor.id:
            raise RefusedError("unknown-upload")
        if found.project and visitor.role(found.project) is None:
            raise RefusedError("unknown-upload")
        return found

    def created(self, upload: UploadRecord) -> None:
        """Be told of an upload that was just added, so that its first bytes need not wait for the database."""
        self._uploads.keep(upload.id, upload)

    def _place(self, take: str) -> TakePlace | None:
        return self._repository.take_places([take]).get(take)

    async def _remember_use(self, key: KeyRecord) -> None:
        now = self._clock.now()
        known = self._used.get(key.hash) or key.used
        if known is not None and now - known < _USED_EVERY:
            return
        if len(self._used) > _MOST:
            self._used.clear()
        self._used[key.hash] = now
        hour = now.replace(minute=0, second=0, microsecond=0)
        try:
            await self._threads.run(self._repository.use_key, key.hash, hour)
        except RoomtoneError as error:
            # A full disk keeps nobody from reading, nor from hearing why nothing can be written.
            log.info("the use of a key could not be remembered: %s", error)
