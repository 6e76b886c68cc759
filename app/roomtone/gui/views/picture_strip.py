"""The pictures of a draft in a row, the newest at the right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.views.parts import paint_focus


class PictureStrip(QAbstractScrollArea):
    """The row. Left and Right choose a picture, Enter looks at it, Delete takes it out."""

    dropped = Signal(str)
    looked_at = Signal(str)

    def __init__(self, look: Look, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._store = store
        self._pictures: list[str] = []
        self._current = -1
        self.setObjectName("strip")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Pictures")
        self.setAccessibleDescription("Left and Right choose a picture, Enter shows it, Delete takes it out")
        self.setToolTip("Click a picture to see it, Delete takes it out")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.horizontalScrollBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        store.loaded.connect(self._came)
        look.changed.connect(self.viewport().update)

    @property
    def current(self) -> str:
        """The picture that the keys speak of, or ""."""
        return self._pictures[self._current] if 0 <= self._current < len(self._pictures) else ""

    def show_pictures(self, pictures: list[str]) -> None:
        """Show these files."""
        if pictures == self._pictures:
            return
        grown = len(pictures) > len(self._pictures)
        self._pictures = list(pictures)
        self._current = len(pictures) - 1 if grown else min(self._current, len(pictures) - 1)
        self._range()
        if grown:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.maximum())
        self._tell()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(300), self._tall() + self._look.px(16))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(100), self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        del event
        self._range()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._pictures:
            self._choose(self._current + (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current:
            self.dropped.emit(self.current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.looked_at.emit(self.current)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = int((event.position().x() + self.horizontalScrollBar().value()) // self._step())
        if not 0 <= at < len(self._pictures):
            return
        self._choose(at)
        if self._cross(at).contains(event.position()):
            self.dropped.emit(self._pictures[at])
        else:
            self.looked_at.emit(self._pictures[at])

    def paintEvent(self, event: object) -> None:
        del event
        look = self._look
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), look.colour("page"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        first = self.horizontalScrollBar().value() // self._step()
        for at in range(first, min(len(self._pictures), first + self.viewport().width() // self._step() + 2)):
            self._paint_picture(painter, at)
        if self.hasFocus():
            paint_focus(painter, look, QRectF(self.viewport().rect()), look.tokens.radius.small)
        painter.end()

    def _paint_picture(self, painter: QPainter, at: int) -> None:
        look, area = self._look, self._area(at)
        clip = QPainterPath()
        clip.addRoundedRect(area, look.tokens.radius.small, look.tokens.radius.small)
        painter.fillPath(clip, look.colour("raised"))
        pixmap = self._store.picture(self._pictures[at], round(area.height() * self.devicePixelRatioF()))
        if pixmap is not None:
            painter.save()
            painter.setClipPath(clip)
            width = pixmap.height() * area.width() / area.height()
            source = QRectF((pixmap.width() - width) / 2, 0, width, pixmap.height())
            painter.drawPixmap(area, pixmap, source)
            painter.restore()
        if at == self._current:
            painter.setPen(QPen(look.colour("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), look.tokens.radius.small, look.tokens.radius.small)
            cross = self._cross(at)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("surface"))
            painter.drawEllipse(cross)
            side = round(cross.width() * 0.6)
            icon = look.icon("x", "text", side, self.devicePixelRatioF())
            painter.drawPixmap(cross.center() - QPointF(side / 2, side / 2), icon)

    def _choose(self, at: int) -> None:
        self._current = max(0, min(len(self._pictures) - 1, at))
        bar, left = self.horizontalScrollBar(), self._current * self._step()
        if left < bar.value():
            bar.setValue(left)
        elif left + self._step() > bar.value() + self.viewport().width():
            bar.setValue(left + self._step() - self.viewport().width())
        self._tell()
        self.viewport().update()

    def _tell(self) -> None:
        count = len(self._pictures)
        self.setAccessibleName(f"Pictures, {self._current + 1} of {count}" if count else "Pictures, none yet")

    def _tall(self) -> int:
        return self._look.large(60)

    def _step(self) -> int:
        return round(self._tall() * 16 / 9) + self._look.tokens.space.small

    def _area(self, at: int) -> QRectF:
        left = at * self._step() - self.horizontalScrollBar().value()
        return QRectF(left, 0, self._step() - self._look.tokens.space.small, self._tall())

    def _cross(self, at: int) -> QRectF:
        side, area = self._look.large(20), self._area(at)
        return QRectF(area.right() - side - 4, area.top() + 4, side, side)

    def _range(self) -> None:
        bar, width = self.horizontalScrollBar(), self.viewport().width()
        bar.setPageStep(width)
        bar.setSingleStep(self._step())
        bar.setRange(0, max(0, len(self._pictures) * self._step() - width))

    def _came(self, path: str) -> None:
        if path in self._pictures:
            self.viewport().update()
