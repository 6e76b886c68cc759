"""A bug in a slot is logged and told, and the window lives on."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from roomtone.foundation.errors import Problem, WorldError
from roomtone.gui.desk import Desk
from roomtone.gui.faults import Faults
from tests.gui.stage import Stage


class Bell(QObject):
    rung = Signal()


def ring(error: Exception) -> None:
    """Raise ``error`` in a slot, the way a bug would."""

    def slot() -> None:
        raise error

    bell = Bell()
    bell.rung.connect(slot)
    bell.rung.emit()


@pytest.mark.expects_log("unhandled exception in the window")
def test_a_bug_becomes_a_notice_and_the_window_stays(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    faults = Faults(desk.presenter.add_notice)
    faults.install()
    try:
        ring(ZeroDivisionError("nobody is told this"))
        ring(ZeroDivisionError("nor this"))
    finally:
        faults.remove()
    qtbot.waitUntil(desk.window.notices.isVisible)
    assert desk.window.page is not None
    (notice,) = desk.window.page.notices
    assert "nobody" not in notice.title + notice.text
    assert desk.window.isVisible()


@pytest.mark.expects_log("unhandled exception in the window")
def test_what_can_be_explained_is_explained(qtbot: QtBot) -> None:
    told: list[Problem] = []
    faults = Faults(told.append)
    faults.install()
    try:
        ring(WorldError("disk-full", "The disk is full", "No space", "Free some"))
    finally:
        faults.remove()
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].title == "The disk is full"


@pytest.mark.expects_log("unhandled exception in the window")
def test_a_bug_of_another_thread_is_told_too(qtbot: QtBot) -> None:
    told: list[Problem] = []
    faults = Faults(told.append)
    faults.install()
    try:
        thread = threading.Thread(target=lambda: 1 // 0)
        thread.start()
        thread.join()
    finally:
        faults.remove()
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].ours


def test_what_was_in_charge_before_is_in_charge_again() -> None:
    with capture_exceptions() as seen:
        faults = Faults(lambda _: None)
        faults.install()
        faults.remove()
        ring(KeyError("for the one before"))
    assert len(seen) == 1
