"""What every open source of pictures does, whatever it is, and what none of them may be given.

A source is opened by the function of its module (``network``, ``screen``, ``local``, ``practice``), is read on one
thread, and raises a ``WorldError`` when it is gone or sends what is no picture. It is then closed and opened anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import av

from roomtone.devices.pictures.model import MAX_HEIGHT, MAX_WIDTH, Control
from roomtone.foundation.errors import WorldError

# Without a frame for so long, a source counts as lost.
SILENCE_SECONDS: Final = 5.0
# One compressed frame is never larger; the best JPEG of an 8K camera is about half of it.
MAX_COMPRESSED: Final = 16 << 20
MAX_PIXELS: Final = MAX_WIDTH * MAX_HEIGHT
MIN_SIDE: Final = 16
# What frame numbers are divided by where a source tells neither times nor a rate.
USUAL_FPS: Final = 30.0


@dataclass(frozen=True)
class Promise:
    """What a source says of itself. ``fps`` and ``numbered`` are those of ``messages.Opened``.

    ``still_seconds`` is how long its picture may stay exactly the same before that is suspicious; 0 means for ever.
    """

    fps: float = 0.0
    numbered: bool = False
    still_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame, decoded, in any pixel format. Times in seconds, as in ``messages.Frame``."""

    image: av.VideoFrame
    source_time: float
    arrival: float


class OpenSource(Protocol):
    """A source that is open. The caller uses it on one thread and closes it at the end, also after an error."""

    @property
    def promise(self) -> Promise:
        """What it says of itself; it may know only after the first ``read``."""

    def read(self) -> Picture:
        """Wait for the next frame. Raises ``WorldError`` when it is gone or silent for ``SILENCE_SECONDS``."""

    def controls(self) -> list[Control]:
        """Return the controls as they are now."""

    def set_control(self, name: str, value: float, *, automatic: bool) -> None:
        """Hold a control at ``value``, or leave it to the source; one that it does not have is let be."""

    def close(self) -> None:
        """Let go of it."""


class Uncontrolled:
    """A source without controls."""

    def controls(self) -> list[Control]:
        """Return none."""
        return []

    def set_control(self, name: str, value: float, *, automatic: bool) -> None:
        """There is nothing to set."""


def check_size(name: str, width: int, height: int) -> None:
    """Refuse pictures that nobody can see or keep, before anything is allocated for them. Raises ``WorldError``."""
    if width > MAX_WIDTH or height > MAX_HEIGHT:
        raise WorldError(
            "picture-too-large",
            f"“{name}” sends pictures that are too large",
            f"They are {width} × {height}; {MAX_WIDTH} × {MAX_HEIGHT} is the end",
            "Choose a smaller size in its settings",
        )
    if width < MIN_SIDE or height < MIN_SIDE:
        raise WorldError(
            "picture-too-small",
            f"“{name}” sends pictures that are too small",
            f"They are {width} × {height}",
            "Look into its settings, or restart it",
        )


def check_bytes(name: str, size: int) -> None:
    """Refuse a compressed frame that is no picture. Raises ``WorldError``."""
    if size > MAX_COMPRESSED:
        raise WorldError(
            "frame-too-large",
            f"“{name}” sends a picture that does not end",
            f"After {MAX_COMPRESSED >> 20} MiB it was given up",
            "Restart the camera or its app",
        )


def silent(name: str) -> WorldError:
    """Return the error for a source from which nothing comes."""
    return WorldError(
        "camera-silent",
        f"“{name}” sends no pictures",
        f"Nothing came for {SILENCE_SECONDS:.0f} s",
        "Check that it is switched on and reachable; it is tried again meanwhile",
    )


def no_pictures(name: str) -> WorldError:
    """Return the error for a source that sends something, and it is no picture."""
    return WorldError(
        "no-pictures",
        f"“{name}” sends what is no picture",
        "Its data cannot be read as video",
        "Restart the camera or its app, or give another address; it is tried again meanwhile",
    )


def gone(name: str, why: str) -> WorldError:
    """Return the error for a source that left."""
    return WorldError(
        "camera-gone", f"“{name}” is gone", why, "Plug it in or switch it on; it is tried again meanwhile"
    )
