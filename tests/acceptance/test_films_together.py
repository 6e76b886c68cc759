"""Several cameras in one take are on one clock, and one that is added meanwhile disturbs nothing; screens, windows."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from tests.acceptance.film_numbers import Shown, check_decodes, deviations, shown_in
from tests.acceptance.ramp import RampSource, check_no_loss
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, manifest
from tests.rigs.camera import CameraRig, Timeline
from tests.rigs.display import VirtualDisplay
from tests.rigs.film import probe_film
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, until

_SIZE = (512, 288)
_FPS = 30.0


def _zero(shown: Sequence[Shown], line: Timeline) -> float:
    """Return when the film's zero was, by the machine's clock."""
    return float(np.median([line.taken(one.number) - one.at for one in shown if one.number is not None]))


def test_a_camera_that_is_added_meanwhile_disturbs_nothing_and_is_part_of_the_next_take(
    home: Home, jack: JackServer
) -> None:
    with (
        RampSource(jack, home.root) as ramp,
        CameraRig(*_SIZE, _FPS, flashes=False) as first,
        CameraRig(*_SIZE, 25.0, flashes=False) as second,
        RoomtoneHome(home, jack.env()) as app,
    ):
        app.start_engine()
        listener = app.listen()
        listener.engine.open_input(channels="1")
        ramp.feed_everybody()
        listener.engine.open_camera(first.url)
        listener.start_take("alone")
        listener.wait_frames(jack.rate)
        listener.engine.open_camera(second.url)
        known = listener.of(m.Levels)[-1].frames
        listener.wait_frames(known + jack.rate)
        alone = listener.engine.stop_take().manifest
        listener.start_take("together")
        listener.wait_frames(2 * jack.rate)
        together = listener.engine.stop_take().manifest
        takes = app.takes()
        for sealed, take in zip((alone, together), takes, strict=True):
            check_no_loss(sealed.dropouts, signals.read_samples(take.folder / "mic-1.flac")[0], jack)
    assert [track.name for track in alone.tracks] == ["mic-1.flac", "camera-1.mp4"]
    assert [track.name for track in together.tracks] == ["mic-1.flac", "camera-1.mp4", "camera-2.mp4"]
    shown = shown_in(takes[0].folder / "camera-1.mp4")
    numbers = [one.number for one in shown]
    assert numbers[0] is not None
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert np.abs(deviations(shown, first.timeline)).max() < 1 / _FPS
    films = [shown_in(takes[1].folder / f"camera-{number}.mp4") for number in (1, 2)]
    zeros = [_zero(film, rig.timeline) for film, rig in zip(films, (first, second), strict=True)]
    assert abs(zeros[0] - zeros[1]) < 1 / _FPS


def test_two_cameras_of_one_command_are_on_one_clock(home: Home, jack: JackServer) -> None:
    with (
        CameraRig(*_SIZE, _FPS, ppm=200, jitter=0.03, flashes=False) as first,
        CameraRig(*_SIZE, 25.0, ppm=-200, jitter=0.03, flashes=False, seed=2) as second,
        RoomtoneHome(home, jack.env()) as app,
    ):
        cameras = ["--camera", first.url, "--camera", second.url]
        document = app.run("record", *cameras, "--channels", "1", "--seconds", "5", seconds=120)
        tracks = manifest(document).tracks
        folder = Path(document["folder"])
    assert [track.name for track in tracks] == ["mic-1.flac", "camera-1.mp4", "camera-2.mp4"]
    zeros = []
    for track, rig in zip(tracks[1:], (first, second), strict=True):
        film = folder / track.name
        check_decodes(film)
        shown = shown_in(film)
        assert track.device == rig.url
        assert len(shown) > 4 * rig.timeline.fps
        assert np.abs(deviations(shown, rig.timeline)).max() < 1 / _FPS
        zeros.append(_zero(shown, rig.timeline))
    assert abs(zeros[0] - zeros[1]) < 1 / _FPS


_WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(sys.argv)
window = QWidget()
window.setWindowTitle("Moving")
window.resize(480, 320)
palette = window.palette()
turn = 0
def change():
    global turn
    turn += 1
    palette.setColor(window.backgroundRole(), QColor.fromHsv(turn * 7 % 360, 255, 80 + turn * 3 % 160))
    window.setPalette(palette)
timer = QTimer()
timer.timeout.connect(change)
timer.start(40)
window.show()
app.exec()
"""


def test_a_screen_is_filmed_and_a_window_that_is_closed_is_told(
    home: Home, jack: JackServer, display: VirtualDisplay
) -> None:
    env = {**jack.env(), "DISPLAY": display.name, "XAUTHORITY": os.devnull}
    with Program([sys.executable, "-c", _WINDOW], env=display.env()) as window, RoomtoneHome(home, env) as app:
        display.wait_window("Moving")
        document = app.run("record", "--camera", "screen", "--channels", "1", "--seconds", "3", seconds=120)
        film = Path(document["folder"]) / "screen-1.mp4"
        check_decodes(film)
        probed = probe_film(film)
        assert (probed.width, probed.height) == display.size
        assert probed.seconds == pytest.approx(3, abs=0.5)
        listener = app.listen()
        listener.engine.open_input(channels="1")
        for camera in listener.engine.status().cameras:
            listener.engine.close_camera(camera.source)
        listener.engine.open_camera("Moving")
        rolling = listener.start_take("window")
        listener.wait_frames(jack.rate)
        window.end()
        told = until(lambda: [c.trouble for c in listener.engine.status().cameras if c.trouble], 15, "a word of it")
        assert "Moving" in told[0].title
        known = listener.of(m.Levels)[-1].frames
        listener.wait_frames(known + 2 * jack.rate)
        sealed = listener.engine.stop_take(rolling.id).manifest
        picture = sealed.tracks[1].picture
        assert picture is not None
        assert len(picture.gaps) == 1
        assert picture.gaps[0].at + picture.gaps[0].seconds == pytest.approx(
            sealed.tracks[0].frames / jack.rate, abs=0.5
        )
        check_decodes(app.takes()[1].folder / sealed.tracks[1].name)
