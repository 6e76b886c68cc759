"""What is ticked: the standard box with a tick in it, which says more than a filled square does."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from roomtone.gui.look import Look


class Tick(QCheckBox):
    """A box with words behind it. Tab reaches it, a click leaves the keyboard where it was."""

    def __init__(self, look: Look, text: str) -> None:
        super().__init__(text)
        self._look = look
        self.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        side = max(1, box.width() - 2)
        painter = QPainter(self)
        icon = self._look.icon("check", "page", side, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(box.center().x() + 0.5 - side / 2, box.center().y() + 0.5 - side / 2), icon)
        painter.end()
