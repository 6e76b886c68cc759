"""What a Linux camera can do: its real modes and its controls, asked of the driver itself (Video4Linux 2).

OpenCV asks for neither. A camera may be asked while another descriptor streams from it. The layouts are those of
``linux/videodev2.h``, which never change.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable
from typing import Final

from roomtone.devices.pictures.model import MAX_HEIGHT, MAX_WIDTH, Control, PictureMode

# Performs a request: fills the buffer in, or raises ``OSError``.
Ioctl = Callable[[int, bytearray], object]

_CAPTURE: Final = 1
_MMAP: Final = 1
_MOST: Final = 64

_FORMAT: Final = struct.Struct("=III32sII12x")
_SIZE: Final = struct.Struct("=III6I8x")
_INTERVAL: Final = struct.Struct("=IIIII6I8x")
_QUERY: Final = struct.Struct("=II32siiiiI8x")
_VALUE: Final = struct.Struct("=Ii")
_BUFFERS: Final = struct.Struct("=IIIII")


def _request(number: int, layout: struct.Struct) -> int:
    """Return the code of a request that reads and writes, as the macro _IOWR('V', …) makes it."""
    return 3 << 30 | layout.size << 16 | ord("V") << 8 | number


ENUM_FORMATS: Final = _request(2, _FORMAT)
ENUM_SIZES: Final = _request(74, _SIZE)
ENUM_INTERVALS: Final = _request(75, _INTERVAL)
QUERY_CONTROL: Final = _request(36, _QUERY)
GET_CONTROL: Final = _request(27, _VALUE)
SET_CONTROL: Final = _request(28, _VALUE)
REQUEST_BUFFERS: Final = _request(8, _BUFFERS)

_DISCRETE: Final = 1
_DISABLED: Final = 1
# A driver that offers any size between two is taken at those that people use.
_USUAL_SIZES: Final = ((640, 360), (640, 480), (960, 540), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))
_USUAL_RATES: Final = (15.0, 24.0, 25.0, 30.0, 50.0, 60.0)

# What we call it, its value, its automatic, and the values of the automatic that mean off and on, best first.
_CONTROLS: Final = (
    ("exposure", 0x009A0902, 0x009A0901, 1, (3, 0)),
    ("white balance", 0x0098091A, 0x0098090C, 0, (1,)),
    ("focus", 0x009A090A, 0x009A090C, 0, (1,)),
)


def modes(ioctl: Ioctl) -> list[PictureMode]:
    """Return the modes of a camera, largest and fastest first, whatever its pixel formats."""
    found: set[PictureMode] = set()
    for index in range(_MOST):
        answer = _asked(ioctl, ENUM_FORMATS, _FORMAT.pack(index, _CAPTURE, 0, b"", 0, 0))
        if answer is None:
            break
        pixels = _FORMAT.unpack(answer)[4]
        for width, height in _sizes(ioctl, pixels):
            found |= {PictureMode(width, height, fps) for fps in _rates(ioctl, pixels, width, height)}
    return sorted(found, key=lambda mode: (mode.width * mode.height, mode.fps), reverse=True)


def controls(ioctl: Ioctl) -> list[Control]:
    """Return the controls that we know and the camera has."""
    found = []
    for name, value_id, automatic_id, off, _ in _CONTROLS:
        limits = _query(ioctl, value_id)
        value = _get(ioctl, value_id)
        if limits is None or value is None:
            continue
        automatic = _get(ioctl, automatic_id)
        found.append(Control(name, value, *limits, automatic=None if automatic is None else automatic != off))
    return found


def set_control(ioctl: Ioctl, name: str, value: float, *, automatic: bool) -> None:
    """Set a control, within its limits. What the camera refuses stays as it is."""
    for known, value_id, automatic_id, off, on in _CONTROLS:
        if known != name:
            continue
        if automatic:
            for choice in on:
                if _asked(ioctl, SET_CONTROL, _VALUE.pack(automatic_id, choice)) is not None:
                    return
            return
        _asked(ioctl, SET_CONTROL, _VALUE.pack(automatic_id, off))
        limits = _query(ioctl, value_id)
        if limits is not None:
            low, high = limits
            _asked(ioctl, SET_CONTROL, _VALUE.pack(value_id, round(min(max(value, low), high))))


def busy(ioctl: Ioctl) -> bool:
    """Return whether another program streams from the camera now. Takes nothing from it."""
    try:
        ioctl(REQUEST_BUFFERS, bytearray(_BUFFERS.pack(1, _CAPTURE, _MMAP, 0, 0)))
        ioctl(REQUEST_BUFFERS, bytearray(_BUFFERS.pack(0, _CAPTURE, _MMAP, 0, 0)))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _sizes(ioctl: Ioctl, pixels: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for index in range(_MOST):
        answer = _asked(ioctl, ENUM_SIZES, _SIZE.pack(index, pixels, 0, 0, 0, 0, 0, 0, 0))
        if answer is None:
            break
        _, _, kind, first, second, third, fourth, fifth, _ = _SIZE.unpack(answer)
        if kind == _DISCRETE:
            found.append((first, second))
        else:
            # Then the six numbers are the least, the most and the step of the width, and of the height.
            found += [(w, h) for w, h in _USUAL_SIZES if first <= w <= second and fourth <= h <= fifth and third]
            break
    return [(w, h) for w, h in found if 0 < w <= MAX_WIDTH and 0 < h <= MAX_HEIGHT]


def _rates(ioctl: Ioctl, pixels: int, width: int, height: int) -> list[float]:
    """Return the frames a second of a size; 0 where the driver does not tell."""
    found: list[float] = []
    for index in range(_MOST):
        answer = _asked(ioctl, ENUM_INTERVALS, _INTERVAL.pack(index, pixels, width, height, 0, 0, 0, 0, 0, 0, 0))
        if answer is None:
            break
        _, _, _, _, kind, top, bottom, slow_top, slow_bottom, _, _ = _INTERVAL.unpack(answer)
        fastest = bottom / top if top else 0.0
        if kind == _DISCRETE:
            found.append(round(fastest, 3))
        else:
            slowest = slow_bottom / slow_top if slow_top else 0.0
            found += [rate for rate in _USUAL_RATES if slowest <= rate <= fastest]
            break
    return found or [0.0]


def _query(ioctl: Ioctl, control: int) -> tuple[int, int] | None:
    answer = _asked(ioctl, QUERY_CONTROL, _QUERY.pack(control, 0, b"", 0, 0, 0, 0, 0))
    if answer is None:
        return None
    _, _, _, low, high, _, _, flags = _QUERY.unpack(answer)
    return None if flags & _DISABLED else (low, high)


def _get(ioctl: Ioctl, control: int) -> int | None:
    answer = _asked(ioctl, GET_CONTROL, _VALUE.pack(control, 0))
    return None if answer is None else int(_VALUE.unpack(answer)[1])


def _asked(ioctl: Ioctl, request: int, question: bytes) -> bytes | None:
    """Return the answer; ``None`` where the driver has none, which is also how a list ends."""
    buffer = bytearray(question)
    try:
        ioctl(request, buffer)
    except OSError:
        return None
    return bytes(buffer)
