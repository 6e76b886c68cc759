"""Who asks, and what they may see. Every request comes through here."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from roomtone.server.db.contract import Repository
from roomtone.server.db.records import AccountRecord, UploadRecord
from roomtone.server.problems import RefusedError
from roomtone.server.threads import Threads

T = TypeVar("T")

_MOST: Final = 4096
_MAX_TOKEN: Final = 200


def new_token() -> tuple[str, str]:
    """Make a token; return it and the hash that is kept of it."""
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so one round of SHA-256 is all it needs."""
    return hashlib.sha256(token.encode()).hexdigest()


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

    def __init__(self, repository: Repository, threads: Threads) -> None:
        self._accounts = _Kept(repository.account_of, repository.access_version, threads)
        self._members = _Kept(repository.memberships, repository.access_version, threads)
        self._uploads = _Kept(repository.upload, repository.version, threads)

    async def account(self, token: str) -> AccountRecord:
        """Return whom a token belongs to. Raises ``not-signed-in``."""
        if not token or len(token) > _MAX_TOKEN:
            raise RefusedError("not-signed-in", "The request carries no token")
        found = await self._accounts.ask(hash_token(token))
        if found is None:
            raise RefusedError("not-signed-in", "The token is unknown or was taken back")
        return found

    async def projects(self, account: str) -> frozenset[str]:
        """Return the projects that an account is a member of, as it is now: ask anew for every request."""
        return await self._members.ask(account)

    async def may_see(self, account: str, project: str) -> bool:
        """Return whether an account is a member of a project."""
        return project in await self._members.ask(account)

    async def check_member(self, account: str, project: str) -> None:
        """Raise ``unknown-project`` for everybody who is not a member, as if it did not exist."""
        if not await self.may_see(account, project):
            raise RefusedError("unknown-project")

    async def upload(self, account: str, upload: str) -> UploadRecord:
        """Return somebody's own upload. Raises ``unknown-upload`` for everybody else."""
        found = await self._uploads.ask(upload)
        if found is None or found.account != account:
            raise RefusedError("unknown-upload")
        if found.project and not await self.may_see(account, found.project):
            raise RefusedError("unknown-upload")
        return found

    def created(self, upload: UploadRecord) -> None:
        """Be told of an upload that was just added, so that its first bytes need not wait for the database."""
        self._uploads.keep(upload.id, upload)
