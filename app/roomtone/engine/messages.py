"""What the engine worker is told and what it tells: the contract of its process."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

from roomtone.devices.model import DeviceList
from roomtone.devices.pictures.model import Control, PictureKind, PictureList
from roomtone.foundation.errors import Problem
from roomtone.takes.documents import Manifest, Source

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


class Camera(msgspec.Struct, frozen=True):
    """An open source of pictures. Every one that is open when a take begins becomes a track of it.

    ``source`` is its id; ``preview`` the shared memory with its newest picture, for ``devices.pictures.ring``, "" until
    the first one arrived. ``promised`` and ``fps`` are frames a second, said and measured; ``jitter_ms`` is the
    spread of arrivals. ``encoder`` says how it is or would be kept. ``offset_ms`` is what the self-test found for
    this camera with this input, ``None`` before. ``trouble`` is what is wrong with it right now.
    """

    source: str
    name: str
    kind: PictureKind
    preview: str = ""
    width: int = 0
    height: int = 0
    promised: float = 0.0
    fps: float = 0.0
    jitter_ms: float = 0.0
    encoder: str = ""
    offset_ms: float | None = None
    controls: list[Control] = []
    trouble: Problem | None = None


class RollingPicture(msgspec.Struct, frozen=True):
    """A track of pictures that is being recorded; see ``takes.documents.PictureFacts``."""

    track: str
    source: str
    frames: int
    dropped: int
    missed: int
    repeated: int
    gaps: int
    encoder: str


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
    pictures: list[RollingPicture] = []


class Playing(msgspec.Struct, frozen=True):
    """What is being played, and where it is, in seconds.

    ``picture`` is the shared memory with the picture of a film, for ``devices.pictures.ring``, "" until there is one;
    ``blind`` is why there is none.
    """

    take: str
    at: float
    length: float
    paused: bool = False
    picture: str = ""
    blind: Problem | None = None


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
    cameras: list[Camera] = []


class Levels(msgspec.Struct, frozen=True, tag_field="event", tag="levels"):
    """Levels of every channel of the open input, about 30 times a second.

    ``channels`` holds (peak dBFS, RMS dBFS, clipped samples) in the order of the tracks; ``frames`` is how
    long the rolling take is, or -1.
    """

    channels: list[tuple[float, float, int]]
    frames: int = -1


class Moments(msgspec.Struct, frozen=True, tag_field="event", tag="moments"):
    """Levels of some moments that were measured together, in their order; ``EngineClient`` hands on one by one."""

    levels: list[Levels]


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


class PicturesSeen(msgspec.Struct, frozen=True, tag_field="event", tag="pictures"):
    """The cameras, screens and windows changed, or were asked for."""

    list: PictureList


class SelfTested(msgspec.Struct, frozen=True):
    """What the self-test found: the picture is ``offset_ms`` later than the sound (negative: earlier).

    ``events`` pairs of a flash and a beep, or of a clap seen and heard, agreed within ``spread_ms``.
    """

    offset_ms: float
    spread_ms: float
    events: int


class Snapshot(msgspec.Struct, frozen=True):
    """A still of a camera: where it lies, whole and durable."""

    file: str
    width: int
    height: int


class Notice(msgspec.Struct, frozen=True, tag_field="event", tag="notice"):
    """Something a person should know, once."""

    problem: Problem
    take: str = ""


class Done(msgspec.Struct, frozen=True):
    """The answer to a command that has nothing to say."""


Event = Status | Levels | Moments | Sealed | Recovered | DevicesSeen | PicturesSeen | Notice


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
    """→ ``Rolling``. The input must be open. A second one while recording returns the take that rolls.

    ``lineage``, ``call`` and ``prompt`` are as in ``takes.documents.Began``. After ``seconds`` it ends by itself,
    whatever became of who began it; 0 lets it roll until it is told to end.
    """

    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    title: str = ""
    lineage: list[str] = []
    call: str = ""
    prompt: str = ""
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0


class StopTake(msgspec.Struct, frozen=True, tag_field="do", tag="stop"):
    """→ ``Sealed``. ``take`` guards against stopping another take than the one that was meant."""

    take: str = ""


class LookForPictures(msgspec.Struct, frozen=True, tag_field="do", tag="look-pictures"):
    """→ ``PictureList``."""


class OpenCamera(msgspec.Struct, frozen=True, tag_field="do", tag="open-camera"):
    """→ ``Camera``, when its first picture is there. ``source`` and ``mode`` are read as a person writes them.

    Opened while a take rolls, it is seen at once and recorded from the next take on.
    """

    source: str = ""
    mode: str = ""


class CloseCamera(msgspec.Struct, frozen=True, tag_field="do", tag="close-camera"):
    """→ ``Done``. Refused while a take records it."""

    source: str


class ControlCamera(msgspec.Struct, frozen=True, tag_field="do", tag="control-camera"):
    """→ ``Done``. Hold a control of a camera at ``value``, or leave it to the camera with ``automatic``."""

    source: str
    control: str
    value: float = 0.0
    automatic: bool = False


class SnapCamera(msgspec.Struct, frozen=True, tag_field="do", tag="snap"):
    """→ ``Snapshot``. Writes the newest picture of an open camera, whole, as a PNG to ``file``, which must be new."""

    source: str
    file: str


class SelfTest(msgspec.Struct, frozen=True, tag_field="do", tag="self-test"):
    """→ ``SelfTested``. Watches an open camera and the open input for ``seconds``.

    Somebody flashes and beeps at the same time meanwhile, once a second, or claps (``claps``). What was found is kept
    for this camera with this input, and taken off the time stamps of what they record from then on, with ``keep``.
    """

    source: str
    seconds: float = 8.0
    claps: bool = False
    keep: bool = True


class Play(msgspec.Struct, frozen=True, tag_field="do", tag="play"):
    """→ ``Playing``. ``file`` is a track's path, ``at`` where to begin in seconds.

    ``film`` is the path of the track whose pictures are shown meanwhile, "" for none; it begins ``offset`` seconds
    after the sound. Without a ``file`` the film is shown in silence, for ``seconds``.
    """

    take: str
    file: str
    at: float = 0.0
    device: str = ""
    film: str = ""
    offset: float = 0.0
    seconds: float = 0.0


class Seek(msgspec.Struct, frozen=True, tag_field="do", tag="seek"):
    """→ ``Done``. Go on playing at ``at`` seconds."""

    at: float


class Pause(msgspec.Struct, frozen=True, tag_field="do", tag="pause"):
    """→ ``Done``."""

    on: bool


class StopPlaying(msgspec.Struct, frozen=True, tag_field="do", tag="stop-playing"):
    """→ ``Done``."""


Command = (
    GetStatus
    | LookForDevices
    | OpenInput
    | CloseInput
    | StartTake
    | StopTake
    | LookForPictures
    | OpenCamera
    | CloseCamera
    | ControlCamera
    | SnapCamera
    | SelfTest
    | Play
    | Seek
    | Pause
    | StopPlaying
)
