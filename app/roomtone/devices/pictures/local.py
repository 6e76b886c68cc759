"""Cameras of this machine, through OpenCV, by the names that people know them by."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt

from roomtone.devices.pictures import v4l2
from roomtone.devices.pictures.jpeg import JpegDecoder
from roomtone.devices.pictures.model import Control, PictureKind, PictureList, PictureMode, PictureSource
from roomtone.devices.pictures.sources import (
    SILENCE_SECONDS,
    Picture,
    Promise,
    check_size,
    gone,
    no_pictures,
)
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import WorldError

_BY_ID: Final = Path("/dev/v4l/by-id")
_SANDBOX: Final = Path("/.flatpak-info")
# Above this many pixels a second, USB 2 carries compressed frames only.
_MOST_RAW: Final = 640 * 480 * 30
# A driver's time stamp further from now than this is by some other clock.
_SAME_CLOCK_SECONDS: Final = 1.0
_RAW_FORMATS: Final = {"YUYV": "yuyv422", "NV12": "nv12", "YU12": "yuv420p", "I420": "yuv420p"}
Array = npt.NDArray[Any]


def look() -> PictureList:
    """Return the cameras of this machine, and why there may be more. Turns none of them on."""
    cameras = [PictureSource(place.id, place.name, PictureKind.CAMERA, _modes(place.path)) for place in _places()]
    return PictureList(cameras, _why_none() if not cameras else "")


def open_camera(source: str, name: str, mode: PictureMode, clock: Clock) -> LocalCamera:
    """Open a camera that ``look`` named. Raises ``WorldError`` that says why it cannot be had."""
    # OpenCV waits for ten seconds by itself; it reads this when it is loaded.
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", f"{SILENCE_SECONDS:.0f}")
    place = next((place for place in _places() if source in (place.id, place.path)), None)
    if place is None:
        raise gone(name, "It is not plugged in")
    if sys.platform == "linux":
        check_device(name, Path(place.path))
    capture = _opened(place.index, place.backend)
    if not capture.isOpened():
        capture.release()
        raise _refused(name)
    return LocalCamera(name, place.path, capture, mode, clock)


class LocalCamera:
    """A camera that OpenCV has open."""

    def __init__(self, name: str, path: str, capture: Any, mode: PictureMode, clock: Clock) -> None:
        """``capture`` is an open ``cv2.VideoCapture``, released with this; ``path`` is that of its device, if any."""
        import cv2

        self._name = name
        self._path = path
        self._capture = capture
        self._clock = clock
        self._cv2: Any = cv2
        self._decoder = JpegDecoder(name)
        self._set_mode(mode)
        rate = float(capture.get(cv2.CAP_PROP_FPS))
        self._rate = rate if 1.0 <= rate <= 1000.0 else mode.fps
        self._stamped: bool | None = None

    @property
    def promise(self) -> Promise:
        return Promise(self._rate)

    def read(self) -> Picture:
        deadline = self._clock.monotonic() + SILENCE_SECONDS
        while True:
            if not self._capture.grab():
                raise gone(self._name, "It stopped sending pictures; a cable or its power may be the reason")
            arrival = self._clock.monotonic()
            ok, array = self._capture.retrieve()
            image = self._image(array) if ok else None
            if image is not None:
                return Picture(image, self._source_time(arrival), arrival)
            if arrival > deadline:
                raise no_pictures(self._name)

    def controls(self) -> list[Control]:
        with self._device() as ioctl:
            return v4l2.controls(ioctl) if ioctl is not None else []

    def set_control(self, name: str, value: float, *, automatic: bool) -> None:
        with self._device() as ioctl:
            if ioctl is not None:
                v4l2.set_control(ioctl, name, value, automatic=automatic)

    def close(self) -> None:
        self._capture.release()

    def _set_mode(self, mode: PictureMode) -> None:
        capture, cv = self._capture, self._cv2
        if mode.width * mode.height * (mode.fps or 30.0) > _MOST_RAW:
            capture.set(cv.CAP_PROP_FOURCC, cv.VideoWriter.fourcc(*"MJPG"))
        if mode.width and mode.height:
            capture.set(cv.CAP_PROP_FRAME_WIDTH, mode.width)
            capture.set(cv.CAP_PROP_FRAME_HEIGHT, mode.height)
        if mode.fps:
            capture.set(cv.CAP_PROP_FPS, mode.fps)
        if self._path.startswith("/dev/"):
            # The frames as the camera sends them: decoding them to colours and back costs twice and loses some.
            capture.set(cv.CAP_PROP_CONVERT_RGB, 0)

    def _image(self, array: Array) -> av.VideoFrame | None:
        """Return a frame as OpenCV gives it as a picture; ``None`` where it is damaged."""
        code = int(self._capture.get(self._cv2.CAP_PROP_FOURCC))
        letters = code.to_bytes(4, "little").decode("latin-1") if 0 < code < 1 << 32 else ""
        image = picture_of(array, letters, self._decoder)
        if image is not None:
            check_size(self._name, image.width, image.height)
        return image

    def _source_time(self, arrival: float) -> float:
        """Return the driver's time stamp where it is by our clock, and else the arrival."""
        stamp = float(self._capture.get(self._cv2.CAP_PROP_POS_MSEC)) / 1000.0
        if self._stamped is None:
            self._stamped = 0.0 <= arrival - stamp < _SAME_CLOCK_SECONDS
        return stamp if self._stamped else arrival

    @contextlib.contextmanager
    def _device(self) -> Iterator[v4l2.Ioctl | None]:
        """Give the driver to be asked; ``None`` where it cannot be, as on systems other than Linux."""
        try:
            with _asking(Path(self._path)) as ioctl:
                yield ioctl
        except OSError:
            yield None


