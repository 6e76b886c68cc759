"""The composition root of the window's process.

First the window, in the right colours; behind its first frame the page; behind the page the studio.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from roomtone.foundation import settings as settings_file
from roomtone.foundation.clock import Clock, SystemClock
from roomtone.foundation.logs import log_to_file
from roomtone.foundation.paths import Home, find_home
from roomtone.gui.shell import Shell
from roomtone.gui.theme import Colours, Tokens, load_tokens

if TYPE_CHECKING:
    from roomtone.gui.life import WindowLife


def run(home: str | None, arguments: list[str]) -> int:
    """Show the window until it is closed; return the exit code."""
    place = find_home(home)
    try:
        place.prepare()
    except OSError as error:
        sys.stderr.write(f"Roomtone cannot keep takes in {place.root} – {error.strerror} – choose another --home\n")
        return 1
    opening = Opening(place, SystemClock(), arguments)
    code = QApplication.exec()
    opening.end()
    return code


class Opening:
    """Opens the window; Qt's event loop is left to the caller. ``life`` is there once the first frame is."""

    def __init__(self, home: Home, clock: Clock, arguments: list[str]) -> None:
        log_to_file(home.logs, "window")
        # Chosen before there is an application, or the system's own style would be made first, in vain.
        QApplication.setStyle("Fusion")
        self._application = QApplication(["roomtone", *arguments])
        self._application.setApplicationName("Roomtone")
        self._application.setDesktopFileName("roomtone")
        self._home = home
        self._clock = clock
        self._theme = settings_file.load(home.settings).theme
        self._tokens = load_tokens()
        self.life: WindowLife | None = None
        self.shell = Shell(self._first_colours(self._tokens), self._tokens.size)
        self.shell.shown.connect(lambda: QTimer.singleShot(0, self._furnish))
        self.shell.show()

    def end(self) -> None:
        """Let go of everything."""
        if self.life is not None:
            self.life.end()

    def _first_colours(self, tokens: Tokens) -> Colours:
        """Return the colours of the first frame. What the system prefers is as it was the last time, to begin with."""
        theme = self._theme
        if theme == "system":
            mark = self._home.cache / "appearance"
            theme = "light" if mark.exists() and mark.read_bytes() == b"light" else "dark"
        return tokens.themes.light if theme == "light" else tokens.themes.dark

    def _furnish(self) -> None:
        # Imported behind the first frame, because this is where the time goes.
        from roomtone.gui.life import WindowLife, make_look

        look = make_look(self._theme)
        # A full disk must not keep the window from opening; then the next first frame guesses again.
        with suppress(OSError):
            (self._home.cache / "appearance").write_bytes(b"dark" if look.dark else b"light")
        self.life = WindowLife(self._home, self._clock, look, self.shell)
