"""What the window's tests get: a stage in a home of its own, and the window on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.paths import Home
from roomtone.gui.desk import Desk
from roomtone.gui.life import make_look
from roomtone.gui.look import Look
from tests.gui.stage import Stage, example_takes


@pytest.fixture
def clock() -> ManualClock:
    """A clock that the test moves."""
    return ManualClock()


@pytest.fixture
def stage(home: Home) -> Stage:
    """A studio with a dozen takes."""
    return Stage(home, example_takes())


@pytest.fixture
def bare(home: Home) -> Stage:
    """A studio without takes."""
    return Stage(home)


@pytest.fixture
def look(qtbot: QtBot) -> Look:
    """The dark theme at its normal size."""
    del qtbot
    return make_look("dark", {"ROOMTONE_SCALE": "1"})


@pytest.fixture
def desk(qtbot: QtBot, look: Look, clock: ManualClock) -> Iterator[Desk]:
    """The open window, without a studio yet."""
    made = Desk(look, clock)
    made.window.resize(1440, 900)
    made.window.show()
    qtbot.waitExposed(made.window)
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    yield made
    made.close()
    made.window.close()
