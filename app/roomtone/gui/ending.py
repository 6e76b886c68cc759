"""How the window ends: by a signal, or closed in the middle of a take."""

from __future__ import annotations

import signal
import socket
import sys
from types import FrameType

from PySide6.QtCore import QObject, QRectF, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.stylesheet import stylesheet

FAREWELL_MILLISECONDS = 4000
GOES_ON = "Recording goes on"
HOW_TO_STOP = "Open Roomtone again and press Stop to end the take, or type: roomtone stop"


class EndSignals(QObject):
    """Turns SIGTERM and SIGINT into ``wished`` without a timer: Python's wake-up socket is watched by Qt."""

    wished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._wakeup = signal.set_wakeup_fd(self._write.fileno())
        self._handlers = {number: signal.signal(number, _caught) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore(self) -> None:
        """Leave signals to whoever had them before."""
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()

    def _woken(self) -> None:
        told = self._read.recv(64)
        if any(number in self._handlers for number in told):
            self.wished.emit()


def _caught(number: int, frame: FrameType | None) -> None:
    """Do nothing: the socket has told the event loop already."""
    del number, frame


class Farewell(QWidget):
    """Says for four seconds, where the window was, that recording goes on; then ``over`` is emitted."""

    over = Signal()

    def __init__(self, look: Look, title: str) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self._look = look
        self.setWindowTitle("Roomtone")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAccessibleName(f"{GOES_ON}: {title}. {HOW_TO_STOP}")
        self.setStyleSheet(stylesheet(look))
        heading = QLabel(f"{GOES_ON}: {title}" if title else GOES_ON)
        heading.setProperty("role", "strong")
        detail = QLabel(HOW_TO_STOP)
        words = QVBoxLayout()
        for label in (heading, detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            words.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.px(48), look.px(16), look.px(20), look.px(16))
        layout.addLayout(words)
        self.setFixedWidth(look.px(380))
        self.adjustSize()
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.move(room.right() - self.width() - look.px(24), room.bottom() - self.height() - look.px(24))
        QTimer.singleShot(FAREWELL_MILLISECONDS, self, self._end)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("raised"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("record"))
        size = self._look.px(14)
        painter.drawEllipse(QRectF(self._look.px(20), self._look.px(19), size, size))
        painter.end()

    def _end(self) -> None:
        self.close()
        self.over.emit()


def tell_terminal(title: str) -> None:
    """Say the same on the terminal, for whoever started Roomtone from one."""
    if sys.stderr is not None:
        sys.stderr.write(f"{GOES_ON}: {title}. {HOW_TO_STOP}\n")
        sys.stderr.flush()
