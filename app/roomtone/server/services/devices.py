"""The keys of an account: listed, made, renewed and taken back; and its passphrase."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.foundation.clock import Clock
from roomtone.server.db.contract import Repository
from roomtone.server.db.records import KeyRecord
from roomtone.server.problems import RefusedError
from roomtone.server.services.access import Visitor, new_token
from roomtone.server.services.passphrases import Passphrases
from roomtone.server.services.telling import moment
from roomtone.server.threads import Threads
from roomtone.wire.project.people import Device, Devices, Key, NewDevice, NewPassphrase, Scope
from roomtone.wire.project.rights import Right

MOST_KEYS: Final = 100
# A key is known by the beginning of its hash, which opens nothing.
_ID_LETTERS: Final = 32


class Keys:
    """Looks after keys. Used on the event loop, after the guard let the visitor in."""

    def __init__(self, repository: Repository, passphrases: Passphrases, threads: Threads, clock: Clock) -> None:
        self._repository = repository
        self._passphrases = passphrases
        self._threads = threads
        self._clock = clock

    async def devices(self, visitor: Visitor) -> Devices:
        """Return every key of an account."""
        found = await self._threads.run(self._repository.keys_of, visitor.id)
        return Devices([_document(key, visitor) for key in found])

    async def add(self, visitor: Visitor, wanted: NewDevice) -> Key:
        """Make a further key; one for recording is for one project in which its owner may contribute."""
        project = ""
        if wanted.scope is Scope.RECORDER:
            project = wanted.project or ""
            visitor.check(project, Right.CONTRIBUTE)
        if len(await self._threads.run(self._repository.keys_of, visitor.id)) >= MOST_KEYS:
            raise RefusedError("too-many-devices", f"There are {MOST_KEYS} of them")
        token, hashed = new_token()
        key = KeyRecord(hashed, visitor.account, self._clock.now(), wanted.device, wanted.scope, project)
        await self._threads.run(self._repository.add_key, key)
        return Key(token, visitor.id, visitor.account.name, project)

    async def drop(self, visitor: Visitor, device: str) -> None:
        """Take a key back. Raises ``unknown-device``."""
        for key in await self._threads.run(self._repository.keys_of, visitor.id):
            if key.hash[:_ID_LETTERS] == device:
                await self._threads.run(self._repository.drop_key, visitor.id, key.hash)
                return
        raise RefusedError("unknown-device")

    async def rotate(self, visitor: Visitor) -> Key:
        """Put a new key in the place of the one that asks."""
        token, hashed = new_token()
        key = msgspec.structs.replace(visitor.key, hash=hashed, created=self._clock.now(), used=None)
        if not await self._threads.run(self._repository.replace_key, visitor.key.hash, key):
            raise RefusedError("not-signed-in", "The token was taken back")
        return Key(token, visitor.id, visitor.account.name)

    async def set_passphrase(self, visitor: Visitor, wanted: NewPassphrase) -> None:
        """Change the passphrase. Raises ``wrong-name-or-passphrase``, and ``name-taken`` for a guest."""
        kept = visitor.account.passphrase
        if kept and not await self._passphrases.matches(kept, wanted.old):
            raise RefusedError("wrong-name-or-passphrase")
        hashed = await self._passphrases.hash(wanted.new)
        if not await self._threads.run(self._repository.set_passphrase, visitor.id, hashed, self._clock.now()):
            raise RefusedError("name-taken", visitor.account.name)


def _document(key: KeyRecord, visitor: Visitor) -> Device:
    used = moment(key.used) if key.used is not None else ""
    current = key.hash == visitor.key.hash
    return Device(key.hash[:_ID_LETTERS], key.device, key.scope, moment(key.created), used, key.project, current)
