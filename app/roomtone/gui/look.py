"""How everything looks right now: the chosen theme's colours, type and icons for Qt, at the chosen scale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QImage, QPalette, QPixmap

from roomtone.foundation.resources import resource
from roomtone.gui.theme import Colours, Tokens
from roomtone.studio.lines import Tone

# What systems take for the normal size of text, in points.
_NORMAL_POINTS = {"win32": 9.0, "darwin": 13.0}
_NORMAL_POINTS_ELSEWHERE = 10.0
_SMALLEST, _LARGEST = 1.0, 2.0
_WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold"}
_TONES = {Tone.QUIET: "muted", Tone.SAFE: "safe", Tone.LOOK: "look", Tone.RECORDING: "record"}


def text_scale(system_points: float, environment: Mapping[str, str] | None = None) -> float:
    """Return how much larger than normal text is to be, 1 to 2, by ``ROOMTONE_SCALE`` or the system's font."""
    env = os.environ if environment is None else environment
    try:
        wanted = float(env.get("ROOMTONE_SCALE", ""))
    except ValueError:
        wanted = system_points / _NORMAL_POINTS.get(sys.platform, _NORMAL_POINTS_ELSEWHERE)
    return min(_LARGEST, max(_SMALLEST, wanted))


def load_fonts() -> list[str]:
    """Make the bundled typeface known to Qt and return its families."""
    families = []
    for weight in _WEIGHTS.values():
        number = QFontDatabase.addApplicationFont(str(resource(f"fonts/Inter-{weight}.otf")))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families


class Look(QObject):
    """The one look that all views share. ``changed`` tells them to paint afresh."""

    changed = Signal()

    def __init__(self, tokens: Tokens, scale: float, motion: bool = True) -> None:
        super().__init__()
        self.tokens = tokens
        self.scale = scale
        self.motion = motion
        self.dark = True
        self._theme = "dark"
        self._icons: dict[tuple[str, str, int, float, bool], QPixmap] = {}
        self._fonts: dict[tuple[int, int, bool], QFont] = {}

    @property
    def colours(self) -> Colours:
        """The colours of the theme in use."""
        return self.tokens.themes.dark if self.dark else self.tokens.themes.light

    def choose(self, theme: str) -> None:
        """Use the "dark" or "light" theme, or the one the "system" prefers."""
        self._theme = theme
        self.follow_system()

    def follow_system(self) -> None:
        """Look again at what the system prefers."""
        light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        dark = self._theme == "dark" or (self._theme == "system" and not light)
        if dark != self.dark:
            self.dark = dark
            self.changed.emit()

    def px(self, size: float) -> int:
        """Return a size of the tokens at the scale in use."""
        return round(size * self.scale)

    def large(self, size: float) -> int:
        """Return the size of what is large already, and so grows half as much."""
        return round(size * (1 + (self.scale - 1) / 2))

    def colour(self, name: str) -> QColor:
        """Return a colour by the name of its token."""
        return QColor(getattr(self.colours, name))

    def tone(self, tone: Tone) -> QColor:
        """Return the colour that says ``tone``."""
        return self.colour(_TONES[tone])

    def font(self, size: int, weight: int = 400, tabular: bool = False) -> QFont:
        """Return the typeface in a size of the tokens; ``tabular`` gives all figures the same width."""
        pixels = self.large(size) if size >= self.tokens.type.time else self.px(size)
        key = (pixels, weight, tabular)
        if key not in self._fonts:
            font = QFont(QGuiApplication.font())
            font.setPixelSize(pixels)
            font.setWeight(QFont.Weight(weight))
            if tabular:
                font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = font
        return self._fonts[key]

    def icon(self, name: str, colour: str, size: int, ratio: float, filled: bool = False) -> QPixmap:
        """Return an icon in a colour of the tokens, ``size`` logical pixels wide."""
        value = getattr(self.colours, colour)
        key = (name, value, size, ratio, filled)
        if key not in self._icons:
            text = resource(f"icons/{name}.svg").read_bytes().replace(b"currentColor", value.encode())
            if filled:
                text = text.replace(b'fill="none"', f'fill="{value}"'.encode())
            side = str(round(size * ratio)).encode()
            for name_of_side in (b"width", b"height"):
                text = text.replace(name_of_side + b'="24"', name_of_side + b'="' + side + b'"', 1)
            # Read from bytes and not from a device of Python's: Qt would ask that one for data while it holds the lock
            # of its image plugins, and wait for ever if the thread that reads pictures stands at that lock.
            pixmap = QPixmap.fromImage(QImage.fromData(text))
            pixmap.setDevicePixelRatio(ratio)
            self._icons[key] = pixmap
        return self._icons[key]

    def palette(self) -> QPalette:
        """Return the colours for what Qt paints itself, such as menus and file dialogs."""
        found = QPalette()
        role = QPalette.ColorRole
        for roles, name in (
            ((role.Window, role.ToolTipBase), "surface"),
            ((role.Base,), "page"),
            ((role.AlternateBase, role.Button), "raised"),
            ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText), "text"),
            ((role.PlaceholderText,), "muted"),
            ((role.Highlight, role.Link), "focus"),
            ((role.HighlightedText,), "on_accent"),
        ):
            for one in roles:
                found.setColor(one, self.colour(name))
        for one in (role.Text, role.WindowText, role.ButtonText):
            found.setColor(QPalette.ColorGroup.Disabled, one, self.colour("muted"))
        return found
