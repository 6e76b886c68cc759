"""The composition root of the window's process."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QApplication

from roomtone.foundation import settings as settings_file
from roomtone.foundation.clock import Clock, SystemClock
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.foundation.logs import log_to_file
from roomtone.foundation.paths import Home, find_home
from roomtone.gui.desk import Desk
from roomtone.gui.ending import EndSignals, Farewell, tell_terminal
from roomtone.gui.faults import Faults
from roomtone.gui.look import Look, load_fonts, text_scale
from roomtone.gui.theme import load_tokens
from roomtone.studio.intents import StudioIntents

log = logging.getLogger(__name__)


def run(home: str | None, arguments: list[str]) -> int:
    """Show the window until it is closed; return the exit code."""
    place = find_home(home)
    try:
        place.prepare()
    except OSError as error:
        sys.stderr.write(f"Roomtone cannot keep takes in {place.root} – {error.strerror} – choose another --home\n")
        return 1
    log_to_file(place.logs, "window")
    application = QApplication(["roomtone", *arguments])
    application.setApplicationName("Roomtone")
    application.setDesktopFileName("roomtone")
    application.setStyle("Fusion")
    clock = SystemClock()
    look = make_look(settings_file.load(place.settings).theme)
    window = _Window(place, clock, look)
    window.open()
    code = application.exec()
    window.end()
    return code


def make_look(theme: str, environment: Mapping[str, str] | None = None) -> Look:
    """Load the typeface, and make the look in the scale, motion and theme that the system and the person prefer."""
    scale = text_scale(QGuiApplication.font().pointSizeF(), environment)
    families = load_fonts()
    tokens = load_tokens()
    font = QFont(QGuiApplication.font())
    font.setFamilies([*dict.fromkeys(families), font.family()])
    font.setPixelSize(round(tokens.type.body * scale))
    QApplication.setFont(font)
    # The system's wish for less motion, as far as Qt passes it on.
    look = Look(tokens, scale, motion=QApplication.isEffectEnabled(Qt.UIEffect.UI_General))
    look.choose(theme)
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.connect(look.follow_system)
    return look


class _Window:
    """The window's life, from its first frame to its farewell."""

    def __init__(self, home: Home, clock: Clock, look: Look) -> None:
        self._home = home
        self._clock = clock
        self._look = look
        self._desk = Desk(look, clock)
        self._faults = Faults(self._desk.presenter.add_notice)
        self._signals = EndSignals()
        self._farewell: Farewell | None = None
        self._quick = False
        self._signals.wished.connect(self._end_quickly)
        self._desk.window.closing.connect(self._closed)
        # The last window closes before its farewell opens, and that must not be the end yet.
        QGuiApplication.setQuitOnLastWindowClosed(False)

    def open(self) -> None:
        """Show the window; the studio starts behind its first frame."""
        self._faults.install()
        self._desk.window.painted.connect(self._first_frame, Qt.ConnectionType.SingleShotConnection)
        self._desk.window.show()

    def end(self) -> None:
        """Let go of everything."""
        self._desk.close()
        self._signals.restore()
        self._faults.remove()

    def _first_frame(self) -> None:
        QTimer.singleShot(0, self._desk, self._start_studio)

    def _start_studio(self) -> None:
        try:
            self._desk.attach(make_studio(self._home, self._clock))
        except RoomtoneError as error:
            log.exception("the studio did not start")
            self._tell(error.problem)

    def _tell(self, problem: Problem) -> None:
        self._desk.presenter.add_notice(problem)

    def _end_quickly(self) -> None:
        self._quick = True
        if self._farewell is not None:
            self._farewell.close()
            QApplication.quit()
        else:
            self._desk.window.close()

    def _closed(self) -> None:
        rolling = self._desk.presenter.state.rolling
        if rolling is not None:
            tell_terminal(rolling.title)
        if rolling is None or self._quick:
            QApplication.quit()
            return
        self._farewell = Farewell(self._look, rolling.title)
        self._farewell.over.connect(QApplication.quit)
        self._farewell.show()


def make_studio(home: Home, clock: Clock) -> StudioIntents:
    """Make the studio. It is imported here, because it is not needed for the first frame."""
    from roomtone.studio.studio import Studio

    return Studio(home, clock)
