"""Text that is changed where it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class InlineEdit(QLineEdit):
    """A line of text that is changed where it stands: Enter keeps, Esc leaves it as it was."""

    kept = Signal(str)
    ended = Signal()

    def __init__(self, text: str, name: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName("inline")
        self.setAccessibleName(name)
        self.setAccessibleDescription("Enter keeps it, Escape leaves it as it was")
        self._before = text
        self._over = False
        self.editingFinished.connect(self._finish)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            super().keyPressEvent(event)
        # What a line of text has no use for, such as Up and Down, must not reach the list behind it.
        event.accept()

    def _finish(self) -> None:
        text = " ".join(self.text().split())
        if not self._over and text != self._before:
            self.kept.emit(text)
        self._end()

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self.ended.emit()
