"""What stands where there are no takes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import EmptyModel


class EmptyView(QWidget):
    """What stands where there are no takes: the one thing to do."""

    acted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._icon = "mic"
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        self.button = QPushButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        layout.setSpacing(look.tokens.space.small)
        layout.addStretch(1)
        layout.addSpacing(look.px(56))
        for label in (self.title, self.text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addSpacing(look.tokens.space.small)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        look.changed.connect(self.update)

    def show_empty(self, model: EmptyModel) -> None:
        """Show it."""
        self._icon = model.icon
        self.title.setText(model.title)
        self.text.setText(model.text)
        self.setAccessibleName(f"{model.title}. {model.text}")
        self.button.setText(model.action)
        self.button.setAccessibleName(model.action)
        self.button.setVisible(bool(model.action))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(200), self._look.px(120))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look = self._look
        side = look.px(30)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = look.px(28)
        middle = QRectF(self.width() / 2 - radius, self.title.y() - 2 * radius - look.px(10), 2 * radius, 2 * radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("raised"))
        painter.drawEllipse(middle)
        icon = look.icon(self._icon, "muted", side, self.devicePixelRatioF())
        painter.drawPixmap(middle.center() - QRectF(0, 0, side, side).center(), icon)
        painter.end()
