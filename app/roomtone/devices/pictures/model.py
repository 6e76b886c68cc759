"""Sources of pictures as plain data, and the ways people name them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from roomtone.foundation.errors import UsageError, WorldError

PRACTICE_PICTURE: Final = "Roomtone/Practice picture"
SCREEN: Final = "screen"
# Larger pictures are refused before anything is allocated for them: 8K is the end.
MAX_WIDTH: Final = 7680
MAX_HEIGHT: Final = 4320
_ADDRESS: Final = re.compile(r"^(https?|rtsp|rtsps)://[^\s]+$", re.IGNORECASE)
_MODE: Final = re.compile(r"^(?:(\d{1,5})[x×])?(\d{1,5})(?:p|@|$)(\d{1,3}(?:\.\d{1,3})?)?$")
_WIDTHS: Final = {360: 640, 480: 640, 540: 960, 720: 1280, 1080: 1920, 1440: 2560, 2160: 3840}


class PictureKind(StrEnum):
    """What a source of pictures is."""

    CAMERA = "camera"
    NETWORK = "network"
    SCREEN = "screen"
    WINDOW = "window"
    PRACTICE = "practice"


class PictureMode(msgspec.Struct, frozen=True):
    """A size in pixels and a rate in frames a second. 0 leaves a value to the source."""

    width: int = 0
    height: int = 0
    fps: float = 0.0


class Control(msgspec.Struct, frozen=True):
    """Something that a camera lets itself be told: exposure, white balance, focus.

    ``automatic`` is ``None`` where the camera has no automatic for it. ``value`` lies from ``low`` to ``high``.
    """

    name: str
    value: float
    low: float
    high: float
    automatic: bool | None = None


class PictureSource(msgspec.Struct, frozen=True):
    """A source that can be opened. ``id`` stays the same when numbers change; ``modes`` are those it really has."""

    id: str
    name: str
    kind: PictureKind
    modes: list[PictureMode] = []


class PictureList(msgspec.Struct, frozen=True):
    """What the machine offers right now, cameras first; ``problem`` says why there may be more (a permission)."""

    sources: list[PictureSource]
    problem: str = ""


def practice_source() -> PictureSource:
    """Return the built-in practice picture as a source, never a default."""
    modes = [PictureMode(1280, 720, 30.0), PictureMode(640, 360, 30.0), PictureMode(1920, 1080, 30.0)]
    return PictureSource(PRACTICE_PICTURE, "Practice picture", PictureKind.PRACTICE, modes)


def choose_source(found: PictureList, wanted: str) -> PictureSource:
    """Return the source called ``wanted``: an id, a name, an unambiguous part of one, or an address.

    "" is the first camera. Raises ``WorldError`` with code ``no-camera``, or ``UsageError`` with ``no-such-camera``.
    """
    text = wanted.strip()
    if _ADDRESS.match(text):
        return PictureSource(text, network_name(text), PictureKind.NETWORK)
    if text.lower() in ("practice", PRACTICE_PICTURE.lower()):
        return practice_source()
    cameras = [s for s in found.sources if s.kind is PictureKind.CAMERA]
    if not text:
        if cameras:
            return cameras[0]
        raise WorldError(
            "no-camera",
            "There is no camera",
            found.problem or "The system offers none",
            "Plug one in, give the address of a phone or network camera, or record the screen",
        )
    exact = [s for s in found.sources if text in (s.id, s.name)]
    matching = exact or [s for s in found.sources if text.lower() in f"{s.id} {s.name}".lower()]
    if len(matching) == 1 or exact:
        return matching[0]
    names = ", ".join(s.id for s in found.sources)
    raise UsageError(
        "no-such-camera",
        f"No single camera or screen is called “{wanted}”",
        f"There are: {names or 'none'}",
        "Choose one of these, or give an address such as http://phone:8080/video; roomtone devices lists them",
    )


def network_name(address: str) -> str:
    """Return what a camera at an address is called: its host and port, without a password."""
    rest = address.split("://", 1)[1].split("/", 1)[0]
    return rest.rsplit("@", 1)[-1]


def parse_mode(text: str) -> PictureMode:
    """Read a mode as people write it: ``720p30``, ``1080p``, ``1920x1080``, ``640x480@25``; "" is the source's own.

    Raises ``UsageError``.
    """
    if not text.strip():
        return PictureMode()
    found = _MODE.match(text.strip().lower())
    height = int(found.group(2)) if found else 0
    width = int(found.group(1)) if found and found.group(1) else _WIDTHS.get(height, 0)
    if found is None or not 16 <= width <= MAX_WIDTH or not 16 <= height <= MAX_HEIGHT:
        raise UsageError(
            "bad-mode", f"“{text}” is no picture size", "It is not understood", "Write one such as 720p30 or 1280x720"
        )
    return PictureMode(width, height, float(found.group(3) or 0))
