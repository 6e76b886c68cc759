"""The bar at the bottom: input and levels, the record button and the time, and where everything is safe."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import InputModel, TransportModel
from roomtone.gui.views.meter import MeterView
from roomtone.gui.views.parts import ElidedLabel, IconButton
from roomtone.gui.views.record_button import RecordButton, TimeView
from roomtone.studio.snapshot import Phase


class ChoiceBox(QComboBox):
    """A choice that is told what stands in it, and emits what the person chose: ``chose`` with the value."""

    chose = Signal(str)

    def __init__(self, look: Look, name: str, description: str) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName(name)
        self.setAccessibleDescription(description)
        self.setToolTip(description)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._entries: list[tuple[str, str]] = []
        self.activated.connect(lambda at: self.chose.emit(self._entries[at][0]))

    def show_entries(self, entries: list[tuple[str, str]], value: str) -> None:
        """Show (value, label) entries with one of them chosen."""
        if entries != self._entries:
            self._entries = entries
            self.clear()
            self.addItems([label for _, label in entries])
        at = next((at for at, (one, _) in enumerate(entries) if one == value), -1)
        if at != self.currentIndex():
            self.setCurrentIndex(at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Whoever scrolls a page past a choice does not want to make it.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = self._look.px(14)
        painter = QPainter(self)
        icon = self._look.icon("chevron-down", "muted", side, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - side - self._look.px(10), (self.height() - side) // 2, icon)
        painter.end()


class InputView(QWidget):
    """The choice of input and channels."""

    input_chosen = Signal(str)
    channels_chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.inputs = ChoiceBox(look, "Input", "What to record from")
        self.inputs.setPlaceholderText("No input")
        self.inputs.setMinimumContentsLength(12)
        self.channels = ChoiceBox(look, "Channels", "Which channels of the input to record, and how")
        self.channels.setMinimumContentsLength(8)
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(look.tokens.space.small)
        self._layout.addWidget(self.inputs)
        self._layout.addWidget(self.channels)
        self.inputs.chose.connect(self.input_chosen)
        self.channels.chose.connect(self.channels_chosen)

    def lie_flat(self, flat: bool) -> None:
        """Stand beside each other, or under each other."""
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._layout.setDirection(across if flat else down)

    def show_input(self, model: InputModel) -> None:
        """Show what can be chosen."""
        self.inputs.show_entries([(choice.id, choice.label) for choice in model.inputs], model.input)
        self.inputs.setEnabled(model.enabled)
        self.channels.show_entries(list(model.channels), model.channel)
        self.channels.setVisible(bool(model.channels))
        self.channels.setEnabled(model.enabled and len(model.channels) > 1)


class SafetyView(QWidget):
    """Where the take is safe: on this computer, in the project, and what the disk still holds."""

    retried = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        small, caption = look.tokens.type.small, look.tokens.type.caption
        self.computer = ElidedLabel(look, small)
        self.project = ElidedLabel(look, small)
        self.disk = ElidedLabel(look, caption, 400, "muted")
        self.disk.leave_out_dot()
        self.again = IconButton(look, "refresh-cw", "Send again now")
        self.again.clicked.connect(self.retried)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(look.tokens.space.tight)
        layout.setHorizontalSpacing(look.tokens.space.tight)
        for row, label in enumerate((self.computer, self.project, self.disk)):
            label.align_right()
            layout.addWidget(label, row, 1)
        layout.addWidget(self.again, 0, 0, 3, 1)
        layout.setColumnStretch(1, 1)

    def show_lines(self, model: TransportModel) -> None:
        """Show the lines."""
        self.computer.show_line(model.computer)
        self.project.show_line(model.project)
        self.disk.show_line(model.disk)
        self.again.setVisible(model.can_retry)


class TransportView(QWidget):
    """The bar. Where it is too narrow for one row, it takes two."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.input = InputView(look)
        self.meter = MeterView(look)
        self.button = RecordButton(look)
        self.time = TimeView(look)
        self.hint = ElidedLabel(look, look.tokens.type.small, 400, "muted")
        self.hint.leave_out_dot()
        self.safety = SafetyView(look)
        sound, middle = QWidget(), QWidget()
        spacing = look.tokens.space.wide
        left = QHBoxLayout(sound)
        left.addWidget(self.input, 2)
        left.addWidget(self.meter, 3)
        right = QHBoxLayout(middle)
        times = QVBoxLayout()
        times.setSpacing(0)
        times.addWidget(self.time)
        times.addWidget(self.hint)
        right.addWidget(self.button)
        right.addLayout(times)
        right.addWidget(self.safety, 1)
        for row in (left, right):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(spacing)
        right.setSpacing(look.tokens.space.large)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(look.tokens.space.large, 12, look.tokens.space.large, 12)
        self._rows.setSpacing(spacing)
        self._rows.addWidget(sound, 1)
        self._rows.addWidget(middle, 1)

    def show_transport(self, model: TransportModel) -> None:
        """Show everything but what moves."""
        hint = "Press Space twice to stop; a click stops at once" if model.phase is Phase.RECORDING else model.hint.text
        self.button.show_phase(model.phase, model.label, hint, model.enabled)
        self.hint.show_line(model.hint)
        self.input.show_input(model.input)
        self.safety.show_lines(model)

    def minimumSizeHint(self) -> QSize:
        # The bar changes into two rows when it gets narrow, so one row must not hold the window wide.
        return QSize(self._look.px(300), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= self._look.px(1120)
        across = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop
        if self._rows.direction() != across:
            self._rows.setDirection(across)
            self._rows.setSpacing(self._look.tokens.space.wide if wide else self._look.tokens.space.medium)
        self.input.lie_flat(not wide and self.width() >= self._look.px(820))