def picture_of(array: Array, letters: str, decoder: JpegDecoder) -> av.VideoFrame | None:
    """Return what OpenCV read as a picture: a JPEG in one row, raw luma and chroma, or B, G, R.

    ``letters`` is the camera's pixel format (FourCC). ``None`` for a damaged JPEG or what is not known.
    """
    if array.dtype != np.uint8:
        return None
    if array.ndim == 3 and array.shape[2] == 3:
        return av.VideoFrame.from_ndarray(array, format="bgr24")
    if array.size >= 2 and array.reshape(-1)[:2].tobytes() == b"\xff\xd8":
        return decoder.decode(array.tobytes())
    layout = _RAW_FORMATS.get(letters)
    if layout is None or array.ndim < 2 or min(array.shape[:2]) < 2:
        return None
    return av.VideoFrame.from_ndarray(array, format=layout)


def _opened(index: int, backend: int) -> Any:
    import cv2

    return cv2.VideoCapture(index, backend)


@dataclass(frozen=True)
class _Place:
    """Where a camera is found: what we, people, the system and OpenCV call it."""

    id: str
    name: str
    path: str
    index: int
    backend: int


def _places() -> list[_Place]:
    from cv2_enumerate_cameras import enumerate_cameras

    found = _distinct(enumerate_cameras())
    return [_Place(_stable_id(c.path or "", c.name), c.name, c.path or "", c.index, c.backend) for c in found]


def _distinct(cameras: list[Any]) -> list[Any]:
    """Return each camera once, with the backend that the system likes best, in the system's order."""
    first: dict[str, Any] = {}
    for camera in sorted(cameras, key=lambda c: (_rank(c.backend), c.index)):
        first.setdefault(camera.path or camera.name, camera)
    return list(first.values())


def _rank(backend: int) -> int:
    import cv2

    # GStreamer needs its plug-ins, and DirectShow hides some modes that Media Foundation has.
    wanted = (cv2.CAP_V4L2, cv2.CAP_MSMF, cv2.CAP_AVFOUNDATION, cv2.CAP_DSHOW)
    return wanted.index(backend) if backend in wanted else len(wanted)


def _stable_id(path: str, name: str) -> str:
    """Return what a camera is called for good: numbers of devices change with the order of plugging in."""
    if path.startswith("/dev/"):
        with contextlib.suppress(OSError):
            for link in sorted(_BY_ID.iterdir()):
                if link.resolve() == Path(path):
                    return str(link)
        return path
    return path or name


def _modes(path: str) -> list[PictureMode]:
    """Return the modes that the driver tells; none where only turning the camera on would show them."""
    try:
        with _asking(Path(path)) as ioctl:
            return v4l2.modes(ioctl)
    except OSError:
        return []


@contextlib.contextmanager
def _asking(device: Path) -> Iterator[v4l2.Ioctl]:
    """Open a device to ask its driver. Raises ``OSError`` where that is not possible."""
    if sys.platform == "linux":
        import fcntl

        fd = os.open(device, os.O_RDWR | os.O_NONBLOCK)
        try:
            yield lambda request, buffer: fcntl.ioctl(fd, request, buffer)
        finally:
            os.close(fd)
    else:
        raise OSError(errno.ENOSYS, "only Linux can be asked")


def check_device(name: str, device: Path) -> None:
    """Raises ``WorldError`` that says why a Linux camera cannot be had, while there is somebody who knows."""
    try:
        with _asking(device) as ioctl:
            if v4l2.busy(ioctl):
                raise _busy(name)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise _forbidden(name, device) from error
        if error.errno == errno.EBUSY:
            raise _busy(name) from error
        raise gone(name, error.strerror or "Its device is not there") from error


def _busy(name: str) -> WorldError:
    return WorldError(
        "camera-busy",
        f"“{name}” is used by another program",
        "A camera can be used by one program at a time",
        "Close the other one: a video call, a browser tab, another recorder",
    )


def _forbidden(name: str, device: Path) -> WorldError:
    if _SANDBOX.exists():
        remedy = "Allow it: flatpak override --user --device=all with the name of this app, and start it again"
    else:
        remedy = "Add yourself to the group that may (often: sudo usermod -aG video $USER), and log in again"
    return WorldError("no-permission", f"“{name}” may not be used", f"{device} is closed to this account", remedy)


def _refused(name: str) -> WorldError:
    """Return the error for a camera that does not open and does not say why."""
    if sys.platform == "darwin":
        why = "macOS has not been told that Roomtone may use the camera, or another program uses it"
        remedy = "Allow it in System Settings, Privacy & Security, Camera, and start Roomtone again"
    elif sys.platform == "win32":
        why = "Another program uses it, or Windows keeps it from desktop apps"
        remedy = "Close the other program; look into Settings, Privacy & security, Camera"
    else:
        why = "Its driver does not open it"
        remedy = "Unplug it and plug it in again"
    return WorldError("camera-refused", f"“{name}” cannot be opened", why, remedy)


def _why_none() -> str:
    """Return why a camera that a person knows of may be missing; "" where there is no such reason."""
    if _SANDBOX.exists() and not list(Path("/dev").glob("video*")):
        return "Flatpak lets this app see no camera; allow it with flatpak override --user --device=all"
    return ""
