"""What the engine worker is told and what it tells: the contract of its process."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec

from roomtone.devices.model import DeviceList
from roomtone.foundation.errors import Problem
from roomtone.takes.folder import Manifest, Source

NAME: Final = "engine"


class Activity(StrEnum):
    """What the engine is doing."""

    CLOSED = "closed"
    LISTENING = "listening"
    RECORDING = "recording"
    SEALING = "sealing"


# From each activity to those that may follow it.
MOVES: Final[dict[Activity, frozenset[Activity]]] = {
    Activity.CLOSED: frozenset({Activity.LISTENING}),
    Activity.LISTENING: frozenset({Activity.CLOSED, Activity.RECORDING}),
    Activity.RECORDING: frozenset({Activity.SEALING}),
    Activity.SEALING: frozenset({Activity.LISTENING}),
}

Format = Literal["flac", "wav", "wav-float"]


class Input(msgspec.Struct, frozen=True):
    """An open input. ``tracks`` holds the device channels (from 1) of each track to be."""

    device: str
    name: str
    rate: int
    format: Format
    tracks: list[list[int]]
    source: Source = Source.RECORDED


class Rolling(msgspec.Struct, frozen=True):
    """The take that is being recorded. ``files`` are its tracks; ``frames`` were captured so far."""

    id: str
    folder: str
    title: str
    started: str
    rate: int
    frames: int
    files: list[str]
    dropouts: int = 0
    clipped: int = 0
    in_memory: int = 0


class Playing(msgspec.Struct, frozen=True):
    """What is being played, and where it is, in seconds."""

    take: str
    at: float
    length: float
    paused: bool = False


class Status(msgspec.Struct, frozen=True, tag_field="event", tag="status"):
    """Everything about the engine that is a state. Sent to a new client, and when anything changes.

    ``bytes_free`` and ``seconds_left`` speak of the disk that takes go to; ``seconds_left`` is how long the
    present input can be recorded onto it. ``trouble`` is what is wrong with the input or the disk right now.
    """

    activity: Activity
    input: Input | None = None
    rolling: Rolling | None = None
    playing: Playing | None = None
    bytes_free: int = 0
    seconds_left: float = 0.0
    trouble: Problem | None = None


class Levels(msgspec.Struct, frozen=True, tag_field="event", tag="levels"):
    """Levels of every channel of the open input, about 30 times a second.

    ``channels`` holds (peak dBFS, RMS dBFS, clipped samples) in the order of the tracks; ``frames`` is how
    long the rolling take is, or -1.
    """

    channels: list[tuple[float, float, int]]
    frames: int = -1


class Sealed(msgspec.Struct, frozen=True, tag_field="event", tag="sealed"):
    """A take was sealed, re-opened, decoded to its end and hashed."""

    folder: str
    manifest: Manifest


class Recovered(msgspec.Struct, frozen=True, tag_field="event", tag="recovered"):
    """A take that an earlier engine left behind is whole again."""

    folder: str
    manifest: Manifest


class DevicesSeen(msgspec.Struct, frozen=True, tag_field="event", tag="devices"):
    """The devices changed, or were asked for."""

    list: DeviceList


class Notice(msgspec.Struct, frozen=True, tag_field="event", tag="notice"):
    """Something a person should know, once."""

    problem: Problem
    take: str = ""


class Done(msgspec.Struct, frozen=True):
    """The answer to a command that has nothing to say."""


Event = Status | Levels | Sealed | Recovered | DevicesSeen | Notice


class GetStatus(msgspec.Struct, frozen=True, tag_field="do", tag="status"):
    """→ ``Status``."""


class LookForDevices(msgspec.Struct, frozen=True, tag_field="do", tag="devices"):
    """→ ``DeviceList``; with ``rates`` each device is tried for the rates that it accepts."""

    rates: bool = False


class OpenInput(msgspec.Struct, frozen=True, tag_field="do", tag="open"):
    """→ ``Input``. ``device`` and ``channels`` are read as a person writes them; "" is the default."""

    device: str = ""
    channels: str = ""
    rate: int = 0
    format: Format = "flac"


class CloseInput(msgspec.Struct, frozen=True, tag_field="do", tag="close"):
    """→ ``Done``. Refused while recording."""


class StartTake(msgspec.Struct, frozen=True, tag_field="do", tag="start"):
    """→ ``Rolling``. The input must be open. A second one while recording returns the take that rolls."""

    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    title: str = ""


class StopTake(msgspec.Struct, frozen=True, tag_field="do", tag="stop"):
    """→ ``Sealed``. ``take`` guards against stopping another take than the one that was meant."""

    take: str = ""


class Play(msgspec.Struct, frozen=True, tag_field="do", tag="play"):
    """→ ``Playing``. ``file`` is a track's path, ``at`` where to begin in seconds."""

    take: str
    file: str
    at: float = 0.0
    device: str = ""


class Seek(msgspec.Struct, frozen=True, tag_field="do", tag="seek"):
    """→ ``Done``. Go on playing at ``at`` seconds."""

    at: float


class Pause(msgspec.Struct, frozen=True, tag_field="do", tag="pause"):
    """→ ``Done``."""

    on: bool


class StopPlaying(msgspec.Struct, frozen=True, tag_field="do", tag="stop-playing"):
    """→ ``Done``."""


Command = GetStatus | LookForDevices | OpenInput | CloseInput | StartTake | StopTake | Play | Seek | Pause | StopPlaying
