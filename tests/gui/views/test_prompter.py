"""The prompter as a person has it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.views.prompter import PrompterView
from roomtone.studio.snapshot import CameraView, Phase
from roomtone.studio.snapshot import PrompterView as PrompterState
from tests.gui.hands import click, press, write
from tests.gui.stage import Stage

TEXT = "\n\n".join(f"Verse {number}: we were all at home and the street was quiet" for number in range(40))


@pytest.fixture
def prompter(desk: Desk, stage: Stage, qtbot: QtBot) -> PrompterView:
    """The prompter in the window, with a long text."""
    desk.attach(stage)
    stage.publish(prompter=PrompterState(TEXT, 120, True), cameras=[CameraView("facetime", "FaceTime HD")])
    qtbot.waitUntil(desk.window.studio.prompter.isVisible)
    return desk.window.studio.prompter


def test_it_takes_the_place_of_the_takes_and_gives_it_back(
    prompter: PrompterView, desk: Desk, stage: Stage, qtbot: QtBot
) -> None:
    assert prompter.reading
    assert not desk.window.takes.isVisible()
    assert desk.window.studio.cameras.isVisible()
    click(prompter.leave)
    assert stage.said == [("prompt", PrompterState(TEXT, 120, False))]
    qtbot.waitUntil(desk.window.takes.isVisible)
    click(desk.window.studio.cameras.tools.prompter)
    qtbot.waitUntil(prompter.isVisible)
    assert stage.said[-1] == ("prompt", PrompterState(TEXT, 120, True))


def test_it_scrolls_with_the_take_at_its_pace(prompter: PrompterView, desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    stage.roll_to(0.1)
    stage.roll_to(30.0)
    qtbot.waitUntil(lambda: prompter.reader.at >= 60)
    assert prompter.reader.at == pytest.approx(60, abs=2)
    before = prompter.reader.grab().toImage()
    stage.roll_to(33.0)
    qtbot.waitUntil(lambda: prompter.reader.at >= 66)
    assert prompter.reader.grab().toImage() != before
    # A take ends, and the text stays where it was read to.
    stage.publish(phase=Phase.READY, rolling=None)
    qtbot.waitUntil(lambda: not desk.window.rolling.isVisible())
    assert prompter.reader.at >= 66


def test_keys_the_wheel_and_the_hand_move_it(prompter: PrompterView) -> None:
    reader = prompter.reader
    press(reader, Qt.Key.Key_Down)
    first = reader.at
    assert first > 0
    press(reader, Qt.Key.Key_PageDown)
    second = reader.at
    assert second > first
    press(reader, Qt.Key.Key_Home)
    assert reader.at == 0
    middle = QPointF(reader.rect().center())
    wheel = QWheelEvent(
        middle, reader.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(reader, wheel)
    turned = reader.at
    assert turned > 0
    start = reader.rect().center()
    QTest.mousePress(reader, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(reader, start - QPoint(0, 150))
    QTest.mouseRelease(reader, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start - QPoint(0, 150))
    assert reader.at > turned
    click(prompter.back)
    assert reader.at == 0


def test_it_follows_the_guide_or_not(prompter: PrompterView, stage: Stage, qtbot: QtBot) -> None:
    assert prompter.guided.isChecked()
    click(prompter.guided)
    assert stage.said == [("prompt", PrompterState(TEXT, 120, True, with_guide=False))]
    stage.publish(prompter=PrompterState(TEXT, 120, True), guide_seconds=60.0)
    qtbot.waitUntil(prompter.guided.isChecked)
    stage.roll_to(30.0)
    middle = prompter.reader.words / 2
    qtbot.waitUntil(lambda: abs(prompter.reader.at - middle) < 30)


def test_what_is_typed_is_kept_and_never_typed_over(prompter: PrompterView, stage: Stage, qtbot: QtBot) -> None:
    click(prompter.mode)
    assert not prompter.reading
    prompter.editor.selectAll()
    write(prompter.editor, "Dear all")
    # A state that knows nothing of it yet.
    stage.publish(project="Another one")
    qtbot.waitUntil(lambda: bool(stage.said))
    assert stage.said == [("prompt", PrompterState("Dear all", 120, True))]
    assert prompter.editor.toPlainText() == "Dear all"


def test_what_was_typed_a_moment_ago_is_kept_when_it_is_read(prompter: PrompterView, stage: Stage) -> None:
    click(prompter.mode)
    write(prompter.editor, "x")
    click(prompter.mode)
    assert prompter.reading
    assert stage.said == [("prompt", PrompterState("x" + TEXT, 120, True))]
    assert prompter.reader.words == len(("x" + TEXT).split())


def test_a_take_turns_the_page_to_reading(prompter: PrompterView, stage: Stage, qtbot: QtBot) -> None:
    click(prompter.mode)
    assert not prompter.reading
    stage.roll_to(0.5)
    qtbot.waitUntil(lambda: prompter.reading)


def test_letters_grow_and_the_word_stays(prompter: PrompterView) -> None:
    prompter.reader.moved.emit(40.0)
    before = prompter.reader.grab().toImage()
    click(prompter.larger)
    assert prompter.reader.at == 40
    assert prompter.reader.grab().toImage() != before
    for _ in range(5):
        click(prompter.larger)
    assert not prompter.larger.isEnabled()


def test_the_pace_is_told(prompter: PrompterView, stage: Stage) -> None:
    prompter.speed.setFocus(Qt.FocusReason.TabFocusReason)
    press(prompter.speed, Qt.Key.Key_Up)
    assert stage.said == [("prompt", PrompterState(TEXT, 125, True))]


def test_space_records_while_the_text_is_read(prompter: PrompterView, stage: Stage) -> None:
    press(prompter.reader, Qt.Key.Key_Space)
    assert ("record",) in stage.said
