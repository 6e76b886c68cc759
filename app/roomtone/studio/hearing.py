"""What levels mean to a person: a view for the meters, and a watch over silence."""

from __future__ import annotations

from enum import Enum
from typing import Final

from roomtone.engine.messages import Input, Levels
from roomtone.foundation.errors import Problem
from roomtone.studio.snapshot import LevelsView

# A full-scale moment is shown; the take counts only true clipping.
_CLIP_DB: Final = -0.1
# A microphone that delivers nothing but zeros for so long is muted or the wrong one.
_SILENT_SECONDS: Final = 4.0
_SILENT_DB: Final = -120.0

SILENT_CODE: Final = "silent-input"


def levels_view(levels: Levels, source: Input | None) -> LevelsView:
    """Return the levels with the names of their channels."""
    labels = [str(channel) for track in source.tracks for channel in track] if source else []
    labels += [""] * (len(levels.channels) - len(labels))
    return LevelsView(
        [
            (label, peak, rms, clipped > 0 or peak > _CLIP_DB)
            for label, (peak, rms, clipped) in zip(labels, levels.channels, strict=False)
        ]
    )


class Heard(Enum):
    """What changed with the last levels."""

    NOTHING = "nothing"
    SILENCE = "silence"
    SOUND = "sound"


class SilenceWatch:
    """A take is never silent by accident: says once when pure silence has lasted, and once when it ends."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._said = False

    def begin(self) -> None:
        """Forget what was heard before this take."""
        self._since, self._said = None, False

    def update(self, levels: Levels, now: float) -> Heard:
        """Look at the next levels of a rolling take; ``now`` is the clock's monotonic time."""
        if max((peak for peak, _, _ in levels.channels), default=0.0) > _SILENT_DB:
            ended = self._said
            self.begin()
            return Heard.SOUND if ended else Heard.NOTHING
        if self._since is None:
            self._since = now
        if self._said or now - self._since <= _SILENT_SECONDS:
            return Heard.NOTHING
        self._said = True
        return Heard.SILENCE


def silent_problem(name: str) -> Problem:
    """Return what to say of an input that sends nothing but zeros."""
    return Problem(
        SILENT_CODE,
        f"Nothing at all is heard from “{name}”",
        "It sends pure silence: it is muted, or nothing is plugged into it",
        "Check the mute switch, or choose another input after this take",
    )
