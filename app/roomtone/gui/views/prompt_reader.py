"""The text that the prompter scrolls: large, smooth, and movable by hand at any time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPolygonF,
    QResizeEvent,
    QTextBlock,
    QTextDocument,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.drafts import count_words
from roomtone.gui.presenters.prompting import height_at, word_at
from roomtone.gui.views.parts import paint_focus

# The line that is read stands so far down, so that what comes is seen, and the eyes stay near the lens above.
_READ_AT = 0.3


class PromptReader(QWidget):
    """Shows the text around the word that is read. ``moved`` tells the word that the hand moved it to."""

    moved = Signal(float)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._text = ""
        self._size = 1.0
        self._at = 0.0
        self._grip: tuple[float, float] | None = None
        self._lines: Sequence[tuple[int, float]] = []
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self.words = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Prompter text")
        self.setAccessibleDescription("Up and Down move a line, Page Up and Page Down half a page, Home to the start")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        look.changed.connect(self.update)

    @property
    def at(self) -> float:
        """The word that is read."""
        return self._at

    def show_text(self, text: str, size: float) -> None:
        """Show a text, ``size`` times as large as normal."""
        if (text, size) != (self._text, self._size):
            self._text, self._size = text, size
            self.words = count_words(text)
            self._document.setPlainText(text)
            self._measure()

    def show_word(self, at: float) -> None:
        """Be at a word."""
        before = self._offset()
        self._at = at
        if abs(self._offset() - before) >= 0.25:
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line, half = self._font().pixelSize() * 1.4, self.height() / 2
        moves: dict[int, float] = {
            Qt.Key.Key_Up: -line,
            Qt.Key.Key_Down: line,
            Qt.Key.Key_PageUp: -half,
            Qt.Key.Key_PageDown: half,
            Qt.Key.Key_Home: -1e9,
            Qt.Key.Key_End: 1e9,
        }
        if event.key() in moves:
            self._move_by(moves[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = (event.position().y(), height_at(self._at, self._lines))
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self.moved.emit(word_at(self._grip[1] + self._grip[0] - event.position().y(), self._lines))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._grip = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._move_by(-event.angleDelta().y() * 0.6)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        painter.fillRect(event.rect(), look.colour("page"))
        side, top = self._margin(), self._offset()
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, look.colour("text"))
        context.palette = palette
        context.clip = QRectF(0, -top, self._document.textWidth(), self.height())
        painter.translate(side, top)
        self._document.documentLayout().draw(painter, context)
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("muted"))
        line = self.height() * _READ_AT + self._font().pixelSize() * 0.7
        left, half = look.px(14), look.px(9)
        painter.drawPolygon(
            QPolygonF([QPointF(left, line - half), QPointF(left + half * 1.5, line), QPointF(left, line + half)])
        )
        if self.hasFocus():
            paint_focus(painter, look, QRectF(self.rect()), look.tokens.radius.small)
        painter.end()

    def _move_by(self, pixels: float) -> None:
        self.moved.emit(word_at(height_at(self._at, self._lines) + pixels, self._lines))

    def _offset(self) -> float:
        return self.height() * _READ_AT - height_at(self._at, self._lines)

    def _margin(self) -> int:
        return self._look.px(48)

    def _font(self) -> QFont:
        font = QFont(self._look.font(self._look.tokens.type.time, 500))
        font.setPixelSize(round(font.pixelSize() * 1.25 * self._size))
        return font

    def _measure(self) -> None:
        """Lay the text out, and find which word every line begins with."""
        self._document.setDefaultFont(self._font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._document.setDefaultTextOption(option)
        self._document.setTextWidth(max(40, self.width() - 2 * self._margin()))
        lines: list[tuple[int, float]] = []
        words, bottom = 0, 0.0
        block: QTextBlock = self._document.begin()
        while block.isValid():
            area = self._document.documentLayout().blockBoundingRect(block)
            layout, text = block.layout(), block.text()
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                lines.append((words, area.top() + line.y()))
                words += count_words(text[line.textStart() : line.textStart() + line.textLength()])
            bottom = area.bottom()
            block = block.next()
        self._lines = [*lines, (words, bottom)]
        self.update()
