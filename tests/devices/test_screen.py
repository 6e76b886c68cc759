"""The screen and its windows, listed and recorded by the real processes on an X server of the test's own."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from roomtone.devices.pictures.lookout import PictureLookout
from roomtone.devices.pictures.messages import Condition, Opened
from roomtone.devices.pictures.model import PictureKind, PictureList, PictureMode
from tests.devices.viewer import Viewer
from tests.rigs.display import VirtualDisplay
from tests.rigs.processes import Program, until

_WINDOW = """
import sys
from Xlib.display import Display
display = Display()
screen = display.screen()
window = screen.root.create_window(100, 50, 400, 300, 0, screen.root_depth, background_pixel=0xC03010)
window.set_wm_name("Sketch book")
window.map()
display.sync()
print("mapped", flush=True)
for line in sys.stdin:
    width, height, colour = line.split()
    window.configure(width=int(width), height=int(height))
    window.change_attributes(background_pixel=int(colour, 16))
    window.clear_area()
    display.sync()
    print("done", line.strip(), flush=True)
"""


@contextmanager
def _window(display: VirtualDisplay) -> Iterator[Program]:
    with Program([sys.executable, "-c", _WINDOW], env=display.env()) as program:
        program.wait_for_line("^mapped$")
        yield program


def _look(folder: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> PictureList:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.setenv(name, variables.get(name, ""))
    lookout = PictureLookout(folder / "pictures.out")
    try:
        return lookout.look()
    finally:
        lookout.close()


def test_the_screen_and_its_windows_are_listed(
    display: VirtualDisplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _window(display):
        found = _look(tmp_path, monkeypatch, DISPLAY=display.name)
    screens = [source for source in found.sources if source.kind is PictureKind.SCREEN]
    assert [(source.id, source.modes) for source in screens] == [("screen", [PictureMode(1440, 900, 30.0)])]
    (window,) = [source for source in found.sources if source.kind is PictureKind.WINDOW]
    assert window.name == "Sketch book"
    assert window.modes == [PictureMode(400, 300, 30.0)]
    assert found.problem == ""


def test_a_desktop_without_x11_says_so_and_lists_no_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _look(tmp_path, monkeypatch, DISPLAY=":99", WAYLAND_DISPLAY="wayland-0")
    assert not [source for source in found.sources if source.kind is not PictureKind.CAMERA]
    assert "Wayland" in found.problem


def test_a_display_that_lets_nobody_in_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _look(tmp_path, monkeypatch, DISPLAY=":4711")
    assert "cannot be reached" in found.problem


def test_the_screen_is_recorded_as_it_is(display: VirtualDisplay) -> None:
    with (
        _window(display) as window,
        Viewer("screen", PictureKind.SCREEN, PictureMode(0, 0, 20.0), env=display.env()) as viewer,
    ):
        viewer.look_at_pictures = True
        opened = viewer.wait(Opened)
        assert (opened.width, opened.height, opened.fps, opened.numbered) == (1440, 900, 20.0, False)
        frames = viewer.wait_frames(10)
        until(lambda: len(viewer.grays) >= 10, 5, "pictures")
        assert abs(float(viewer.grays[-1][1][60:340, 110:490].mean()) - _luma(0xC0, 0x30, 0x10)) < 3
        for frame in frames:
            assert 0 <= frame.arrival - frame.source_time < 2.0
        assert all(later > earlier for earlier, later in itertools.pairwise(f.source_time for f in frames))
        window.write("400 300 20e040\n")
        window.wait_for_line("^done")
        wanted = _luma(0x20, 0xE0, 0x40)
        until(lambda: abs(float(viewer.grays[-1][1][60:340, 110:490].mean()) - wanted) < 3, 5, "the other colour")
        # A screen may stand still for as long as it likes.
        assert not [event for event in viewer.said() if not isinstance(event, Opened)]


def test_the_screen_can_be_recorded_smaller(display: VirtualDisplay) -> None:
    mode = PictureMode(1280, 720, 10.0)
    with _window(display), Viewer("screen", PictureKind.SCREEN, mode, env=display.env()) as viewer:
        opened = viewer.wait(Opened)
        assert (opened.width, opened.height) == (1152, 720)


def test_a_window_is_recorded_follows_its_size_and_is_missed(
    display: VirtualDisplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _window(display) as window:
        found = _look(tmp_path, monkeypatch, DISPLAY=display.name)
        source = next(source.id for source in found.sources if source.kind is PictureKind.WINDOW)
        with Viewer(source, PictureKind.WINDOW, env=display.env()) as viewer:
            viewer.look_at_pictures = True
            opened = viewer.wait(Opened)
            assert (opened.width, opened.height) == (400, 300)
            until(lambda: viewer.grays, 5, "a picture")
            assert abs(float(viewer.grays[-1][1].mean()) - _luma(0xC0, 0x30, 0x10)) < 3
            viewer.mark()
            window.write("301 201 20e040\n")
            window.wait_for_line("^done")
            smaller = viewer.wait(Opened)
            assert (smaller.width, smaller.height) == (300, 200)
            viewer.wait_frames(3)
            window.end()
            viewer.wait_lost("window-closed")


def test_a_black_screen_is_told(display: VirtualDisplay) -> None:
    with Viewer("screen", PictureKind.SCREEN, PictureMode(0, 0, 10.0), env=display.env()) as viewer:
        viewer.wait_condition(Condition.BLACK)


def _luma(red: int, green: int, blue: int) -> float:
    """Return the brightness of a colour as television codes it (ITU-R BT.601)."""
    return 16 + float(np.dot([0.257, 0.504, 0.098], [red, green, blue]))


def test_no_screen_is_a_clear_message() -> None:
    with Viewer("screen", PictureKind.SCREEN, env={**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": ""}) as viewer:
        viewer.wait_lost("no-screen")
