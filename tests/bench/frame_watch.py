"""Watches a widget that changes on every frame."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TextIO

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class FrameWatch(QObject):
    """Notes when a widget is painted. The first second, in which much is made for the first time, is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.watching = False
        self.over = False
        self._frames: list[float] = []
        self._cpu = 0.0
        self._then: Callable[[], object] | None = None

    def watch(self, widget: QWidget, seconds: float, then: Callable[[], object]) -> None:
        """Watch ``widget`` for so long, and then do that."""
        widget.installEventFilter(self)
        self.watching, self._then = True, then
        QTimer.singleShot(1000, self, self._begin)
        QTimer.singleShot(int((seconds + 1) * 1000), self, self._end)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._cpu and not self.over:
            self._frames.append(time.monotonic())
        return super().eventFilter(watched, event)

    def report(self, stream: TextIO) -> None:
        """Write what was seen as JSON: the times, and the CPU seconds that this process took."""
        json.dump({"frames": self._frames, "cpu": [self._cpu]}, stream)

    def _begin(self) -> None:
        self._cpu = time.process_time()

    def _end(self) -> None:
        self.over = True
        self._cpu = time.process_time() - self._cpu
        if self._then is not None:
            self._then()
