"""The white light of the sync self-test."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from roomtone.foundation.clock import Clock
from roomtone.gui.presenters.flashing import FlashRhythm


class FlashLight(QWidget):
    """Lies over ``whole``, or over ``part`` of it alone where less motion is wished, white in the rhythm of the test.

    It is white and black whatever the theme: a camera must see it on any screen.
    """

    def __init__(self, clock: Clock, whole: QWidget, part: QWidget, calm: bool) -> None:
        super().__init__(whole)
        self._clock = clock
        self._whole = whole
        self._part = part
        self._calm = calm
        self._rhythm = FlashRhythm()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(4)
        self._timer.timeout.connect(self.show_light)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Light of the sync test")
        self.hide()

    def run(self, since: float | None) -> None:
        """Flash once a second from ``since`` on (monotonic seconds); ``None`` ends it."""
        self._rhythm.run(since)
        on = self._rhythm.running
        if on and not self._timer.isActive():
            self._timer.start()
        elif not on:
            self._timer.stop()
        self.show_light()

    def show_light(self) -> None:
        """Be white now, or out of sight."""
        white = self._rhythm.white(self._clock.monotonic())
        if white == self.isVisible():
            return
        if white:
            area = self._whole.rect()
            if self._calm and self._part.isVisible():
                area = self._part.rect().translated(self._part.mapTo(self._whole, self._part.rect().topLeft()))
            self.setGeometry(area)
            self.raise_()
            self.show()
            # At once, and not with the next frame: what is measured is how long light takes to come back.
            self.repaint()
        else:
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(255, 255, 255))
        painter.end()
