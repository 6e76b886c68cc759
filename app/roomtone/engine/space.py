"""Room on the disk: how long it lasts, and a reserve for when it does not.

A take begins by setting aside room for more than a minute of itself. When the disk is full the reserve is
given back, so that the recording goes on into it; a second, small reserve makes sure that the take can still be
sealed after that.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import Problem, WorldError
from roomtone.foundation.files import free_bytes
from roomtone.foundation.paths import Home

RESERVE_SECONDS: Final = 75
SEAL_RESERVE: Final = 512 << 10
# Below this a take is not begun at all.
LEAST_SECONDS: Final = 120
# The disk is called low when it holds less than this many seconds of the present input.
LOW_SECONDS: Final = 15 * 60

RESERVE_FILES: Final = (".reserve-sound", ".reserve-seal")


def filling_speed(home: Home, bytes_a_second: int) -> int:
    """Return how fast recording at ``bytes_a_second`` fills the disk of the takes.

    While no other server is joined, the embedded one keeps a copy of every byte on the same disk.
    """
    return bytes_a_second if home.account.exists() else 2 * bytes_a_second


def seconds_left(folder: Path, bytes_a_second: int) -> tuple[int, float]:
    """Return the free bytes where ``folder`` lies, and how many seconds of recording they hold."""
    free = free_bytes(folder)
    return free, free / bytes_a_second if bytes_a_second else float("inf")


def low_problem(seconds: float) -> Problem | None:
    """Return what to say of a disk that holds ``seconds`` more, or ``None`` while it holds enough."""
    if seconds >= LOW_SECONDS:
        return None
    minutes = max(0, int(seconds // 60))
    return Problem(
        "disk-low",
        f"The disk has room for {minutes} more minute{'' if minutes == 1 else 's'}",
        "It is nearly full",
        "Free some space; recording goes on meanwhile",
    )


def check_room(folder: Path, bytes_a_second: int) -> None:
    """Raise ``WorldError`` where a take would hardly have begun before the disk is full."""
    _, seconds = seconds_left(folder, bytes_a_second)
    if seconds < LEAST_SECONDS:
        raise WorldError(
            "disk-full",
            "The take was not begun",
            f"The disk has room for {int(seconds)} seconds only",
            "Free some space, or choose another folder with --home",
        )


class Reserve:
    """The room that a take set aside in its folder."""

    def __init__(self, folder: Path, bytes_a_second: int) -> None:
        """Set the room aside. Raises ``OSError`` when there is none."""
        self._sound = folder / RESERVE_FILES[0]
        self._seal = folder / RESERVE_FILES[1]
        self._given_back = False
        try:
            _allocate(self._seal, SEAL_RESERVE)
            _allocate(self._sound, bytes_a_second * RESERVE_SECONDS)
        except OSError:
            # What was set aside so far would only keep the disk full.
            self.give_back_all()
            raise

    @property
    def given_back(self) -> bool:
        """Whether the room for sound was given back: the disk was full at least once."""
        return self._given_back

    def give_back_sound(self) -> bool:
        """Give back the room for sound; return whether there was any."""
        if self._given_back:
            return False
        self._given_back = True
        self._sound.unlink(missing_ok=True)
        return True

    def give_back_all(self) -> None:
        """Give back everything: the take is about to be sealed."""
        self.give_back_sound()
        self._seal.unlink(missing_ok=True)


def _allocate(path: Path, size: int) -> None:
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)


def remove_leftovers(takes: Path) -> None:
    """Remove the reserves of takes whose recorder died. They never held anything."""
    for name in RESERVE_FILES:
        for path in takes.glob(f"*/{name}"):
            with contextlib.suppress(OSError):
                path.unlink()
