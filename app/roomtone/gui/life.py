"""The window's life, from its first page to its farewell."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QApplication

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.gui.desk import Desk
from roomtone.gui.ending import EndSignals, Farewell, tell_terminal
from roomtone.gui.faults import Faults
from roomtone.gui.look import Look, load_fonts, text_scale
from roomtone.gui.shell import Shell
from roomtone.gui.theme import load_tokens
from roomtone.studio.intents import StudioIntents
from roomtone.studio.together_intents import TogetherIntents

log = logging.getLogger(__name__)


class WholeStudio(StudioIntents, TogetherIntents, Protocol):
    """Everything that a window may ask for."""


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


class WindowLife:
    """Puts the page into the shell and starts the studio behind it. ``desk`` is what is on the page."""

    def __init__(self, home: Home, clock: Clock, look: Look, shell: Shell) -> None:
        self._home = home
        self._clock = clock
        self._look = look
        self._shell = shell
        self.desk = Desk(look, clock)
        self._faults = Faults(self.desk.presenter.add_notice)
        self._faults.install()
        self._signals = EndSignals()
        self._signals.wished.connect(self._end_quickly)
        self._farewell: Farewell | None = None
        self._quick = False
        self.desk.window.closing.connect(self._closed)
        # The last window closes before its farewell opens, and that must not be the end yet.
        QGuiApplication.setQuitOnLastWindowClosed(False)
        shell.host(self.desk.window)
        QTimer.singleShot(0, self.desk, self._start_studio)

    def end(self) -> None:
        """Let go of everything."""
        self.desk.close()
        self._signals.restore()
        self._faults.remove()

    def _start_studio(self) -> None:
        try:
            studio = make_studio(self._home, self._clock)
            self.desk.attach(studio, studio)
        except RoomtoneError as error:
            log.exception("the studio did not start")
            self.desk.presenter.add_notice(error.problem)

    def _end_quickly(self) -> None:
        self._quick = True
        if self._farewell is not None:
            self._farewell.close()
            QApplication.quit()
        else:
            self._shell.close()

    def _closed(self) -> None:
        rolling = self.desk.presenter.state.rolling
        if rolling is not None:
            tell_terminal(rolling.title)
        if rolling is None or self._quick:
            QApplication.quit()
            return
        self._farewell = Farewell(self._look, rolling.title)
        self._farewell.over.connect(QApplication.quit)
        self._farewell.show()


def make_studio(home: Home, clock: Clock) -> WholeStudio:
    """Make the studio. It is imported here, because the page can be shown without it."""
    from roomtone.studio.studio import Studio

    return Studio(home, clock)
