"""From what the engine tells of cameras to what a person reads: pure functions, no I/O."""

from __future__ import annotations

from typing import Final

from roomtone.devices.pictures.model import (
    Control,
    PictureKind,
    PictureList,
    PictureMode,
    PictureSource,
    parse_mode,
    practice_source,
)
from roomtone.engine.messages import Camera, RollingPicture, Status
from roomtone.foundation.errors import UsageError
from roomtone.studio.snapshot import CameraChoice, CameraView, ControlView

# A camera that delivers less than this share of what it promised is slow, and says so.
_SLOW: Final = 0.9
_LABELS: Final = {"white_balance": "White balance", "white-balance": "White balance"}


def choices(found: PictureList) -> list[CameraChoice]:
    """Return what can be opened: cameras first, the practice picture last."""
    listed = [source for source in found.sources if source.kind is not PictureKind.PRACTICE]
    return [_choice(source) for source in (*listed, practice_source())]


def _choice(source: PictureSource) -> CameraChoice:
    modes = dict.fromkeys(mode_text(mode) for mode in source.modes)
    practice = source.kind is PictureKind.PRACTICE
    return CameraChoice(source.id, source.name, [mode for mode in modes if mode], practice)


def mode_text(mode: PictureMode) -> str:
    """Return a mode as a person writes it: "720p30", or "800x600@15" where the width is not the usual one."""
    if not mode.height:
        return ""
    fps = rate_text(mode.fps) if mode.fps else ""
    if _usual_width(mode.height) == mode.width:
        return f"{mode.height}p{fps}"
    return f"{mode.width}x{mode.height}@{fps}" if fps else f"{mode.width}x{mode.height}"


def _usual_width(height: int) -> int:
    """Return the width that a height alone stands for; 0 where it stands for none."""
    try:
        return parse_mode(f"{height}p").width
    except UsageError:
        return 0


def rate_text(fps: float) -> str:
    """Return a rate in frames a second: "30", "14.5"; 29.97 is as good as 30 to a person."""
    return f"{round(fps, 1):g}"


def camera_views(status: Status) -> list[CameraView]:
    """Return how the open cameras are shown."""
    rolling = {picture.source: picture for picture in status.rolling.pictures} if status.rolling else {}
    return [camera_view(camera, rolling.get(camera.source)) for camera in status.cameras]


def camera_view(camera: Camera, rolling: RollingPicture | None) -> CameraView:
    """Return how an open camera is shown; ``rolling`` is there while a take records it."""
    practice = camera.kind is PictureKind.PRACTICE
    return CameraView(
        id=camera.source,
        label="Practice picture" if practice else camera.name,
        preview=camera.preview,
        width=camera.width,
        height=camera.height,
        detail=_detail(camera, rolling),
        recording=rolling is not None,
        practice=practice,
        sync_line=sync_line(camera.offset_ms),
        controls=[_control(control) for control in camera.controls],
        trouble=camera.trouble,
    )


def _detail(camera: Camera, rolling: RollingPicture | None) -> str:
    parts = []
    if camera.width and camera.height:
        parts.append(f"{camera.width}×{camera.height}")
    if camera.fps and camera.fps < camera.promised * _SLOW:
        parts.append(f"{rate_text(camera.fps)} of {rate_text(camera.promised)} fps")
    elif camera.fps:
        parts.append(f"{rate_text(camera.fps)} fps")
    if rolling is not None:
        parts.append(f"{rolling.dropped} dropped")
        if rolling.gaps:
            parts.append(f"{rolling.gaps} gap{'s' if rolling.gaps > 1 else ''}")
    return " · ".join(parts)


def sync_line(offset_ms: float | None) -> str:
    """Say how late the picture is against the sound, as the self-test found; "" before."""
    if offset_ms is None:
        return ""
    if abs(offset_ms) < 1:
        return "In time with the sound"
    return f"{abs(offset_ms):.0f} ms {'late' if offset_ms > 0 else 'early'}, taken off"


def _control(control: Control) -> ControlView:
    label = _LABELS.get(control.name) or control.name.replace("-", " ").replace("_", " ").capitalize()
    return ControlView(control.name, label, control.value, control.low, control.high, control.automatic)
