"""Where in a take its comments stand, and where it is heard now."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.words import short_clock
from roomtone.gui.views.parts import paint_focus
from roomtone.studio.together_snapshot import CommentView

_STEP_SECONDS = 5.0


class MarksView(QWidget):
    """A strip as long as the take. ``sought`` tells a second to go to: a click, or Left and Right."""

    sought = Signal(float)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._seconds = 0.0
        self._at = -1.0
        self._comments: tuple[CommentView, ...] = ()
        self.setAccessibleName("Where in the take")
        self.setAccessibleDescription("Left and Right go five seconds back and on")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self.update)

    def show_marks(self, seconds: float, comments: tuple[CommentView, ...]) -> None:
        """Show the comments of a take of so many seconds."""
        self._seconds, self._comments = seconds, comments
        self.setVisible(seconds > 0)
        self.update()

    def show_at(self, at: float) -> None:
        """Show where it is heard, in seconds, or below zero nowhere."""
        if at != self._at:
            self._at = at
            self.setAccessibleDescription(f"At {short_clock(max(0.0, at))} of {short_clock(self._seconds)}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(200), self._look.px(26))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._seconds > 0:
            share = event.position().x() / max(1, self.width())
            self.sought.emit(min(1.0, max(0.0, share)) * self._seconds)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -_STEP_SECONDS, Qt.Key.Key_Right: _STEP_SECONDS}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
            return
        self.sought.emit(min(self._seconds, max(0.0, max(0.0, self._at) + by)))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, self.height() / 2 - 2, self.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("border"))
        painter.drawRoundedRect(area, 2, 2)
        people = look.colours.people
        for comment in self._comments:
            if comment.at is None or self._seconds <= 0:
                continue
            x = self.width() * min(1.0, comment.at / self._seconds)
            painter.setBrush(QColor(people[comment.person.colour % len(people)]))
            painter.drawEllipse(QPointF(min(self.width() - 5.0, max(5.0, x)), self.height() / 2), 5, 5)
        if self._at >= 0 and self._seconds > 0:
            x = self.width() * min(1.0, self._at / self._seconds)
            painter.setBrush(look.colour("playhead"))
            painter.drawRect(QRectF(x - 1, 0, 2, self.height()))
        if self.hasFocus():
            paint_focus(painter, look, QRectF(self.rect()), look.tokens.radius.small)
        painter.end()
