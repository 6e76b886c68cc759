"""What a face is given: whole, immutable states. The contract between the use cases and the faces."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from roomtone.foundation.errors import Problem
from roomtone.studio.lines import Line, Tone
from roomtone.studio.together_snapshot import TogetherView


class Safety(StrEnum):
    """Where a take is safe. ``NEEDS_YOU`` comes with a problem: the reason and the one thing to do."""

    ON_THIS_COMPUTER = "on this computer"
    SENDING = "sending"
    SAFE = "safe on the server"
    NEEDS_YOU = "needs you"


class Phase(StrEnum):
    """What the record button means now."""

    STARTING = "starting"
    NO_INPUT = "no-input"
    READY = "ready"
    RECORDING = "recording"
    SAVING = "saving"


class InputChoice(msgspec.Struct, frozen=True):
    """An input that can be chosen. ``label`` is for people, ``id`` for ``Studio.choose_input``."""

    id: str
    label: str
    channels: int
    practice: bool = False


class InputView(msgspec.Struct, frozen=True):
    """The open input. ``tracks`` names the tracks to be, such as "1" or "1+2"."""

    id: str
    label: str
    rate: int
    format: str
    tracks: list[str]
    practice: bool = False


class CameraChoice(msgspec.Struct, frozen=True):
    """A camera, screen or window that can be opened. ``modes`` are as a person writes them ("720p30")."""

    id: str
    label: str
    modes: list[str] = []
    practice: bool = False


class ControlView(msgspec.Struct, frozen=True):
    """A control of a camera, from ``low`` to ``high``; ``automatic`` is ``None`` where it has no automatic."""

    name: str
    label: str
    value: float
    low: float
    high: float
    automatic: bool | None = None


class CameraView(msgspec.Struct, frozen=True):
    """An open camera. ``preview`` is for ``studio.preview``, "" before the first picture.

    ``detail`` is the line under the picture ("1280×720 · 30 fps · 0 dropped"); ``recording`` tells that the rolling
    take keeps it; ``sync_line`` what the self-test found ("12 ms late, taken off"), "" before.
    """

    id: str
    label: str
    preview: str = ""
    width: int = 0
    height: int = 0
    detail: str = ""
    recording: bool = False
    practice: bool = False
    sync_line: str = ""
    controls: list[ControlView] = []
    trouble: Problem | None = None


class Framing(msgspec.Struct, frozen=True):
    """How the preview is shown; the recorded picture is never changed by it.

    ``aspect`` is "", "16:9", "9:16", "4:3", "1:1" or "2.39:1"; ``ghost`` from 0 to 1 is how much of the ghost is seen.
    """

    mirrored: bool = True
    aspect: str = ""
    thirds: bool = False
    eye_line: bool = False
    zebra: bool = False
    meter: bool = True
    ghost: float = 0.0


class PrompterView(msgspec.Struct, frozen=True):
    """The script or lyrics beside the camera. ``words_a_minute`` paces it while a take rolls; 0 leaves it by hand.

    ``with_guide`` has it go by just as long as the guide does, where one is heard.
    """

    text: str = ""
    words_a_minute: int = 120
    shown: bool = False
    with_guide: bool = True


class DraftKind(StrEnum):
    """What a draft is going to be."""

    STILL = "still"
    STOP_MOTION = "stop-motion"
    TIME_LAPSE = "time-lapse"
    WRITING = "writing"


class RevisionView(msgspec.Struct, frozen=True):
    """How a page once read, and when that was, for people."""

    text: str
    when: str


class DraftView(msgspec.Struct, frozen=True):
    """Something begun and not yet a take; it is kept on disk at every step. ``pictures`` are files, oldest first.

    ``revisions`` of a page come oldest first. ``running`` tells that a time-lapse is taking pictures, one each
    ``every`` seconds.
    """

    id: str
    kind: DraftKind
    title: str
    changed: str
    pictures: list[str] = []
    text: str = ""
    words: int = 0
    revisions: tuple[RevisionView, ...] = ()
    every: float = 0.0
    running: bool = False


class RollingView(msgspec.Struct, frozen=True):
    """The take that is being recorded.

    ``seconds`` were captured; ``safe_seconds`` of them are already in the project (the green line);
    ``tracks`` names its track files that have sound, for the waveform.
    """

    id: str
    title: str
    seconds: float
    safe_seconds: float
    tracks: list[str]
    dropouts: int = 0
    clipped: int = 0


class TakeView(msgspec.Struct, frozen=True):
    """A take in the list. ``sent`` is the share from 0 to 1 that the server has acknowledged.

    ``media`` is "sound", "video", "artwork" or "writing"; ``thumbnail`` and ``filmstrip`` are files, "" while there are
    none. A take that was placed against another one by its sound ``belongs_to`` it, ``offset`` seconds after it.
    ``tracks`` names the track files that have sound, for the waveform; all files lie in ``folder``.
    With ``unreadable`` set the folder could not be opened; it was left alone, and nothing can be done with it.
    """

    id: str
    title: str
    started: str
    seconds: float
    detail: str
    safety: Safety
    sent: float = 0.0
    starred: bool = False
    note: str = ""
    trashed: bool = False
    recovered: bool = False
    practice: bool = False
    audio: bool = True
    plays: bool = True
    filmed: bool = False
    tracks: list[str] = []
    media: str = "sound"
    thumbnail: str = ""
    filmstrip: str = ""
    belongs_to: str = ""
    offset: float = 0.0
    confidence: float = 0.0
    problem: Problem | None = None
    unreadable: Problem | None = None
    folder: str = ""


class PlayingView(msgspec.Struct, frozen=True):
    """What is heard: the take, where in it, and how long it is, in seconds.

    ``picture`` names the memory with a film's picture for ``studio.preview``, or is ""; ``blind`` is why there is none.
    """

    take: str
    at: float
    length: float
    paused: bool = False
    picture: str = ""
    blind: Problem | None = None


class NoticeView(msgspec.Struct, frozen=True):
    """Something to tell once: shown in the page, never as a box, until ``Studio.dismiss``.

    ``action`` is the label of the one thing that can be done here, for ``Studio.act``, or "".
    """

    id: int
    problem: Problem
    tone: Tone = Tone.LOOK
    action: str = ""


class StudioState(msgspec.Struct, frozen=True):
    """Everything that a face shows, except levels, which come thirty times a second.

    ``ghost`` is the file of the picture that may be laid over the preview. ``testing`` is the camera whose sync
    self-test runs. Meanwhile the face flashes as ``studio.flashing`` says: the first flash begins ``testing_since``
    (monotonic seconds of the clock that the studio was given, perhaps a moment ahead), and one follows each
    ``EVERY_SECONDS``. ``None`` is a test by claps, for which nobody flashes.
    ``guide_seconds`` is how long the guide is that is heard now, 0 for none.
    """

    phase: Phase = Phase.STARTING
    inputs: list[InputChoice] = []
    input: InputView | None = None
    rolling: RollingView | None = None
    takes: list[TakeView] = []
    trash: list[TakeView] = []
    playing: PlayingView | None = None
    project: str = ""
    person: str = ""
    theme: str = "system"
    computer_line: Line = Line("On this computer", Tone.QUIET)
    project_line: Line = Line("In the project", Tone.QUIET)
    disk_line: Line = Line("", Tone.QUIET)
    safe_line: Line = Line("Starting", Tone.QUIET)
    camera_choices: list[CameraChoice] = []
    cameras: list[CameraView] = []
    framing: Framing = Framing()
    ghost: str = ""
    prompter: PrompterView = PrompterView()
    guide_seconds: float = 0.0
    drafts: list[DraftView] = []
    testing: str = ""
    testing_since: float | None = None
    undo: str = ""
    notices: list[NoticeView] = []
    together: TogetherView = TogetherView()


class LevelsView(msgspec.Struct, frozen=True):
    """Levels of the open input: (label, peak dBFS, RMS dBFS, clipped now) of every channel."""

    channels: list[tuple[str, float, float, bool]]


SILENT: Final = LevelsView([])
