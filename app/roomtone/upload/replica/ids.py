"""Ids for edits that grow: two edits of one maker that the server counts as of the same moment keep their order."""

from __future__ import annotations

from datetime import datetime
from random import Random


class EditIds:
    """Makes ids: 12 hexadecimal digits of the time in milliseconds, 4 of a count, 16 of chance."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._last = (0, 0)

    def fresh(self, now: datetime) -> str:
        """Return an id that sorts behind all that were made here before."""
        time, count = int(now.timestamp() * 1000), 0
        if time <= self._last[0]:
            time, count = self._last[0], self._last[1] + 1
            if count > 0xFFFF:
                time, count = time + 1, 0
        self._last = (time, count)
        return f"{time:012x}{count:04x}{self._random.getrandbits(64):016x}"
