"""The window as a person has it: real widgets, real keys, real clicks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import Problem
from roomtone.gui.desk import Desk
from roomtone.gui.shell import Shell
from roomtone.gui.theme import load_tokens
from roomtone.gui.views.inline import InlineEdit
from roomtone.gui.views.lane import LaneView
from roomtone.gui.views.notices import NoticeView
from roomtone.studio.snapshot import Phase
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage, example_takes


def lane(desk: Desk, take: str) -> LaneView:
    """Return the lane of a take that is in sight."""
    view = desk.window.takes.lane_view(take)
    assert view is not None
    return view


def editor(desk: Desk) -> InlineEdit:
    """Return the open inline editor."""
    found = [edit for edit in desk.window.findChildren(InlineEdit) if edit.isVisible()]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def full(desk: Desk, stage: Stage, qtbot: QtBot) -> Desk:
    """The window with a dozen takes."""
    desk.attach(stage)
    qtbot.waitUntil(lambda: desk.window.takes.lane_view("take-0") is not None)
    return desk


def test_space_records_and_stops_at_the_second_press(
    full: Desk, stage: Stage, clock: ManualClock, qtbot: QtBot
) -> None:
    press(full.window.takes, Qt.Key.Key_Space)
    qtbot.waitUntil(full.window.rolling.isVisible)
    assert stage.said == [("record",)]
    clock.advance(3.0)
    press(full.window.takes, Qt.Key.Key_Space)
    assert full.window.transport.hint.text() == "Space again to stop"
    assert stage.said == [("record",)]
    clock.advance(0.5)
    press(full.window.takes, Qt.Key.Key_Space)
    assert stage.said == [("record",), ("stop",)]
    qtbot.waitUntil(lambda: not full.window.rolling.isVisible())


def test_a_double_click_on_the_button_only_records(full: Desk, stage: Stage, clock: ManualClock, qtbot: QtBot) -> None:
    button = full.window.transport.button
    click(button)
    clock.advance(0.2)
    qtbot.waitUntil(lambda: button.accessibleName() == "Stop recording")
    click(button)
    assert stage.said == [("record",)]
    clock.advance(1.0)
    click(button)
    assert stage.said == [("record",), ("stop",)]


def test_the_key_on_the_focused_button_is_guarded_as_everywhere(
    full: Desk, stage: Stage, clock: ManualClock, qtbot: QtBot
) -> None:
    button = full.window.transport.button
    button.setFocus(Qt.FocusReason.TabFocusReason)
    stage.roll_to(4.0)
    qtbot.waitUntil(lambda: button.accessibleName() == "Stop recording")
    clock.advance(1.0)
    press(button, Qt.Key.Key_Space)
    assert stage.said == []
    clock.advance(0.5)
    press(button, Qt.Key.Key_Space)
    assert stage.said == [("stop",)]


def test_space_in_a_text_is_a_space(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    press(full.window.takes, Qt.Key.Key_F2)
    edit = editor(full)
    edit.clear()
    write(edit, "two words")
    press(edit, Qt.Key.Key_Return)
    assert stage.said == [("rename", "take-0", "two words")]
    qtbot.waitUntil(lambda: lane(full, "take-0").title.text() == "two words")
    assert full.window.takes.hasFocus()


def test_escape_leaves_a_title_as_it_was(full: Desk, stage: Stage) -> None:
    press(full.window.takes, Qt.Key.Key_F2)
    edit = editor(full)
    assert edit.text() == "Kitchen Table Choir – Low harmony – Ana – take 3"
    edit.setText("something else")
    press(edit, Qt.Key.Key_Escape)
    assert stage.said == []
    assert not [edit for edit in full.window.findChildren(InlineEdit) if edit.isVisible()]
    assert full.window.takes.hasFocus()


def test_an_edit_survives_the_states_that_come_meanwhile(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    press(full.window.takes, Qt.Key.Key_N)
    edit = editor(full)
    edit.setText("half a no")
    stage.star("take-3", True)
    qtbot.waitUntil(lambda: lane(full, "take-3").star.lit)
    assert editor(full).text() == "half a no"
    write(edit, "te")
    press(edit, Qt.Key.Key_Return)
    assert stage.said[-1] == ("note", "take-0", "half a note")


def test_the_list_goes_by_keys(full: Desk, stage: Stage) -> None:
    takes = full.window.takes
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_S, Qt.Key.Key_Right):
        press(takes, key)
    assert stage.said[:2] == [("play", "take-2", 0.0), ("star", "take-2", True)]
    assert stage.said[2] == ("play", "take-2", 5.0) or stage.said[2] == ("seek", 5.0)
    press(takes, Qt.Key.Key_End)
    assert takes.current is not None
    assert takes.current.id == "take-11"
    assert lane(full, "take-11").geometry().bottom() <= takes.viewport().height()
    press(takes, Qt.Key.Key_Home)
    assert takes.current.id == "take-0"


def test_a_key_that_qt_has_no_name_for_does_nothing(full: Desk, stage: Stage) -> None:
    event = QKeyEvent(QKeyEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(full.window.takes, event)
    assert stage.said == []


def test_delete_trashes_undo_brings_back(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    press(full.window.takes, Qt.Key.Key_Delete)
    qtbot.waitUntil(full.window.undo_bar.isVisible)
    assert full.window.takes.current is not None
    assert full.window.takes.current.id == "take-1"
    press(full.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not full.window.undo_bar.isVisible())
    assert stage.said == [("trash", "take-0"), ("undo",), ("restore", "take-0")]


def test_the_trash_can_be_opened_and_emptied_take_by_take(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    stage.trash("take-4")
    qtbot.waitUntil(lambda: full.window.header.trash.text() == "Trash (1)")
    click(full.window.header.trash)
    view = lane(full, "take-4")
    assert view.trash.accessibleName().endswith("out of the trash")
    assert not view.play.isEnabled()
    click(view.trash)
    qtbot.waitUntil(full.window.empty.isVisible)
    assert stage.said[-1] == ("restore", "take-4")


def test_a_click_in_the_waveform_plays_from_there(full: Desk, stage: Stage) -> None:
    wave = lane(full, "take-0").wave
    click(wave, QPoint(wave.width() // 2, 20))
    name, take, at = stage.said[0]
    assert (name, take) == ("play", "take-0")
    assert at == pytest.approx(8.5, abs=0.1)


def test_tab_reaches_every_control_and_comes_round(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    stage.warn(Problem("x", "Something", "Because", "Do it"), action="Do it")
    qtbot.waitUntil(full.window.notices.isVisible)
    window = full.window
    window.takes.setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[QWidget] = []
    while (at := QApplication.focusWidget()) not in seen:
        assert at is not None, f"lost after {seen[-1].accessibleName()!r}"
        seen.append(at)
        press(at, Qt.Key.Key_Tab)
    view = lane(full, "take-0")
    notice = window.notices.findChildren(NoticeView)[0]
    wanted = {
        window.takes, *view.controls, window.transport.button, window.transport.input.inputs,
        window.transport.input.channels, window.header.bring, window.header.trash, window.header.theme,
        window.header.settings, *(child for child in notice.children() if isinstance(child, QWidget) and
                                  child.focusPolicy() != Qt.FocusPolicy.NoFocus),
    }  # fmt: skip
    assert wanted <= set(seen)


def test_a_mouse_leaves_space_to_the_record_button(full: Desk, stage: Stage) -> None:
    click(lane(full, "take-1").star)
    focused = QApplication.focusWidget()
    assert focused is not None
    press(focused, Qt.Key.Key_Space)
    assert stage.said == [("star", "take-1", True), ("record",)]


def test_files_are_dropped_onto_the_page(full: Desk, stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "a song.wav"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)), QUrl("https://example.org/b.wav")])
    drop = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    full.window.dropEvent(drop)
    assert stage.said == [("bring_in", str(file))]


def test_the_choice_of_files_blocks_nothing(full: Desk, stage: Stage) -> None:
    click(full.window.header.bring)
    dialog = full.window.findChildren(QFileDialog)[0]
    assert dialog.isVisible()
    assert not dialog.isModal()
    dialog.filesSelected.emit(["/music/a.wav", "/music/b.flac"])
    dialog.close()
    assert stage.said == [("bring_in", "/music/a.wav", "/music/b.flac")]


def test_a_notice_that_takes_the_place_of_another_has_its_height_at_once(
    full: Desk, stage: Stage, qtbot: QtBot
) -> None:
    notices = full.window.notices
    heights: list[int] = []
    notices.changed.connect(lambda: heights.append(notices.height()))
    for title in ("One", "Two", "Three"):
        stage.warn(Problem(title, title, "Because of it", "Do something about it"))
        # Nothing but the change itself lays the page out.
        with qtbot.waitSignal(notices.changed):
            pass
    assert min(heights[1:]) > 40


def test_notices_stack_act_and_go(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    problems = [Problem(str(n), f"Problem {n}", "Because of it", "Do something about it") for n in range(6)]
    stage.warn(*problems, action="Try again")
    qtbot.waitUntil(lambda: len(full.window.notices.findChildren(NoticeView)) == 6)
    assert QApplication.activeModalWidget() is None
    assert full.window.notices.height() < full.window.height() * 0.4
    assert full.window.notices.verticalScrollBar().maximum() > 0
    full.window.notices.acted.emit(2)
    full.window.notices.dismissed.emit(1)
    assert stage.said == [("act", 2), ("dismiss", 2), ("dismiss", 1)]
    stage.publish(notices=[])
    qtbot.waitUntil(lambda: not full.window.notices.isVisible())


def test_the_theme_changes_in_place(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    before = full.window.grab().toImage().pixelColor(5, 880).name()
    full.window.header.theme_chosen.emit("light")
    qtbot.waitUntil(lambda: full.window.grab().toImage().pixelColor(5, 880).name() == "#fffdfb")
    assert before == "#1d1b1a"
    assert stage.said == [("choose_theme", "light")]


def test_name_and_format_are_set_in_the_page(full: Desk, stage: Stage) -> None:
    full.window.header.settings.click()
    name = full.window.settings.findChildren(QLineEdit)[0]
    assert name.hasFocus()
    name.setText("Mika")
    press(name, Qt.Key.Key_Return)
    full.window.settings.form.chose.emit("wav")
    assert stage.said[0] == ("name_person", "Mika")
    assert stage.said[-1] == ("choose_format", "wav")
    press(full.window.takes, Qt.Key.Key_Escape)
    assert not full.window.settings.isVisible()


def test_the_title_tells_what_goes_on(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    assert full.window.windowTitle() == "Kitchen Table Choir – Roomtone"
    stage.roll_to(1.0)
    qtbot.waitUntil(lambda: full.window.windowTitle().startswith("Recording · "))
    assert full.window.windowTitle().endswith("Roomtone")


def test_space_records_into_an_empty_library_too(desk: Desk, bare: Stage, qtbot: QtBot) -> None:
    shell = Shell(load_tokens().themes.dark, load_tokens().size)
    qtbot.addWidget(shell)
    with qtbot.waitSignal(shell.shown):
        shell.show()
    shell.host(desk.window)
    shell.activateWindow()
    desk.attach(bare)
    qtbot.waitUntil(lambda: desk.window.transport.button.isEnabled() and shell.isActiveWindow())
    focused = QApplication.focusWidget()
    assert focused is not None
    press(focused, Qt.Key.Key_Space)
    assert bare.said == [("record",)]
    qtbot.waitUntil(lambda: desk.window.page is not None and desk.window.page.rolling is not None)
    bare.stop()
    bare.publish(takes=example_takes()[:1])
    qtbot.waitUntil(desk.window.takes.hasFocus)
    with qtbot.waitSignal(desk.window.closing):
        shell.close()
    desk.window.setParent(None)


def test_no_input_offers_the_practice_tone(desk: Desk, bare: Stage, qtbot: QtBot) -> None:
    desk.attach(bare)
    bare.publish(phase=Phase.NO_INPUT, input=None)
    qtbot.waitUntil(desk.window.empty.button.isVisible)
    assert not desk.window.transport.button.isEnabled()
    click(desk.window.empty.button)
    assert bare.said == [("choose_input", "practice", "")]


def test_nothing_ticks_while_nothing_moves(full: Desk, stage: Stage, qtbot: QtBot) -> None:
    stage.roll_to(1.0)
    qtbot.waitUntil(lambda: full.frames.running)
    stage.stop()
    qtbot.waitUntil(lambda: not full.frames.running)


def test_a_long_library_has_few_widgets(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    many = [msgspec.structs.replace(stage.state.takes[0], id=f"many-{number}") for number in range(2000)]
    stage.publish(takes=many)
    qtbot.waitUntil(lambda: desk.window.takes.lane_view("many-0") is not None)
    press(desk.window.takes, Qt.Key.Key_End)
    assert desk.window.takes.lane_view("many-1999") is not None
    assert len(desk.window.findChildren(LaneView)) < 20
