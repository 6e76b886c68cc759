"""Passphrases: hashed with argon2id, a few at a time, and as slowly for names that nobody has."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any, Final

from roomtone.server.threads import Threads

# Each takes 19 MiB and some hundredths of a second (OWASP's first choice); so many at once are all that is spent.
_AT_ONCE: Final = 2
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2


class Passphrases:
    """Makes and checks what is kept of passphrases. Used on the event loop."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._loaded: Any = None
        self._nobodys = ""

    async def hash(self, passphrase: str) -> str:
        """Return what is kept of a passphrase."""
        async with self._room:
            return await self._threads.run(self._hash, passphrase)

    async def matches(self, kept: str, passphrase: str) -> bool:
        """Return whether a passphrase is the one that was kept; "" for none costs as much."""
        async with self._room:
            return await self._threads.run(self._matches, kept, passphrase)

    def _hasher(self) -> Any:
        # Only a server that people come to by name pays for the library.
        if self._loaded is None:
            argon2 = importlib.import_module("argon2")
            self._loaded = argon2.PasswordHasher(_PASSES, _MEMORY_KIB, 1)
        return self._loaded

    def _hash(self, passphrase: str) -> str:
        return str(self._hasher().hash(passphrase))

    def _matches(self, kept: str, passphrase: str) -> bool:
        if not self._nobodys:
            self._nobodys = self._hash("nobody's")
        wrong = importlib.import_module("argon2.exceptions")
        try:
            self._hasher().verify(kept or self._nobodys, passphrase)
        except (wrong.VerificationError, wrong.InvalidHashError):
            return False
        return bool(kept)
