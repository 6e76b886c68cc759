"""What the engine says of an input or a disk that is in trouble."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.errors import Problem

DISK_FULL: Final = Problem(
    "disk-full",
    "The disk is full",
    "The take goes on for about a minute in the room that was set aside for this",
    "Free some space now, or stop: everything so far is kept",
)


MOVED: Final = "input-moved"


def moved(name: str, elsewhere: str) -> Problem:
    """Return what to say when the sound system leads ``elsewhere`` into the input ``name``."""
    return Problem(
        MOVED,
        f"“{name}” is “{elsewhere}” now",
        "The system took the input elsewhere, as it does when a microphone is unplugged",
        "Plug it in again and open the input once more; a take goes on meanwhile, with what it hears now",
    )


def silent(name: str) -> Problem:
    """Return what to say of the input ``name`` when nothing arrives from it any more."""
    return Problem(
        "input-silent",
        f"“{name}” stopped sending",
        "Nothing arrives from it",
        "Check its cable; the take goes on if it comes back at once, and is kept in any case",
    )


def gone(name: str) -> Problem:
    """Return what to say of the input ``name`` when it is taken for gone."""
    return Problem(
        "device-gone",
        f"“{name}” is gone",
        "It was unplugged or switched off",
        "What was recorded is kept. Plug it in again to go on",
    )
