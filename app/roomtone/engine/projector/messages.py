"""What the process that shows a film is told and what it tells: one JSON document a line.

Commands come on standard input, events go to standard output; the pictures go through the shared memory of
``devices.pictures.ring``, as small ones only. The process ends with its input, so that it never outlives the engine.
"""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.foundation.errors import Problem

NAME: Final = "projector"


class Load(msgspec.Struct, frozen=True, tag_field="do", tag="load"):
    """The first command. ``ring`` is the path of the shared memory to be made; ``longest`` bounds both sides of the
    pictures in it, in pixels."""

    file: str
    ring: str
    longest: int = 960


class Follow(msgspec.Struct, frozen=True, tag_field="do", tag="follow"):
    """The sound is at ``at`` seconds of the film at ``moment`` (``time.monotonic``), and goes on unless ``paused``."""

    at: float
    moment: float
    paused: bool = False


class Loaded(msgspec.Struct, frozen=True, tag_field="event", tag="loaded"):
    """Pictures follow in the memory at ``ring``."""

    ring: str


class Blind(msgspec.Struct, frozen=True, tag_field="event", tag="blind"):
    """There is no picture, or none from here on."""

    problem: Problem


Command = Load | Follow
Event = Loaded | Blind
