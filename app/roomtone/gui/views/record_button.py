"""The big round button, and the running time beside it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.parts import paint_focus
from roomtone.studio.snapshot import Phase


class RecordButton(QAbstractButton):
    """Round, red, and a square while a take rolls.

    A press of the mouse is ``clicked``, a key is ``keyed``: a key may stop a take only when it is pressed twice.
    """

    keyed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._phase = Phase.STARTING
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_phase(self, phase: Phase, label: str, hint: str, enabled: bool) -> None:
        """Show what the button means now."""
        if phase is not self._phase:
            self._phase = phase
            self.update()
        self.setEnabled(enabled)
        if label != self.accessibleName() or hint != self.accessibleDescription():
            self.setAccessibleName(label)
            self.setAccessibleDescription(hint)
            self.setToolTip(f"{label} – {hint}")

    def sizeHint(self) -> QSize:
        side = self._look.large(self._look.tokens.size.record + 10)
        return QSize(side, side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.keyed.emit()
        elif event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = QRectF(self.rect()).center()
        outer, inner = self.width() / 2 - 1, look.large(look.tokens.size.record) / 2 - look.large(2)
        rolling = self._phase is Phase.RECORDING
        painter.setBrush(look.colour("record_halo" if rolling or self.underMouse() else "control"))
        painter.drawEllipse(middle, outer, outer)
        painter.setBrush(look.colour("record" if self.isEnabled() else "control_hover"))
        pressed = look.large(2) if self.isDown() else 0
        painter.drawEllipse(middle, inner - pressed, inner - pressed)
        painter.setBrush(look.colour("on_record" if self.isEnabled() else "muted"))
        side = look.large(20)
        if rolling or self._phase is Phase.SAVING:
            corner = look.large(4)
            painter.drawRoundedRect(QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side), corner, corner)
        else:
            painter.drawEllipse(middle, side / 2 - 1, side / 2 - 1)
        if self.hasFocus():
            area = QRectF(middle - QPointF(outer, outer), middle + QPointF(outer, outer))
            paint_focus(painter, look, area, outer)
        painter.end()


class TimeView(QWidget):
    """The running time; its figures all have the same width, so that it stands still while it runs."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._text = "00:00:00.000"
        self.setAccessibleName("Time")
        self.setAccessibleDescription("00:00:00")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_time(self, text: str) -> None:
        """Show a time."""
        if text == self._text:
            return
        before, self._text = self._text, text
        metrics = QFontMetrics(self._font())
        # Only the figures from the first changed one on are painted again.
        same = next((at for at in range(min(len(before), len(text))) if before[at] != text[at]), 0)
        left = metrics.horizontalAdvance(text[:same])
        self.update(left - 2, 0, self.width() - left + 2, self.height())
        if before[:8] != text[:8]:
            self.setAccessibleDescription(text[:8])

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        return QSize(metrics.horizontalAdvance("00:00:00.000") + 2, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setFont(self._font())
        painter.setPen(self._look.colour("text"))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._text)
        painter.end()

    def _font(self) -> QFont:
        return self._look.font(self._look.tokens.type.time, 600, tabular=True)
