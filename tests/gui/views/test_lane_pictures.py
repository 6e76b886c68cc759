"""Takes with pictures in the list, and takes that have their place against another one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.views.lane import LaneView
from roomtone.gui.views.lane_menu import NudgeBar, fill_menu, parse_milliseconds
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage

# The offscreen platform says these of every menu that opens.
MENUS = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing the keyboard)")


def paint(file: Path, width: int, height: int, *colours: str) -> str:
    """Write a picture of equal stripes beside each other."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    for x in range(width):
        for y in range(height):
            image.setPixelColor(x, y, QColor(colours[x * len(colours) // width]))
    assert image.save(str(file))
    return str(file)


@pytest.fixture
def full(desk: Desk, stage: Stage, tmp_path: Path, qtbot: QtBot) -> Desk:
    """The window with a film, a phone's film that belongs to it, a drawing and a letter."""
    thumbnail = paint(tmp_path / "thumb.png", 32, 18, "#aa0000")
    strip = paint(tmp_path / "strip.png", 128, 18, "#aa0000", "#00aa00", "#0000aa", "#aaaa00")
    kinds: list[dict[str, object]] = [
        {"media": "video", "filmed": True, "thumbnail": thumbnail, "filmstrip": strip, "note": "", "sent": 0.0},
        {"media": "video", "filmed": True, "belongs_to": "take-0", "offset": -0.1234, "confidence": 0.9},
        {"media": "artwork", "thumbnail": thumbnail, "audio": False, "plays": False, "tracks": []},
        {"media": "writing", "audio": False, "plays": False, "tracks": []},
    ]
    takes = [msgspec.structs.replace(take, **kind) for take, kind in zip(stage.state.takes, kinds, strict=False)]
    stage.state = msgspec.structs.replace(stage.state, takes=takes)
    desk.attach(stage)
    qtbot.waitUntil(lambda: desk.window.takes.lane_view("take-3") is not None)
    return desk


def lane(desk: Desk, take: str) -> LaneView:
    """Return the lane of a take."""
    view = desk.window.takes.lane_view(take)
    assert view is not None
    return view


def colours(view: LaneView) -> list[str]:
    """Return the colours along the middle of a clip, each where it begins."""
    image = view.wave.grab().toImage()
    found: list[str] = []
    for x in range(image.width()):
        name = image.pixelColor(x, image.height() // 2).name()
        found.extend([name] if name not in found else [])
    return found


def test_a_film_shows_its_pictures_in_their_order(full: Desk, qtbot: QtBot) -> None:
    wanted = ["#aa0000", "#00aa00", "#0000aa", "#aaaa00"]
    qtbot.waitUntil(lambda: [one for one in colours(lane(full, "take-0")) if one in wanted] == wanted)


def test_a_drawing_shows_its_picture_and_nothing_to_play(full: Desk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "#aa0000" in colours(lane(full, "take-2")))
    for take in ("take-2", "take-3"):
        assert not lane(full, take).play.isVisible()
    assert lane(full, "take-0").play.isVisible()


def test_a_picture_that_cannot_be_read_is_left_out(qtbot: QtBot, tmp_path: Path) -> None:
    store = PictureStore()
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    with qtbot.waitSignal(store.loaded):
        assert store.picture(str(path)) is None
    assert store.picture(str(path)) is None
    store.close()


def test_pictures_are_scaled_when_they_are_read_and_read_once(qtbot: QtBot, tmp_path: Path) -> None:
    store = PictureStore()
    path = paint(tmp_path / "large.png", 640, 360, "#123456")
    with qtbot.waitSignal(store.loaded):
        assert store.picture(path, 90) is None
    first = store.picture(path, 90)
    assert first is not None
    assert (first.width(), first.height()) == (160, 90)
    assert store.picture(path, 90) is first
    store.close()


def test_icons_are_drawn_while_pictures_are_read(look: Look, tmp_path: Path, qtbot: QtBot) -> None:
    # Both go through the same lock of Qt's; a device of Python's in one of them made them wait for each other.
    store = PictureStore()
    path = paint(tmp_path / "large.png", 320, 180, "#123456")
    icons = [look.icon("mic", "text", side, 1.0) for side in range(8, 120) if store.picture(path, side) is None]
    assert {icon.width() for icon in icons} == set(range(8, 120))
    qtbot.waitUntil(lambda: all(store.picture(path, side) is not None for side in range(8, 120)))
    store.close()


def test_a_take_is_moved_in_time_and_by_the_keyboard(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    view = lane(full, "take-1")
    assert "−123 ms, placed by its sound, sure" in view.accessibleName()
    view.begin_nudge()
    bar = view.edit
    assert isinstance(bar, NudgeBar)
    assert bar.placed.text() == "placed by its sound, sure"
    click(bar.steps[2])
    assert stage.said == [("nudge", "take-1", pytest.approx(-0.1134))]
    bar.field.clear()
    write(bar.field, "+40")
    press(bar.field, Qt.Key.Key_Return)
    assert stage.said[-1] == ("nudge", "take-1", pytest.approx(0.04))
    qtbot.waitUntil(lambda: bar.placed.text() == "placed by hand")
    bar.field.clear()
    write(bar.field, "later")
    press(bar.field, Qt.Key.Key_Return)
    assert bar.field.text() == "40"
    press(bar.field, Qt.Key.Key_Escape)
    assert view.edit is None


@pytest.mark.parametrize(("text", "seconds"), [
    ("12", 0.012), ("-12.5 ms", -0.0125), ("−7", -0.007), ("+ 40", 0.04), ("1,5", 0.0015), ("", None), ("soon", None),
    ("12s", None),
])  # fmt: skip
def test_milliseconds_are_read_as_people_write_them(text: str, seconds: float | None) -> None:
    assert parse_milliseconds(text) == (None if seconds is None else pytest.approx(seconds))


@MENUS
def test_the_menu_offers_what_the_take_can_do(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    def entries(take: str) -> dict[str, bool]:
        press(full.window.takes, Qt.Key.Key_M)
        menu = lane(full, take).findChild(QMenu)
        assert menu is not None
        found = {one.text(): one.isEnabled() for one in menu.actions()}
        menu.close()
        return found

    film = entries("take-0")
    assert film["Export as film …"]
    assert any("camera’s file" in text for text in film)
    full.window.takes.go(2)
    assert list(entries("take-2")) == ["Lay its picture over the camera"]
    full.window.takes.go(1)
    assert list(entries("take-3")) == ["Nothing more for this take"]
    stage.roll_to(1.0)
    qtbot.waitUntil(full.window.rolling.isVisible)
    full.window.takes.go(-3)
    # Nobody is led away from a take that records by a dialog.
    assert not entries("take-0")["Export as film …"]


def test_a_film_is_written_where_the_person_says(full: Desk, stage: Stage, tmp_path: Path) -> None:
    lane(full, "take-0").wish_film("take-0")
    dialog = full.window.findChild(QFileDialog)
    assert dialog is not None
    assert not dialog.isModal()
    dialog.fileSelected.emit(str(tmp_path / "film.mp4"))
    assert stage.said == [("export_film", "take-0", str(tmp_path / "film.mp4"), 30)]


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60])
def test_a_film_is_written_with_the_rate_that_was_chosen_with_its_name(
    full: Desk, stage: Stage, tmp_path: Path, rate: int
) -> None:
    lane(full, "take-0").wish_film("take-0")
    dialog = full.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.selectNameFilter(f"Film, {rate} pictures a second (*.mp4)")
    dialog.fileSelected.emit(str(tmp_path / "film.mp4"))
    assert stage.said[-1][-1] == rate


@pytest.mark.qt_log_ignore("This plugin does not support .*openDocument")
def test_where_no_program_shows_folders_the_person_is_told_where_the_files_lie(
    full: Desk, stage: Stage, tmp_path: Path, qtbot: QtBot
) -> None:
    stage.publish(takes=[msgspec.structs.replace(view, folder=str(tmp_path)) for view in stage.state.takes])
    qtbot.waitUntil(lambda: full.window.takes.current is not None and full.window.takes.current.folder != "")
    menu = QMenu()
    view = lane(full, "take-0")
    assert view.lane is not None
    fill_menu(menu, view.lane, view, True)
    next(one for one in menu.actions() if one.text() == "Show its files").trigger()
    qtbot.waitUntil(lambda: any(str(tmp_path) in label.text() for label in full.window.notices.findChildren(QLabel)))
