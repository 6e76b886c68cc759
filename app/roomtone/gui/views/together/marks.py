"""Where in a take its comments stand, and where it is heard now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.words import short_clock
from roomtone.gui.views.parts import paint_focus
from roomtone.studio.together_snapshot import CommentView

_STEP_SECONDS = 5.0


class MarksView(QWidget):
    """As long as the take is wide. ``sought`` tells a second to go to: a click, or Left and Right."""

    sought = Signal(float)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._seconds = 0.0
        self._at = -1.0
        self._drawn = False
        self._comments: tuple[CommentView, ...] = ()
        self.setAccessibleName("Where in the take")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self.update)

    def show_marks(self, seconds: float, comments: tuple[CommentView, ...], *, drawn: bool) -> None:
        """Show the comments of a take of so many seconds; ``drawn`` where its waveform is seen behind them."""
        self._seconds, self._comments, self._drawn = seconds, comments, drawn
        self._describe()
        self.update()

    def show_at(self, at: float) -> None:
        """Show where it is heard, in seconds, or below zero nowhere."""
        if at != self._at:
            self._at = at
            self._describe()
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            near = self._near(event.pos().x())
            QToolTip.showText(event.globalPos(), f"{near.person.name}: {near.text}" if near is not None else "", self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(200), self._look.px(26))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position().x())
        if near is not None and near.at is not None:
            self.sought.emit(near.at)
        elif self._seconds > 0:
            share = event.position().x() / max(1, self.width())
            self.sought.emit(min(1.0, max(0.0, share)) * self._seconds)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.sought.emit(max(0.0, self._at))
            return
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
        painter.setPen(Qt.PenStyle.NoPen)
        if not self._drawn:
            painter.setBrush(look.colour("border"))
            painter.drawRoundedRect(QRectF(0, self.height() / 2 - 2, self.width(), 4), 2, 2)
        for comment in self._comments:
            if comment.at is not None and self._seconds > 0:
                self._paint_mark(painter, comment)
        if self._at >= 0 and self._seconds > 0:
            x = self.width() * min(1.0, self._at / self._seconds)
            painter.setBrush(look.colour("playhead"))
            painter.drawRect(QRectF(x - 1, 0, 2, self.height()))
        if self.hasFocus():
            paint_focus(painter, look, QRectF(self.rect()), look.tokens.radius.small)
        painter.end()

    def _paint_mark(self, painter: QPainter, comment: CommentView) -> None:
        look, radius = self._look, self._look.px(6)
        people = look.colours.people
        colour = QColor(people[comment.person.colour % len(people)])
        x = self._x(comment)
        # On a waveform the mark hangs at the top, with a line down to what it is about.
        y = float(radius + 2) if self._drawn else self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        if self._drawn:
            painter.setBrush(colour)
            painter.drawRect(QRectF(x - 0.5, y, 1, self.height() - y))
        painter.setBrush(look.colour("page"))
        painter.drawEllipse(QPointF(x, y), radius + 1, radius + 1)
        painter.setBrush(look.colour("page") if comment.resolved else colour)
        painter.setPen(QPen(colour, 2))
        painter.drawEllipse(QPointF(x, y), radius - 1, radius - 1)
        painter.setPen(Qt.PenStyle.NoPen)

    def _x(self, comment: CommentView) -> float:
        radius = self._look.px(6) + 1
        share = min(1.0, (comment.at or 0.0) / self._seconds)
        return min(float(self.width() - radius), max(float(radius), self.width() * share))

    def _near(self, x: float) -> CommentView | None:
        """Return the comment whose mark is at ``x``."""
        placed = [one for one in self._comments if one.at is not None] if self._seconds > 0 else []
        found = min(placed, key=lambda one: abs(self._x(one) - x), default=None)
        return found if found is not None and abs(self._x(found) - x) <= self._look.px(7) else None

    def _describe(self) -> None:
        placed = sum(comment.at is not None for comment in self._comments)
        where = f"At {short_clock(max(0.0, self._at))} of {short_clock(self._seconds)}"
        said = f", {placed} comment{'' if placed == 1 else 's'}" if placed else ""
        self.setAccessibleDescription(f"{where}{said}. Left and Right go five seconds back and on, Enter plays")
