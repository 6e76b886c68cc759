"""A project's cover."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore


class CoverView(QWidget):
    """The middle of a picture, filling ``width`` by ``height`` pixels at a scale of 1; empty while there is none."""

    def __init__(self, look: Look, store: PictureStore, width: int, height: int) -> None:
        super().__init__()
        self._look = look
        self._store = store
        self._file = ""
        # Where the page is narrower, less of the picture's sides is seen.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(look.px(width))
        self.setFixedHeight(look.px(height))
        store.loaded.connect(self._came)
        look.changed.connect(self.update)

    @property
    def file(self) -> str:
        """The picture that is shown."""
        return self._file

    def show_cover(self, file: str, title: str) -> None:
        """Show the cover of the project with this title."""
        self._file = file
        self.setAccessibleName(f"Cover of {title}" if file else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.maximumWidth(), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        picture = self._store.picture(self._file) if self._file else None
        if picture is None:
            return
        area, radius = QRectF(self.rect()), self._look.tokens.radius.medium
        scale = max(area.width() / picture.width(), area.height() / picture.height())
        part = QRectF(0, 0, area.width() / scale, area.height() / scale)
        part.moveCenter(QRectF(picture.rect()).center())
        rounded = QPainterPath()
        rounded.addRoundedRect(area, radius, radius)
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(rounded)
        painter.drawPixmap(area, picture, part)
        painter.end()

    def _came(self, path: str) -> None:
        if path == self._file:
            self.update()
