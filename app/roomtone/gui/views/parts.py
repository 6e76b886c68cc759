"""The small parts that all views are made of."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.studio.lines import Line, Tone


def paint_focus(painter: QPainter, look: Look, area: QRectF, radius: float) -> None:
    """Paint the ring around what has the keyboard."""
    width = look.tokens.size.focus
    painter.setPen(QPen(look.colour("focus"), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRoundedRect(area.adjusted(half, half, -half, -half), radius, radius)


class IconButton(QAbstractButton):
    """A button that is an icon. ``name`` is what it does, for screen readers and the tool tip."""

    def __init__(self, look: Look, icon: str, name: str, parent: QWidget | None = None, keys: str = "") -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._keys = keys
        self._ground = ""
        self.lit = False
        # A click leaves the keyboard where it was, so that Space goes on meaning the record button.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_as(icon, name)
        look.changed.connect(self.update)

    def show_as(self, icon: str, name: str, lit: bool = False) -> None:
        """Be another icon, doing something else; ``lit`` where there is something behind it already."""
        if (icon, name, lit) == (self._icon, self.accessibleName(), self.lit):
            return
        self._icon, self.lit = icon, lit
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({self._keys})" if self._keys else name)
        self.setAccessibleDescription(f"Key: {self._keys}" if self._keys else name)
        self.update()

    def on_ground(self, colour: str) -> None:
        """Stand on a disc of a colour of the tokens even when the mouse is elsewhere."""
        self._ground = colour
        self.update()

    def sizeHint(self) -> QSize:
        side = self._look.px(self._look.tokens.size.control)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        radius = area.height() / 2 if self._ground else self._look.tokens.radius.small
        ground = "control_hover" if self.isDown() else ("control" if self.underMouse() else self._ground)
        if ground and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("control_hover" if self._ground and self.underMouse() else ground))
            painter.drawRoundedRect(area, radius, radius)
        side = self._look.px(self._look.tokens.size.icon)
        lit = self.lit or bool(self._ground) or self.underMouse()
        colour = "text" if lit and self.isEnabled() else "muted"
        icon = self._look.icon(self._icon, colour, side, self.devicePixelRatioF(), self.lit and self._icon == "star")
        if not self.isEnabled():
            painter.setOpacity(0.45)
        painter.drawPixmap(QPointF((area.width() - side) / 2, (area.height() - side) / 2), icon)
        painter.setOpacity(1.0)
        if self.hasFocus():
            paint_focus(painter, self._look, area, radius)
        painter.end()


class ElidedLabel(QLabel):
    """One line of text that ends in … where there is no room; the whole of it is in the tool tip.

    With a tone, a dot of that tone stands before it.
    """

    def __init__(self, look: Look, size: int, weight: int = 400, colour: str = "text") -> None:
        super().__init__()
        self._look = look
        self._type = (size, weight)
        self._colour = colour
        self._dot: Tone | None = None
        self._right = False
        self._dotted = True
        self._elide = Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(look.font(size, weight))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_line(self, line: Line) -> None:
        """Show a text with its dot; look-here is also said in the colour of the text."""
        if (line.text, line.tone) != (self.text(), self._dot):
            self._dot = line.tone
            self.show_text(line.text)
            self.updateGeometry()
            self.update()

    def show_text(self, text: str) -> None:
        """Show a text."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip(text)

    def elide_middle(self) -> None:
        """Leave out the middle where there is no room, for texts whose end matters."""
        self._elide = Qt.TextElideMode.ElideMiddle

    def leave_out_dot(self) -> None:
        """Say the tone in the colour of the text only."""
        self._dotted = False

    def align_right(self) -> None:
        """Stand at the right edge."""
        self._right = True

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + self._indent() + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(40), self.fontMetrics().height())

    def _indent(self) -> int:
        return self._look.px(14) if self._dotted and self._dot is not None and self.text() else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        text = self.text()
        if not text:
            return
        painter = QPainter(self)
        painter.setFont(self._look.font(*self._type))
        metrics = painter.fontMetrics()
        indent = self._indent()
        shown = metrics.elidedText(text, self._elide, self.width() - indent)
        left = self.width() - indent - metrics.horizontalAdvance(shown) if self._right else 0
        if indent and self._dot is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.tone(self._dot))
            radius = self._look.px(4)
            painter.drawEllipse(QPointF(left + radius, self.height() / 2), radius, radius)
        painter.setPen(self._look.colour("look" if self._dot is Tone.LOOK else self._colour))
        area = QRectF(left + indent, 0, self.width() - left - indent, self.height())
        # By its own first letter, so that the … of a right-to-left title stands at its end.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        left_edge = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | left_edge), shown)
        painter.end()
