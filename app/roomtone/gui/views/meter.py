"""The level meters: a bar for each channel, the held peak, the clip light, and the scale in dBFS."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.meters import LOOK_AT, MARKS, Bar, place

_MOST_ROWS = 8


class MeterView(QWidget):
    """Shows bars as they are now. ``pressed`` asks for the clip lights to be put out."""

    pressed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._bars: tuple[Bar, ...] = ()
        self.setAccessibleName("Input level")
        self.setAccessibleDescription("No input is open")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Aim for peaks between −12 and −6 dB. A click puts the clip lights out.")
        look.changed.connect(self.update)

    def show_bars(self, bars: tuple[Bar, ...]) -> None:
        """Show these bars; only what moved is painted."""
        before, self._bars = self._bars, bars
        if [bar.label for bar in before] != [bar.label for bar in bars]:
            self.updateGeometry()
            self.update()
        else:
            for row, (old, new) in enumerate(zip(before, bars, strict=True)):
                if old != new:
                    self.update(self._damage(row, old, new))
        self._describe(before)

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(360), self._row_height() * max(1, len(self._rows())) + self._scale_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(170), self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        del event
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for row, bar in enumerate(self._rows() or (Bar("", 0.0, 0.0, False, -60.0),)):
            area = self._bar_area(row)
            if event.rect().intersects(self._row_area(row)):
                self._paint_bar(painter, area, bar)
        if event.rect().bottom() >= self.height() - self._scale_height():
            self._paint_scale(painter)
        painter.end()

    def _rows(self) -> tuple[Bar, ...]:
        return self._bars[:_MOST_ROWS]

    def _paint_bar(self, painter: QPainter, area: QRectF, bar: Bar) -> None:
        look = self._look
        if bar.label:
            painter.setPen(look.colour("muted"))
            painter.setFont(look.font(look.tokens.type.caption, tabular=True))
            room = QRectF(0, area.top() - look.px(3), area.left() - look.px(6), area.height() + look.px(6))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), bar.label)
        painter.fillRect(area, look.colour("meter_floor"))
        turn = place(LOOK_AT)
        low = min(bar.level, turn)
        painter.fillRect(QRectF(area.left(), area.top(), area.width() * low, area.height()), look.colour("safe_fill"))
        if bar.level > turn:
            left = area.left() + area.width() * turn
            width = area.width() * (bar.level - turn)
            painter.fillRect(QRectF(left, area.top(), width, area.height()), look.colour("look_fill"))
        if bar.hold > 0:
            x = area.left() + area.width() * bar.hold
            name = "look_fill" if bar.hold > turn else "safe_fill"
            painter.fillRect(QRectF(min(x, area.right() - 2), area.top(), 2, area.height()), look.colour(name))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("look_fill" if bar.clipped else "meter_floor"))
        radius = area.height() / 2
        painter.drawEllipse(QPointF(self.width() - radius - 1, area.center().y()), radius - 1, radius - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_scale(self, painter: QPainter) -> None:
        look = self._look
        painter.setPen(look.colour("muted"))
        painter.setFont(look.font(look.tokens.type.caption, tabular=True))
        area = self._bar_area(0)
        top = self.height() - self._scale_height() + look.px(2)
        width = look.px(40)
        for number, mark in enumerate(MARKS):
            x = area.left() + area.width() * place(mark) if number else area.left()
            flag = Qt.AlignmentFlag.AlignHCenter if number else Qt.AlignmentFlag.AlignLeft
            left = x - width / 2 if number else x
            if number == len(MARKS) - 1:
                left = min(left, area.right() - width / 2)
            text = f"−{-mark:.0f}" if mark else "0"
            painter.drawText(QRectF(left, top, width, self._scale_height()), int(flag), text)

    def _row_height(self) -> int:
        height = self._look.px(self._look.tokens.size.meter)
        return (height if len(self._bars) <= 4 else height // 2 + 1) + self._look.px(4)

    def _scale_height(self) -> int:
        return self._look.px(18)

    def _row_area(self, row: int) -> QRect:
        return QRect(0, row * self._row_height(), self.width(), self._row_height())

    def _bar_area(self, row: int) -> QRectF:
        look = self._look
        height = self._row_height() - look.px(4)
        labels = look.px(20) if any(bar.label for bar in self._bars) else 0
        right = self.width() - height - look.px(6)
        return QRectF(labels, row * self._row_height(), max(1, right - labels), height)

    def _damage(self, row: int, old: Bar, new: Bar) -> QRect:
        if old.clipped != new.clipped:
            return self._row_area(row)
        area = self._bar_area(row)
        places = [old.level, new.level] if old.level != new.level else []
        places += [old.hold, new.hold] if old.hold != new.hold else []
        low, high = (min(places), max(places)) if places else (0.0, 0.0)
        left = int(area.left() + area.width() * low) - 3
        return QRect(left, int(area.top()), int(area.width() * (high - low)) + 7, int(area.height()) + 1)

    def _describe(self, before: tuple[Bar, ...]) -> None:
        """Tell a screen reader the held peaks, in steps, so that it is not flooded."""
        told = [(bar.label, round(bar.decibels / 3), bar.clipped) for bar in self._bars]
        if told == [(bar.label, round(bar.decibels / 3), bar.clipped) for bar in before]:
            return
        self.setAccessibleDescription(
            ", ".join(
                f"{bar.label or 'level'}: {bar.decibels:.0f} dB{', clipped' if bar.clipped else ''}"
                for bar in self._bars
            )
        )
