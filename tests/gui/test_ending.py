"""How the window ends: by a signal, or closed in the middle of a take."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from roomtone.gui.desk import Desk
from roomtone.gui.ending import GOES_ON, EndSignals, Farewell, tell_terminal
from roomtone.gui.look import Look
from tests.gui.stage import Stage


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_event_loop_without_a_timer(qtbot: QtBot, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    signals = EndSignals()
    try:
        with qtbot.waitSignal(signals.wished, timeout=5000):
            os.kill(os.getpid(), number)
    finally:
        signals.restore()
    assert signal.getsignal(number) is before


def test_closing_in_the_middle_of_a_take_stops_nothing(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    stage.roll_to(2.0)
    qtbot.waitUntil(desk.window.rolling.isVisible)
    with qtbot.waitSignal(desk.window.closing):
        desk.window.close()
    desk.close()
    assert stage.closed
    assert ("stop",) not in stage.said
    assert QApplication.activeModalWidget() is None


def test_the_farewell_says_what_goes_on_and_how_to_stop_it(qtbot: QtBot, look: Look) -> None:
    farewell = Farewell(look, "Low harmony – take 3")
    qtbot.addWidget(farewell)
    farewell.show()
    assert "Recording goes on: Low harmony – take 3" in farewell.accessibleName()
    assert "press Stop" in farewell.accessibleName()
    with qtbot.waitSignal(farewell.over, timeout=10_000):
        pass
    assert not farewell.isVisible()


def test_the_terminal_is_told_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    tell_terminal("Low harmony – take 3")
    said = capsys.readouterr().err
    assert said.startswith(f"{GOES_ON}: Low harmony – take 3")
    assert "press Stop" in said
