"""What the page shows, as whole, immutable values: the views are handed these and nothing else."""

from __future__ import annotations

import msgspec

from roomtone.gui.presenters.camera import CameraModel
from roomtone.gui.presenters.channels import ChannelChoice
from roomtone.gui.presenters.drafts import ArtworkModel, WritingModel
from roomtone.gui.presenters.prompting import PrompterModel
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import InputChoice, Phase
from roomtone.studio.together_snapshot import TogetherView


class LaneModel(msgspec.Struct, frozen=True):
    """A finished take in the list.

    ``sent`` is the part from 0 to 1 that is in the project: the green line. ``message`` is written across the
    lane: why it cannot be opened, or what it needs. ``own`` tells a person's sound from the practice tone.
    ``filmed`` is one that has a film, its own or one that was placed against it.
    ``heading`` is the title without what the page says anyway. ``thumbnail`` and ``filmstrip`` are picture files or "".
    ``placed`` says where it stands against the take it ``belongs`` to, ``offset`` seconds after it; ``sure`` why.
    """

    id: str
    title: str
    heading: str
    detail: str
    safety: Line
    sent: float
    seconds: float
    tracks: tuple[str, ...]
    tags: tuple[str, ...] = ()
    message: str = ""
    note: str = ""
    starred: bool = False
    readable: bool = True
    playable: bool = True
    filmed: bool = False
    trashed: bool = False
    own: bool = True
    spoken: str = ""
    media: str = "sound"
    thumbnail: str = ""
    filmstrip: str = ""
    placed: str = ""
    sure: str = ""
    offset: float = 0.0
    belongs: bool = False
    folder: str = ""


class RollingModel(msgspec.Struct, frozen=True):
    """The take that rolls. ``gaps`` are the seconds at which sound was lost."""

    id: str
    title: str
    heading: str
    detail: str
    seconds: float
    safe_seconds: float
    tracks: tuple[str, ...]
    trouble: str = ""
    gaps: tuple[float, ...] = ()


class NoticeModel(msgspec.Struct, frozen=True):
    """A notice: what happened, why and what to do about it, and the label of its action or ""."""

    id: int
    title: str
    text: str
    tone: Tone
    action: str


class EmptyModel(msgspec.Struct, frozen=True):
    """What stands where there are no takes. ``action`` is the label of its button or ""; ``icon`` its picture."""

    icon: str
    title: str
    text: str
    action: str = ""


class InputModel(msgspec.Struct, frozen=True):
    """The choice of input and channels."""

    inputs: tuple[InputChoice, ...]
    input: str
    channels: tuple[ChannelChoice, ...]
    channel: str
    enabled: bool


class TransportModel(msgspec.Struct, frozen=True):
    """The bar at the bottom, apart from what moves on every frame."""

    phase: Phase
    label: str
    hint: Line
    enabled: bool
    input: InputModel
    computer: Line
    project: Line
    disk: Line
    can_retry: bool


class HeaderModel(msgspec.Struct, frozen=True):
    """The bar at the top."""

    project: str
    safe: Line
    theme: str
    trash_open: bool
    trashed: int
    person: str
    form: str


class PlayingModel(msgspec.Struct, frozen=True):
    """What is heard, and whether it stands still.

    ``picture`` names the memory with a film's picture, or is ""; ``blind`` says why there is none.
    """

    take: str
    at: float
    length: float
    paused: bool
    picture: str = ""
    blind: str = ""


class PageModel(msgspec.Struct, frozen=True):
    """The whole page. ``announcement`` is to be said to a screen reader whenever its text or number changes."""

    header: HeaderModel
    transport: TransportModel
    rolling: RollingModel | None
    lanes: tuple[LaneModel, ...]
    playing: PlayingModel | None
    empty: EmptyModel | None
    notices: tuple[NoticeModel, ...]
    undo: str
    announcement: tuple[int, str] = (0, "")
    camera: CameraModel = CameraModel()
    prompter: PrompterModel = PrompterModel()
    artwork: ArtworkModel = ArtworkModel()
    writing: WritingModel = WritingModel()
    together: TogetherView = TogetherView()


class FrameModel(msgspec.Struct, frozen=True):
    """What moves on every frame: the time in the middle, where the playhead is, and how far the take is."""

    time: str
    seconds: float
    playing_at: float
