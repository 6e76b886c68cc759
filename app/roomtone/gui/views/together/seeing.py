"""A take's picture or text, with a part of it chosen to speak of."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.review import moved
from roomtone.gui.views.parts import paint_focus
from roomtone.wire.project.items import Lines, Region

_SMALLEST = 0.01
_LEAST_LINES, _MOST_LINES = 4, 16
_STEPS = {
    Qt.Key.Key_Left: (-0.05, 0.0),
    Qt.Key.Key_Right: (0.05, 0.0),
    Qt.Key.Key_Up: (0.0, -0.05),
    Qt.Key.Key_Down: (0.0, 0.05),
}


class PictureView(QWidget):
    """A picture. Dragging over it chooses a region, in shares of its width and height."""

    chosen = Signal()

    def __init__(self, look: Look, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._store = store
        self._file = ""
        self._from: QPointF | None = None
        self.region: Region | None = None
        self._marked: tuple[float, float, float, float] | None = None
        self.setAccessibleName("Picture")
        self.setAccessibleDescription(
            "Drag over a part of it to speak of that part; the arrow keys move a frame, with Shift they size it, "
            "Escape takes it away"
        )
        self.setToolTip(self.accessibleDescription())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        store.loaded.connect(self._came)
        look.changed.connect(self.update)

    def show_file(self, file: str) -> None:
        """Show a picture file."""
        if file != self._file:
            self._file, self.region, self._marked = file, None, None
        self.setVisible(bool(file))
        self.update()

    def show_region(self, region: tuple[float, float, float, float] | None) -> None:
        """Frame the part that a comment is about."""
        self._marked = region
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(320), self._look.px(300))

    def clear(self) -> None:
        """Speak of all of it again."""
        self.region = None
        self.chosen.emit()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            grow = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.region = moved(self.region, *step, grow)
            self.chosen.emit()
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self.region is not None:
            self.clear()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = event.position()
        self.region = None
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        if self._from is None or area.isEmpty():
            return
        drawn = QRectF(self._from, event.position()).normalized().intersected(area)
        left, top = (drawn.left() - area.left()) / area.width(), (drawn.top() - area.top()) / area.height()
        width, height = drawn.width() / area.width(), drawn.height() / area.height()
        if width > _SMALLEST and height > _SMALLEST:
            self.region = Region(max(0.0, left), max(0.0, top), min(1.0, width), min(1.0, height))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._from = None
        self.chosen.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        picture = self._picture()
        if picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = self._area()
        painter.drawPixmap(area, picture, QRectF(picture.rect()))
        own = self.region
        frames = [(own.left, own.top, own.width, own.height)] if own is not None else []
        for left, top, width, height in [*frames, *([self._marked] if self._marked else [])]:
            painter.setPen(QPen(self._look.colour("focus"), 2))
            painter.drawRect(
                QRectF(
                    area.left() + left * area.width(),
                    area.top() + top * area.height(),
                    width * area.width(),
                    height * area.height(),
                )
            )
        if self.hasFocus():
            paint_focus(painter, self._look, area, self._look.tokens.radius.small)
        painter.end()

    def _picture(self) -> QPixmap | None:
        return self._store.picture(self._file, round(self.height() * self.devicePixelRatioF())) if self._file else None

    def _area(self) -> QRectF:
        picture = self._picture()
        if picture is None or picture.isNull():
            return QRectF()
        scale = min(self.width() / picture.width(), self.height() / picture.height())
        return QRectF(0, 0, picture.width() * scale, picture.height() * scale)

    def _came(self, path: str) -> None:
        if path == self._file:
            self.update()


class TextView(QPlainTextEdit):
    """A text to read. What is selected are the lines to speak of."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("field")
        self.setReadOnly(True)
        self.setAccessibleName("Text")
        self.setAccessibleDescription("Select lines to speak of them")
        self.setToolTip("Select lines to speak of them")
        self.setTabChangesFocus(True)
        self._look = look
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def show_text(self, text: str) -> None:
        """Show a text."""
        if text != self.toPlainText():
            self.setPlainText(text)
            lines = min(_MOST_LINES, max(_LEAST_LINES, self.blockCount() + len(text) // 90))
            self.setFixedHeight(self._look.px(22 + 19 * lines))
        self.setVisible(bool(text))

    def lines(self) -> Lines | None:
        """Return the lines that are selected."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return None
        document = self.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber() + 1
        # A selection that ends before the first letter of a line has nothing of that line.
        last = document.findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1)).blockNumber() + 1
        return Lines(first, last)

    def clear_choice(self) -> None:
        """Speak of all of it again."""
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)
