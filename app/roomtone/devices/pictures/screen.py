"""The screen, a monitor of it, or one window, read by FFmpeg's grabbers."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Final

import av
from av.video.stream import VideoStream

from roomtone.devices.pictures.model import SCREEN, PictureKind, PictureList, PictureMode, PictureSource
from roomtone.devices.pictures.sources import Picture, Promise, Uncontrolled, check_size, gone
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError, WorldError

_FPS: Final = 30.0
_WINDOW: Final = "window:"
# Grabbers of X11 and Windows stamp frames by the wall clock. Further from now than this, it is some other clock.
_SAME_CLOCK_SECONDS: Final = 5.0
_WAYLAND: Final = (
    "This desktop (Wayland) lets programs record the screen only through its portal, which Roomtone does not use yet; "
    "choose an X11 (“Xorg”) session when logging in to record the screen."
)


@dataclass(frozen=True)
class Grab:
    """What FFmpeg is to open."""

    format: str
    file: str
    options: dict[str, str]


def look() -> PictureList:
    """Return the screen, its monitors where there are several, and the windows on it."""
    if sys.platform == "linux":
        found = _look_x11()
    elif sys.platform == "win32":
        from roomtone.devices.pictures import windows_desktop

        windows = [PictureSource(f"{_WINDOW}{w.id:#x}", w.name, PictureKind.WINDOW) for w in windows_desktop.windows()]
        found = PictureList([_whole(PictureMode()), *windows])
    else:
        found = PictureList([_whole(PictureMode())])
    return found


def open_screen(source: str, name: str, mode: PictureMode, clock: Clock) -> ScreenGrab:
    """Open a source that ``look`` named. Raises ``WorldError`` when it is not there or may not be grabbed."""
    return ScreenGrab(name, _grab(source, name, mode), mode, clock)


class ScreenGrab(Uncontrolled):
    """Frames of the screen or a window, as many a second as were asked for."""

    def __init__(self, name: str, grab: Grab, mode: PictureMode, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._mode = mode
        self._fps = mode.fps or _FPS
        try:
            self._container = av.open(grab.file, format=grab.format, options=grab.options)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise _refused(name) from error
        self._stream = self._container.streams.video[0]
        self._packets = self._container.demux(self._stream)

    @property
    def promise(self) -> Promise:
        return Promise(self._fps, still_seconds=0.0)

    def read(self) -> Picture:
        while True:
            try:
                packet = next(self._packets)
                arrival = self._clock.monotonic()
                images = packet.decode()
            except StopIteration as error:
                raise _closed(self._name) from error
            except (av.FFmpegError, OSError) as error:
                raise _closed(self._name) from error
            if images:
                return Picture(self._scaled(images[0]), self._source_time(packet, arrival), arrival)

    def close(self) -> None:
        self._container.close()

    def _source_time(self, packet: av.Packet[VideoStream], arrival: float) -> float:
        """Return when the frame was grabbed, by the monotonic clock where the grabber's own can be told."""
        if packet.pts is None or packet.time_base is None:
            return arrival
        stamp = float(packet.pts * packet.time_base)
        age = self._clock.now().timestamp() - stamp
        # The age of a frame is a short time, so a step of the wall clock spoils only the frame that it meets.
        return arrival - max(0.0, age) if abs(age) < _SAME_CLOCK_SECONDS else stamp

    def _scaled(self, image: av.VideoFrame) -> av.VideoFrame:
        """Return the picture no larger than was asked for, and of even sides; its shape stays."""
        check_size(self._name, image.width, image.height)
        wide, high = self._mode.width or image.width, self._mode.height or image.height
        share = min(1.0, wide / image.width, high / image.height)
        if share == 1.0:
            return image
        width, height = (max(2, round(side * share) & ~1) for side in (image.width, image.height))
        return image.reformat(width, height, "yuv420p", interpolation="AREA", dst_color_range="MPEG")


def _grab(source: str, name: str, mode: PictureMode) -> Grab:
    options = {"framerate": f"{mode.fps or _FPS:g}"}
    if sys.platform == "linux":
        grab = _grab_x11(source, name, options)
    elif sys.platform == "win32":
        file = "desktop" if source == SCREEN else f"hwnd={source.removeprefix(_WINDOW)}"
        grab = Grab("gdigrab", file, {**options, "draw_mouse": "1"})
    else:
        grab = Grab("avfoundation", "Capture screen 0:none", {**options, "capture_cursor": "1", "pixel_format": "nv12"})
    return grab


def _look_x11() -> PictureList:
    from roomtone.devices.pictures import x11

    if os.environ.get("WAYLAND_DISPLAY"):
        return PictureList([], _WAYLAND)
    display = os.environ.get("DISPLAY", "")
    if not display:
        return PictureList([])
    try:
        with x11.connected(display) as connection:
            monitors, windows = x11.monitors(connection), x11.windows(connection)
            sources = [_whole(_mode(*x11.screen_size(connection)))]
    except WorldError as error:
        return PictureList([], error.problem.sentence())
    if len(monitors) > 1:
        sources += [
            PictureSource(f"{SCREEN}:{m.name}", f"Monitor {m.name}", PictureKind.SCREEN, [_mode(m.width, m.height)])
            for m in monitors
        ]
    sources += [
        PictureSource(f"{_WINDOW}{w.id:#x}", w.name, PictureKind.WINDOW, [_mode(w.width, w.height)]) for w in windows
    ]
    return PictureList(sources)


def _grab_x11(source: str, name: str, options: dict[str, str]) -> Grab:
    from roomtone.devices.pictures import x11

    if os.environ.get("WAYLAND_DISPLAY"):
        raise WorldError("no-screen", "The screen cannot be recorded here", _WAYLAND, "Record a camera instead")
    display = os.environ.get("DISPLAY", "")
    with x11.connected(display) as connection:
        if source.startswith(_WINDOW):
            place = x11.place_of(connection, _number(source))
        else:
            place = x11.monitor(connection, source.removeprefix(SCREEN).removeprefix(":"))
    if place is None:
        raise _closed(name)
    if source.startswith(_WINDOW):
        options, corner = {**options, "window_id": str(place.id)}, ""
    else:
        corner = f"+{place.x},{place.y}"
    size = (place.width & ~1, place.height & ~1)
    check_size(name, *size)
    options = {**options, "draw_mouse": "1", "video_size": f"{size[0]}x{size[1]}"}
    return Grab("x11grab", f"{display}{corner}", options)


def _whole(mode: PictureMode) -> PictureSource:
    return PictureSource(SCREEN, "Whole screen", PictureKind.SCREEN, [mode] if mode.width else [])


def _mode(width: int, height: int) -> PictureMode:
    return PictureMode(width & ~1, height & ~1, _FPS)


def _number(source: str) -> int:
    try:
        return int(source.removeprefix(_WINDOW), 16)
    except ValueError as error:
        raise UsageError(
            "no-such-window", "There is no such window", f"“{source}” is no window's id", "Look for the windows again"
        ) from error


def _closed(name: str) -> WorldError:
    return WorldError(
        "window-closed",
        f"“{name}” cannot be seen any more",
        "It was closed, hidden or changed its size",
        "Open it again; it is tried again meanwhile",
    )


def _refused(name: str) -> WorldError:
    if sys.platform == "darwin":
        return WorldError(
            "no-permission",
            f"“{name}” may not be recorded",
            "macOS has not been told that Roomtone may see the screen",
            "Allow it in System Settings, Privacy & Security, Screen Recording, and start Roomtone again",
        )
    return gone(name, "The system does not let it be grabbed")
