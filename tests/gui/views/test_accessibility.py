"""Everything is named for a screen reader, and nothing is cut off at twice the text size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import Problem
from roomtone.gui.desk import Desk
from roomtone.gui.ending import Farewell
from roomtone.gui.life import make_look
from roomtone.gui.look import Look, text_scale
from roomtone.gui.views.header import SafePill
from roomtone.gui.views.parts import ElidedLabel
from roomtone.gui.views.picture_strip import PictureStrip
from roomtone.gui.views.preview import PreviewView
from roomtone.gui.views.prompt_reader import PromptReader
from roomtone.studio.snapshot import CameraView, DraftKind, Framing, Phase, PrompterView
from tests.gui.stage import Stage
from tests.gui.stage_pictures import controls

CONTROLS = (QAbstractButton, QComboBox, QLineEdit)
PROBLEM = Problem("disk-low", "The disk is full in nine minutes", "Only 120 MB are left", "Free some space")


@pytest.fixture(params=[("dark", 1440, 900), ("light", 1280, 800), ("dark", 960, 640)], ids=str)
def large(request: pytest.FixtureRequest, qtbot: QtBot, stage: Stage, clock: ManualClock) -> Iterator[Desk]:
    """The full page at twice the text size, recording, with a notice and the settings open."""
    theme, width, height = request.param
    desk = Desk(make_look(theme, {"ROOMTONE_SCALE": "2"}), clock)
    desk.window.resize(width, height)
    desk.window.show()
    desk.attach(stage)
    stage.publish(theme=theme)
    stage.trash("take-4")
    stage.roll_to(4.0)
    stage.hear(-9.0, -20.0)
    meter = desk.window.transport.meter
    qtbot.waitUntil(lambda: desk.window.rolling.isVisible() and "2: " in meter.accessibleDescription())
    qtbot.waitUntil(lambda: meter.height() >= meter.sizeHint().height())
    yield desk
    desk.close()
    desk.window.close()


def visible(desk: Desk, kind: type[QWidget]) -> list[QWidget]:
    """Return the widgets of a kind that can be seen."""
    return [widget for widget in desk.window.findChildren(kind) if widget.isVisible()]


def show_everything(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    """Bring every control of the page onto it."""
    desk.attach(stage)
    stage.warn(PROBLEM, action="Try again")
    stage.trash("take-4")
    stage.roll_to(1.0)
    desk.window.header.settings.click()
    qtbot.waitUntil(lambda: desk.window.rolling.isVisible() and desk.window.undo_bar.isVisible())


def test_every_control_has_a_name_and_says_more(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    show_everything(desk, stage, qtbot)
    found = [widget for widget in desk.window.findChildren(QWidget) if isinstance(widget, CONTROLS)]
    found = [widget for widget in found if widget.isVisible()]
    assert len(found) > 30
    nameless = [widget for widget in found if not widget.accessibleName() or not (
        widget.accessibleDescription() or widget.toolTip())]  # fmt: skip
    assert nameless == []


@pytest.fixture(params=[("light", 1440, 900), ("dark", 1280, 800), ("dark", 960, 640)], ids=str)
def large_pictures(request: pytest.FixtureRequest, qtbot: QtBot, stage: Stage, clock: ManualClock) -> Iterator[Desk]:
    """The window at twice the text size with two cameras in trouble, all tools, a prompter, artwork and writing."""
    theme, width, height = request.param
    desk = Desk(make_look(theme, {"ROOMTONE_SCALE": "2"}), clock)
    desk.window.resize(width, height)
    desk.window.show()
    desk.attach(stage)
    show_pictures(desk, stage, qtbot)
    assert (desk.window.width(), desk.window.height()) == (width, height)
    yield desk
    desk.close()
    desk.window.close()


def show_pictures(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    """Bring every control of cameras, prompter, artwork and writing to life."""
    stage.begin_draft(DraftKind.STOP_MOTION)
    stage.change_draft("draft-0", pictures=["/one.png", "/two.png"])
    stage.begin_draft(DraftKind.WRITING)
    stage.publish(framing=Framing(ghost=0.4), prompter=PrompterView("We were all at home", 120, True))
    one = CameraView("facetime", "FaceTime HD", detail="1280×720 · 30 fps · 3 dropped", controls=controls())
    stage.see(one, CameraView("screen:0", "Screen 1", trouble=PROBLEM))
    side = desk.window.studio.cameras
    qtbot.waitUntil(lambda: len(side.tiles) == 2)


def parts(desk: Desk) -> Iterator[str]:
    """Show one page and one part of the panel after the other."""
    window, tools = desk.window, desk.window.studio.cameras.tools
    tiles = window.studio.cameras.tiles
    yield "trouble"
    tiles["facetime"].pressed.emit()
    for button in (tools.controls, tools.sync):
        button.click()
        yield button.text()
    window.studio.cameras.address.begin()
    for tab in ("artwork", "writing"):
        window.show_tab(tab)
        yield tab


def test_every_control_of_pictures_has_a_name_and_says_more(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    show_pictures(desk, stage, qtbot)
    kinds = (*CONTROLS, QAbstractSpinBox, QSlider, QPlainTextEdit, PreviewView, PromptReader, PictureStrip)
    for part in parts(desk):
        QApplication.sendPostedEvents()
        found = [one for one in desk.window.findChildren(QWidget) if isinstance(one, kinds) and one.isVisible()]
        # The line inside a number box speaks with the box's name.
        found = [one for one in found if not isinstance(one.parent(), QAbstractSpinBox)]
        nameless = [one for one in found if not one.accessibleName() or not (
            one.accessibleDescription() or one.toolTip())]  # fmt: skip
        assert nameless == [], part


def test_no_text_of_pictures_is_cut_off_at_twice_the_size(large_pictures: Desk) -> None:
    window = large_pictures.window
    wanted = window.width()
    for part in parts(large_pictures):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        # Nothing holds the window wider than the person made it.
        assert window.width() == wanted, part
        for control in window.header.findChildren(QAbstractButton):
            if control.isVisible():
                right = control.mapTo(window, control.rect().topRight()).x()
                assert control.width() >= control.minimumSizeHint().width(), (part, control.accessibleName())
                assert right < window.width(), (part, control.accessibleName())
        for button in visible(large_pictures, QPushButton):
            assert isinstance(button, QPushButton)
            metrics = QFontMetrics(button.font())
            assert button.width() >= metrics.horizontalAdvance(button.text()), (part, button.text())
            assert button.height() >= metrics.height(), (part, button.text())
        for label in visible(large_pictures, QLabel):
            assert isinstance(label, QLabel)
            if label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), (part, label.text())
        artwork = window.artwork
        if artwork.isVisible():
            bottom = artwork.tools.keep.geometry().bottom()
            assert bottom <= artwork.tools.height(), part
        side = window.studio.cameras
        body = side.widget()
        if side.isVisible() and body is not None:
            # Nothing is beside the panel's edge: it scrolls only downwards.
            assert body.minimumSizeHint().width() <= side.viewport().width(), part


def test_every_lane_and_region_has_a_name(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    show_everything(desk, stage, qtbot)
    window = desk.window
    for widget in (window, window.takes, window.rolling, window.notices, window.transport.meter, window.transport.time):
        assert widget.accessibleName()
    view = window.takes.lane_view("take-0")
    assert view is not None
    assert view.accessibleName().startswith("Kitchen Table Choir – Low harmony – Ana – take 3. 17 seconds. starred")
    assert view.wave.accessibleName()


def test_the_name_of_the_button_tells_the_state(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    button = desk.window.transport.button
    assert button.accessibleName() == "Record"
    desk.attach(stage)
    stage.roll_to(1.0)
    qtbot.waitUntil(lambda: button.accessibleName() == "Stop recording")
    assert "twice" in button.accessibleDescription()
    stage.publish(phase=Phase.SAVING)
    qtbot.waitUntil(lambda: button.accessibleName() == "Saving the take")


def test_a_screen_reader_gets_the_levels_in_steps(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    stage.hear(-6.0, -31.0, clipped=True)
    meter = desk.window.transport.meter
    qtbot.waitUntil(lambda: "-6 dB" in meter.accessibleDescription())
    assert meter.accessibleDescription() == "1: -6 dB, clipped, 2: -31 dB, clipped"


def test_the_interface_of_qt_answers_for_the_page(desk: Desk) -> None:
    answer = QAccessible.queryAccessibleInterface(desk.window.transport.button)
    assert answer is not None
    assert answer.text(QAccessible.Text.Name) == "Record"
    assert answer.role() == QAccessible.Role.Button


def test_no_text_is_cut_off_at_twice_the_size(large: Desk) -> None:
    for widget in visible(large, QLabel):
        assert isinstance(widget, QLabel)
        metrics = QFontMetrics(widget.font())
        assert widget.height() >= metrics.height() or not widget.text(), widget.text()
        if not isinstance(widget, ElidedLabel) and not widget.wordWrap():
            assert widget.width() >= metrics.horizontalAdvance(widget.text()), widget.text()
    for button in visible(large, QPushButton):
        assert isinstance(button, QPushButton)
        metrics = QFontMetrics(button.font())
        assert button.height() >= metrics.height()
        assert button.width() >= metrics.horizontalAdvance(button.text()), button.text()
    for box in visible(large, QComboBox):
        assert box.height() >= QFontMetrics(box.font()).height()


def test_the_bars_have_all_the_room_that_they_need_at_twice_the_size(large: Desk) -> None:
    window = large.window
    tall: list[QWidget] = [window.header, window.transport, window.transport.button, window.transport.meter]
    for part in tall:
        assert part.height() >= part.sizeHint().height()
    wide: list[QWidget] = [window.transport.time, window.transport.button]
    for part in wide:
        assert part.width() >= part.sizeHint().width()
    bottom = window.transport.mapTo(window, window.transport.rect().bottomLeft()).y()
    assert bottom <= window.height()
    for label in (window.transport.safety.computer, window.transport.hint):
        assert label.width() >= label.sizeHint().width()
    assert all(
        isinstance(pill, SafePill) and pill.width() >= pill.sizeHint().width() for pill in visible(large, SafePill)
    )


def test_all_of_a_notice_can_be_read_at_twice_the_size(large: Desk, stage: Stage, qtbot: QtBot) -> None:
    stage.warn(PROBLEM)
    qtbot.waitUntil(large.window.notices.isVisible)
    view = large.window.notices
    for label in view.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())
    body = view.widget()
    assert body is not None
    assert view.verticalScrollBar().maximum() >= body.height() - view.viewport().height()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_farewell_can_be_read_at_twice_the_size(qtbot: QtBot, theme: str) -> None:
    farewell = Farewell(make_look(theme, {"ROOMTONE_SCALE": "2"}), "Kitchen Table Choir – take 3")
    qtbot.addWidget(farewell)
    farewell.show()
    for label in farewell.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())
    farewell.close()


@pytest.mark.parametrize(("points", "environment", "scale"), [
    (10.0, {}, 1.0), (8.0, {}, 1.0), (15.0, {}, 1.5), (40.0, {}, 2.0),
    (10.0, {"ROOMTONE_SCALE": "1.25"}, 1.25), (10.0, {"ROOMTONE_SCALE": "9"}, 2.0),
    (10.0, {"ROOMTONE_SCALE": "big"}, 1.0),
])  # fmt: skip
def test_text_is_as_large_as_the_system_or_the_person_says(
    points: float, environment: dict[str, str], scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert text_scale(points, environment) == scale


def test_a_ring_shows_where_the_keys_go(desk: Desk, look: Look, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    qtbot.waitUntil(lambda: desk.window.takes.lane_view("take-0") is not None)
    ring = look.colour("focus").name()
    view = desk.window.takes.lane_view("take-0")
    assert view is not None
    for widget in (view.play, view.star, desk.window.transport.button, desk.window.header.theme):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        image = widget.grab().toImage()
        colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert ring in colours, widget.accessibleName()
