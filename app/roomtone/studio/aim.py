"""What the next take is for: a call, the day's prompt, a reading, or nothing but itself."""

from __future__ import annotations

from typing import Final

import msgspec


class Aim(msgspec.Struct, frozen=True):
    """Written into the take when it begins.

    ``guide`` is a file that is heard meanwhile, a mix of the takes ``heard`` or, without any, clicks; ``used`` are
    takes that the new one is made of, such as the text of a reading. ``rate`` in Hz and ``frame_rate`` are what the
    call asks for, 0 for anything.
    """

    call: str = ""
    prompt: str = ""
    part: str = ""
    guide: str = ""
    heard: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    rate: int = 0
    frame_rate: float = 0.0

    def lineage(self, *, heard: bool) -> list[str]:
        """Return the takes that a new one comes from; without its guide where that could not be ``heard``."""
        return [*self.used, *(self.heard if heard else ())]


# What the player is told of a guide: a mix is no take.
GUIDE: Final = "guide"
# Clicks go on as long as somebody records, so that nothing can be paced by their end.
CLICK: Final = "click"
FREE: Final = Aim()
