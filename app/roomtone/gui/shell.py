"""The window before there is a page in it: the page's surfaces in the right colours, on the screen at once.

The names of the enums in ``PySide6.QtCore.Qt`` alone cost a third of an empty program's start, so nothing here uses
one of them; the page is made behind this first frame, and put over it.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from roomtone.gui.theme import Colours, Size

_SIZE = (1440, 900)
_SMALLEST = (720, 480)
_TRANSPORT = 118


class Shell(QWidget):
    """The top-level window. ``shown`` is emitted once its first frame is on the screen."""

    shown = Signal()

    def __init__(self, colours: Colours, size: Size) -> None:
        super().__init__()
        self.setWindowTitle("Roomtone")
        self.setStyleSheet(
            f"#ground {{ background: {colours.page}; }}"
            f"#top {{ background: {colours.surface}; border-bottom: 1px solid {colours.line}; }}"
            f"#bottom {{ background: {colours.surface}; border-top: 1px solid {colours.line}; }}"
        )
        self._header = size.header
        self._page: QWidget | None = None
        self._first = True
        self._surfaces = [QWidget(self) for _ in range(3)]
        for surface, name in zip(self._surfaces, ("ground", "top", "bottom"), strict=True):
            surface.setObjectName(name)
        self.setMinimumSize(*_SMALLEST)
        room = self.screen().availableGeometry()
        self.resize(min(_SIZE[0], room.width()), min(_SIZE[1], room.height()))

    def host(self, page: QWidget) -> None:
        """Put the page in. It closes with the window, and names it."""
        self._page = page
        page.setParent(self)
        page.setGeometry(self.rect())
        page.windowTitleChanged.connect(self.setWindowTitle)
        self.setWindowTitle(page.windowTitle())
        self.setAccessibleName(page.accessibleName())
        self.setStyleSheet("")
        for surface in self._surfaces:
            surface.deleteLater()
        self._surfaces.clear()
        page.show()
        page.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        if self._page is not None:
            self._page.setGeometry(0, 0, width, height)
        elif self._surfaces:
            ground, top, bottom = self._surfaces
            ground.setGeometry(0, 0, width, height)
            top.setGeometry(0, 0, width, self._header)
            bottom.setGeometry(0, height - _TRANSPORT, width, _TRANSPORT)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._first:
            self._first = False
            # After the frame that is being painted now has gone to the screen.
            QTimer.singleShot(0, self.shown.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._page is not None:
            self._page.close()
        event.accept()
