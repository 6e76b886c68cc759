"""What the process of an open source of pictures is told and what it tells: one JSON document a line.

Commands come on standard input, events go to standard output; the frames themselves go through the ``ring``. The
process ends with its input, so that it never outlives the engine.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from roomtone.devices.pictures.model import Control, PictureKind, PictureMode
from roomtone.foundation.errors import Problem

NAME: Final = "camera"


class OpenPicture(msgspec.Struct, frozen=True, tag_field="do", tag="open"):
    """The first command. ``ring`` is the path of the shared memory to be made; a change of size makes another,
    called after it. ``preview_width`` is how wide the small picture for the window is at most."""

    source: str
    name: str
    kind: PictureKind
    mode: PictureMode
    ring: str
    preview_width: int = 640


class SetControl(msgspec.Struct, frozen=True, tag_field="do", tag="control"):
    """Hold exposure, white balance or focus at ``value``, or leave it to the camera with ``automatic``."""

    name: str
    value: float = 0.0
    automatic: bool = False


class Snap(msgspec.Struct, frozen=True, tag_field="do", tag="snap"):
    """Write the newest frame, whole, as a PNG to ``file``, durable before ``Snapped`` is told."""

    file: str


class Condition(StrEnum):
    """What is wrong with the pictures themselves, as far as can be seen from them."""

    FINE = "fine"
    BLACK = "black"
    FROZEN = "frozen"
    SLOW = "slow"
    SILENT = "silent"


class Opened(msgspec.Struct, frozen=True, tag_field="event", tag="opened"):
    """Frames follow: 8-bit 4:2:0 of this size in the memory at ``ring``. ``fps`` is what the source promises, 0 if
    nothing. ``full_range`` tells how brightness is coded; ``numbered`` that ``source_time`` is only a frame number
    over ``fps``, because the source tells no times."""

    ring: str
    width: int
    height: int
    fps: float
    full_range: bool = False
    numbered: bool = False
    controls: list[Control] = []


class Frame(msgspec.Struct, frozen=True, tag_field="event", tag="frame"):
    """Frame ``number`` (from 0, over all rings) lies in ``slot``. ``source_time`` is when it was taken by the source's
    own clock, ``arrival`` when it reached this machine, both in seconds; the latter by ``time.monotonic``."""

    number: int
    slot: int
    source_time: float
    arrival: float


class Dropped(msgspec.Struct, frozen=True, tag_field="event", tag="dropped"):
    """``count`` frames came while every slot was still wanted, and were let go."""

    count: int


class Lost(msgspec.Struct, frozen=True, tag_field="event", tag="lost"):
    """The source is gone for now; it is tried again until the process is ended. ``Opened`` tells that it is back."""

    problem: Problem


class Conditions(msgspec.Struct, frozen=True, tag_field="event", tag="condition"):
    """What is wrong with the pictures changed. ``fps`` is what was measured lately."""

    condition: Condition
    fps: float


class Snapped(msgspec.Struct, frozen=True, tag_field="event", tag="snapped"):
    """The answer to ``Snap``; with a ``problem`` nothing was written."""

    file: str
    problem: Problem | None = None


class ControlSet(msgspec.Struct, frozen=True, tag_field="event", tag="controls"):
    """The controls as they are now."""

    controls: list[Control]


Command = OpenPicture | SetControl | Snap
Event = Opened | Frame | Dropped | Lost | Conditions | Snapped | ControlSet
