"""From what the engine tells of cameras to what a person reads."""

from __future__ import annotations

from typing import Any

import pytest

from roomtone.devices.pictures.model import (
    PRACTICE_PICTURE,
    Control,
    PictureKind,
    PictureList,
    PictureMode,
    PictureSource,
    parse_mode,
)
from roomtone.engine.messages import Activity, Camera, Rolling, RollingPicture, Status
from roomtone.foundation.errors import Problem
from roomtone.studio.camera_views import camera_view, camera_views, choices, mode_text, sync_line
from roomtone.studio.snapshot import ControlView

_MODES = [
    (PictureMode(1280, 720, 30.0), "720p30"),
    (PictureMode(1280, 720), "720p"),
    (PictureMode(1920, 1080, 29.97), "1080p30"),
    (PictureMode(640, 480, 14.5), "480p14.5"),
    (PictureMode(800, 600, 15.0), "800x600@15"),
    (PictureMode(800, 600), "800x600"),
    (PictureMode(), ""),
]


def _camera(**more: Any) -> Camera:
    known: dict[str, Any] = {
        "source": "V4L2/desk",
        "name": "Desk camera",
        "kind": PictureKind.CAMERA,
        "width": 1280,
        "height": 720,
        "promised": 30.0,
        "fps": 29.98,
    }
    return Camera(**(known | more))


def _recorded(**more: Any) -> RollingPicture:
    known: dict[str, Any] = {
        "track": "camera-1.mp4",
        "source": "V4L2/desk",
        "frames": 90,
        "dropped": 0,
        "missed": 0,
        "repeated": 0,
        "gaps": 0,
        "encoder": "x264",
    }
    return RollingPicture(**(known | more))


@pytest.mark.parametrize(("mode", "text"), _MODES)
def test_a_mode_reads_as_a_person_writes_it_and_is_understood_again(mode: PictureMode, text: str) -> None:
    assert mode_text(mode) == text
    again = parse_mode(text)
    assert (again.width, again.height) == (mode.width, mode.height)
    assert again.fps == pytest.approx(mode.fps, abs=0.05)


def test_the_practice_picture_can_be_chosen_once_and_comes_last() -> None:
    desk = PictureSource("V4L2/desk", "Desk camera", PictureKind.CAMERA, [PictureMode(1280, 720, 30.0)] * 2)
    practice = PictureSource(PRACTICE_PICTURE, "Practice", PictureKind.PRACTICE)
    shown = choices(PictureList([practice, desk]))
    assert [(choice.id, choice.practice) for choice in shown] == [("V4L2/desk", False), (PRACTICE_PICTURE, True)]
    assert shown[0].modes == ["720p30"]
    assert "720p30" in shown[1].modes


@pytest.mark.parametrize(
    ("camera", "rolling", "text"),
    [
        (_camera(), None, "1280×720 · 30 fps"),
        (_camera(fps=14.6), None, "1280×720 · 14.6 of 30 fps"),
        (_camera(width=0, height=0, fps=0.0), None, ""),
        (_camera(), _recorded(), "1280×720 · 30 fps · 0 dropped"),
        (_camera(), _recorded(dropped=2, gaps=1), "1280×720 · 30 fps · 2 dropped · 1 gap"),
        (_camera(), _recorded(gaps=3), "1280×720 · 30 fps · 0 dropped · 3 gaps"),
    ],
)
def test_the_line_under_a_picture_says_size_rate_and_what_was_lost(
    camera: Camera, rolling: RollingPicture | None, text: str
) -> None:
    shown = camera_view(camera, rolling)
    assert shown.detail == text
    assert shown.recording is (rolling is not None)


@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (None, ""),
        (0.4, "In time with the sound"),
        (12.4, "12 ms late, taken off"),
        (-40.0, "40 ms early, taken off"),
    ],
)
def test_what_the_sync_test_found_is_one_line(offset: float | None, text: str) -> None:
    assert sync_line(offset) == text
    assert camera_view(_camera(offset_ms=offset), None).sync_line == text


def test_a_camera_that_a_take_records_is_told_from_one_that_was_opened_later() -> None:
    rolling = Rolling("ab" * 16, "/takes/x", "Song", "", 48_000, 0, ["mic-1.flac"], pictures=[_recorded()])
    trouble = Problem("frozen-picture", "“Screen” shows nothing new")
    later = _camera(source="screen", name="Screen", kind=PictureKind.SCREEN, trouble=trouble)
    shown = camera_views(Status(Activity.RECORDING, rolling=rolling, cameras=[_camera(), later]))
    assert [(view.label, view.recording, view.trouble) for view in shown] == [
        ("Desk camera", True, None),
        ("Screen", False, trouble),
    ]


def test_the_practice_picture_is_called_so_and_controls_have_names_for_people() -> None:
    controls = [Control("white_balance", 4500, 2800, 6500, True), Control("exposure", 10, 1, 100)]
    shown = camera_view(_camera(kind=PictureKind.PRACTICE, name="x", controls=controls), None)
    assert (shown.label, shown.practice) == ("Practice picture", True)
    assert shown.controls == [
        ControlView("white_balance", "White balance", 4500, 2800, 6500, True),
        ControlView("exposure", "Exposure", 10, 1, 100),
    ]
