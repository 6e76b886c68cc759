"""What an edit may wait for besides the network, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from roomtone.foundation.errors import Problem
from roomtone.upload.replica.said import Said
from roomtone.upload.replica.stored import Entry
from roomtone.wire.api import Take
from roomtone.wire.project.items import TakeFields

WAITS_FOR_TAKE: Final = Problem(
    "take-not-sent",
    "It waits for its take",
    "The server hears of the take first",
    "Nothing to do; both are sent by themselves",
)
OTHER_ACCOUNT: Final = Problem(
    "other-account",
    "It waits for the account that it was made with",
    "This home is signed in as somebody else now",
    "Sign in with that account again, and it is sent by itself",
)


class Hindrances:
    """Knows the own takes on this computer, and which of them the server has not heard of."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self.local: dict[str, Take] = {}
        self._unknown: set[str] = set()

    def know(self, local: Mapping[str, Take], unknown: set[str]) -> bool:
        """These takes are here; return whether that is news."""
        if self.local == local and self._unknown == unknown:
            return False
        self.local = dict(local)
        self._unknown = unknown
        return True

    def of(self, entry: Entry, me: str) -> Problem | None:
        """Return what an edit waits for besides the network."""
        if entry.account and me and entry.account != me:
            return OTHER_ACCOUNT
        item = entry.edit.item
        unknown = item in self._unknown and item not in self._said.takes
        return WAITS_FOR_TAKE if unknown and isinstance(entry.edit.fields, TakeFields) else None
