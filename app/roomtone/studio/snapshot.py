"""What a face is given: whole, immutable states. The contract between the use cases and the faces."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from roomtone.foundation.errors import Problem


class Tone(StrEnum):
    """What a colour may say. Red means recording, green safe, amber look here, and nothing else does."""

    QUIET = "quiet"
    SAFE = "safe"
    LOOK = "look"
    RECORDING = "recording"


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


class Line(msgspec.Struct, frozen=True):
    """A line of text with the tone of its dot."""

    text: str
    tone: Tone


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


class RollingView(msgspec.Struct, frozen=True):
    """The take that is being recorded.

    ``seconds`` were captured; ``safe_seconds`` of them are already in the project (the green line);
    ``tracks`` names its track files, for the waveform.
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
    tracks: list[str] = []
    problem: Problem | None = None
    unreadable: Problem | None = None


class PlayingView(msgspec.Struct, frozen=True):
    """What is heard: the take, where in it, and how long it is, in seconds."""

    take: str
    at: float
    length: float
    paused: bool = False


class NoticeView(msgspec.Struct, frozen=True):
    """Something to tell once: shown in the page, never as a box, until ``Studio.dismiss``.

    ``action`` is the label of the one thing that can be done here, for ``Studio.act``, or "".
    """

    id: int
    problem: Problem
    tone: Tone = Tone.LOOK
    action: str = ""


class StudioState(msgspec.Struct, frozen=True):
    """Everything that a face shows, except levels, which come thirty times a second."""

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
    undo: str = ""
    notices: list[NoticeView] = []


class LevelsView(msgspec.Struct, frozen=True):
    """Levels of the open input: (label, peak dBFS, RMS dBFS, clipped now) of every channel."""

    channels: list[tuple[str, float, float, bool]]


SILENT: Final = LevelsView([])
