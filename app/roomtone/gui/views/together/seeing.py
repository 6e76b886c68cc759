"""A take's picture or text, with a part of it chosen to speak of."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.review import moved
from roomtone.gui.views.parts import paint_focus
from roomtone.wire.project.items import Lines, Region

_SMALLEST = 0.01
_LEAST_LINES, _MOST_LINES = 4, 16
# How high a page is, in pixels at a scale of 1.
_LEAST_PAGE, _MOST_PAGE = 48, 760
# How much of its colour the ground of what is marked has, so that it stays as readable as the rest.
_TINT = 0.25
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
        self._ratio = 0.0
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

    def show_page(self, file: str, ratio: float) -> None:
        """Show a page to be read: as wide as there is room, ``ratio`` times as high, while that fits a window."""
        self.show_file(file)
        if ratio != self._ratio:
            self._ratio = ratio
            policy = self.sizePolicy()
            policy.setHeightForWidth(ratio > 0)
            # What is fixed would be as high as a picture, whatever its width asks for.
            policy.setVerticalPolicy(QSizePolicy.Policy.Minimum if ratio else QSizePolicy.Policy.Fixed)
            self.setSizePolicy(policy)
            self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        if not self._ratio:
            return -1
        return max(self._look.px(_LEAST_PAGE), min(self._look.px(_MOST_PAGE), round(width * self._ratio)))

    def show_region(self, region: tuple[float, float, float, float] | None) -> None:
        """Frame the part that a comment is about."""
        self._marked = region
        self.update()

    def marked_place(self) -> QRect:
        """Return where the part that a comment is about stands, in pixels of this widget; all of it for no part."""
        return _part(self._area(), self._marked).toAlignedRect() if self._marked is not None else self.rect()

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
        painter.setPen(QPen(self._look.colour("focus"), 2))
        if self.region is not None:
            own = self.region
            painter.drawRect(_part(area, (own.left, own.top, own.width, own.height)))
        if self._marked is not None:
            # Its ground tells it from the frame that is being drawn.
            painter.setBrush(_tinted(self._look))
            painter.drawRect(_part(area, self._marked))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            paint_focus(painter, self._look, area, self._look.tokens.radius.small)
        painter.end()

    def _picture(self) -> QPixmap | None:
        return self._store.picture(self._file, round(self.height() * self.devicePixelRatioF())) if self._file else None

    def _area(self) -> QRectF:
        picture = self._picture()
        if picture is not None and not picture.isNull():
            width, height = float(picture.width()), float(picture.height())
        elif self._ratio:
            # It is known before its file was read.
            width, height = 1.0, self._ratio
        else:
            return QRectF()
        scale = min(self.width() / width, self.height() / height)
        return QRectF(0, 0, width * scale, height * scale)

    def _came(self, path: str) -> None:
        if path == self._file:
            self.update()


def _part(area: QRectF, part: tuple[float, float, float, float]) -> QRectF:
    left, top, width, height = part
    return QRectF(
        area.left() + left * area.width(),
        area.top() + top * area.height(),
        width * area.width(),
        height * area.height(),
    )


def _tinted(look: Look) -> QColor:
    colour = look.colour("focus")
    colour.setAlphaF(_TINT)
    return colour


class TextView(QPlainTextEdit):
    """A text to read. What is selected are the lines to speak of; a click selects the line that it meets."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("field")
        self.setReadOnly(True)
        self.setAccessibleName("Text")
        self.setAccessibleDescription("Click a line or select several to speak of them; Escape speaks of all of it")
        self.setToolTip(self.accessibleDescription())
        self.setTabChangesFocus(True)
        self._look = look
        self._pressed: QPoint | None = None
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def show_text(self, text: str) -> None:
        """Show a text."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.setExtraSelections([])
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

    def show_lines(self, first: int, last: int) -> None:
        """Mark the lines that a comment is about, as far as they are there, and bring the first of them into sight."""
        document = self.document()
        begin = document.findBlockByNumber(first - 1)
        if not begin.isValid():
            self.setExtraSelections([])
            return
        end = document.findBlockByNumber(min(max(first, last), document.blockCount()) - 1)
        cursor = QTextCursor(begin)
        # Scrolling follows the cursor; one without a selection chooses nothing to speak of.
        if not self.textCursor().hasSelection():
            self.setTextCursor(QTextCursor(begin))
        cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        mark.format.setBackground(_tinted(self._look))
        self.setExtraSelections([mark])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        # A click on what is chosen lets go of it, as everywhere.
        self._pressed = event.position().toPoint() if left and not self.textCursor().hasSelection() else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is None or self.textCursor().hasSelection():
            return
        cursor = self.cursorForPosition(pressed)
        cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.textCursor().hasSelection():
            self.clear_choice()
        else:
            super().keyPressEvent(event)
