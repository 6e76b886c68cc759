"""The tools under the preview: how it is framed, what the camera is told, and how its sync is found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from roomtone.gui.look import Look
from roomtone.gui.presenters.camera import CameraModel, address_fault, whole_address
from roomtone.gui.presenters.framing import ASPECTS
from roomtone.gui.views.flow import FlowLayout
from roomtone.gui.views.parts import IconButton
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.snapshot import ControlView

_TOGGLES = (
    ("mirrored", "flip-horizontal-2", "Mirror the preview"),
    ("thirds", "grid-3x3", "Lines at the thirds"),
    ("eye_line", "eye", "Line for the eyes"),
    ("zebra", "sun", "Stripes where the picture is too bright"),
    ("meter", "audio-lines", "Sound level beside the picture"),
)
_SYNC_BEFORE = (
    "Point the camera at this screen or a mirror. The screen will flash white once a second for eight seconds; "
    "if flashing light is bad for you, clap instead."
)
_SYNC_FLASHING = "Testing: keep the screen in the picture, and let the microphone hear the beeps."
_SYNC_CLAPPING = "Testing: clap now, about once a second, with your hands in the picture."
_ASPECT_NAMES = {"": "Whole picture", "9:16": "9:16, upright", "2.39:1": "2.39:1, cinema"}


class ToolButton(IconButton):
    """An icon button that stays down: a tool that is on, or a part of the panel that is open."""

    def __init__(self, look: Look, icon: str, name: str) -> None:
        super().__init__(look, icon, name)
        self.setCheckable(True)

    def show_on(self, on: bool) -> None:
        """Show whether it is on."""
        self.setChecked(on)
        self.on_ground("control" if on else "")


class FramingTools(QWidget):
    """The row of tools."""

    framed = Signal(str, object)
    ghost_wished = Signal(bool)
    prompter_wished = Signal(bool)
    part_wished = Signal(str, bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._menu: QMenu | None = None
        self._aspect = ""
        self.toggles: dict[str, ToolButton] = {}
        icons, texts = QWidget(), QWidget()
        row, words = FlowLayout(icons, look.tokens.space.tight), FlowLayout(texts, look.tokens.space.tight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.tokens.space.small)
        layout.addWidget(icons)
        layout.addWidget(texts)
        for name, icon, label in _TOGGLES:
            button = self.toggles[name] = ToolButton(look, icon, label)
            button.clicked.connect(lambda on, name=name: self.framed.emit(name, on))
        self.aspect = ToolButton(look, "ratio", "Aspect mask")
        self.aspect.clicked.connect(self._open_aspects)
        self.ghost = ToolButton(look, "ghost", "Ghost of an earlier picture")
        self.ghost.clicked.connect(self.ghost_wished)
        self.prompter = _word_button("Prompter", "Script or lyrics beside the camera")
        self.prompter.clicked.connect(self.prompter_wished)
        self.controls = _word_button("Controls", "Mode, exposure, white balance and focus")
        self.controls.clicked.connect(lambda on: self.part_wished.emit("controls", on))
        self.sync = _word_button("Sync test", "Test whether picture and sound are together")
        self.sync.clicked.connect(lambda on: self.part_wished.emit("sync", on))
        first, *others = self.toggles.values()
        for tool in (first, self.aspect, *others, self.ghost):
            row.addWidget(tool)
        for word in (self.prompter, self.controls, self.sync):
            words.addWidget(word)

    def show_tools(self, model: CameraModel, part: str) -> None:
        """Show what is on."""
        for name, button in self.toggles.items():
            button.show_on(bool(getattr(model.framing, name)))
        self._aspect = model.framing.aspect
        self.aspect.show_as("ratio", f"Aspect mask: {_ASPECT_NAMES.get(self._aspect, self._aspect).lower()}")
        self.aspect.show_on(bool(self._aspect))
        self.ghost.show_on(model.framing.ghost > 0)
        self.prompter.setChecked(model.prompter)
        self.controls.setChecked(part == "controls")
        self.sync.setChecked(part == "sync")

    def _open_aspects(self) -> None:
        self.aspect.setChecked(bool(self._aspect))
        if self._menu is None:
            self._menu = QMenu("Aspect mask", self)
        self._menu.clear()
        for aspect in ASPECTS:
            action = self._menu.addAction(_ASPECT_NAMES.get(aspect, aspect))
            action.setCheckable(True)
            action.setChecked(aspect == self._aspect)
            action.triggered.connect(lambda _=False, aspect=aspect: self.framed.emit("aspect", aspect))
        # ``popup`` returns at once, so nothing waits for the menu.
        self._menu.popup(self.aspect.mapToGlobal(self.aspect.rect().bottomLeft()))


def _word_button(text: str, description: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "tab")
    button.setCheckable(True)
    button.setAccessibleName(text)
    button.setAccessibleDescription(description)
    button.setToolTip(description)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class LabelledSlider(QWidget):
    """A slider with its name and, where there is one, its automatic. ``moved`` gives the value."""

    moved = Signal(float, bool)

    def __init__(self, look: Look, name: str, low: float = 0.0, high: float = 1.0) -> None:
        super().__init__()
        self._low, self._high = low, high
        self._automatic: bool | None = None
        self.label = QLabel(name)
        self.label.setProperty("role", "muted")
        self.automatic = QCheckBox("Automatic")
        self.automatic.setAccessibleName(f"{name}, automatic")
        self.automatic.setAccessibleDescription(f"Leave {name.lower()} to the camera")
        self.automatic.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setAccessibleName(name)
        self.slider.setToolTip(name)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.automatic.hide()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.tokens.space.tight)
        layout.addWidget(self.label, 0, 0)
        layout.addWidget(self.automatic, 0, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.slider, 1, 0, 1, 2)
        self.slider.valueChanged.connect(self._moved)
        self.automatic.clicked.connect(lambda: self.moved.emit(self.value, self.automatic.isChecked()))
        self._telling = False

    @property
    def value(self) -> float:
        """Where the slider stands, between its low and high."""
        return self._low + (self._high - self._low) * self.slider.value() / 100

    def show_value(self, value: float, automatic: bool | None = None) -> None:
        """Show a value. While the hand is on the slider, the hand is right."""
        self.automatic.setVisible(automatic is not None)
        self.automatic.setChecked(bool(automatic))
        self.slider.setEnabled(not automatic)
        if not self.slider.isSliderDown() and not self.slider.hasFocus():
            # A value that is shown was not chosen here, so it is not told to anybody.
            self._telling = True
            span = self._high - self._low
            self.slider.setValue(round((value - self._low) / span * 100) if span else 0)
            self._telling = False
        self.slider.setAccessibleDescription(f"{round(self.slider.value())} of 100")

    def _moved(self) -> None:
        if not self._telling:
            self.moved.emit(self.value, False)


class ControlsPart(QWidget):
    """The mode and the controls of the camera that is seen."""

    mode_chosen = Signal(str)
    controlled = Signal(str, float, bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._sliders: dict[tuple[str, float, float], LabelledSlider] = {}
        self.mode = ChoiceBox(look, "Mode", "Size and rate of the camera's pictures")
        self.mode.setMinimumContentsLength(8)
        self.mode.chose.connect(self.mode_chosen)
        self.none = QLabel("This one has nothing to set.")
        self.none.setProperty("role", "muted")
        self.none.setWordWrap(True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(look.tokens.space.medium)
        self._layout.addWidget(self.mode)
        self._layout.addWidget(self.none)

    def show_controls(self, modes: tuple[str, ...], mode: str, controls: tuple[ControlView, ...]) -> None:
        """Show what can be set."""
        self.mode.show_entries([("", "The camera's own mode"), *((one, one) for one in modes)], mode)
        self.mode.setVisible(bool(modes))
        self.none.setVisible(not modes and not controls)
        wanted = {(one.label, one.low, one.high): one for one in controls}
        for key in [key for key in self._sliders if key not in wanted]:
            gone = self._sliders.pop(key)
            gone.hide()
            gone.deleteLater()
        for key, control in wanted.items():
            if key not in self._sliders:
                slider = self._sliders[key] = LabelledSlider(self._look, *key)
                name = control.name
                slider.moved.connect(lambda value, auto, name=name: self.controlled.emit(name, value, auto))
                self._layout.addWidget(slider)
            self._sliders[key].show_value(control.value, control.automatic)


class SyncPart(QWidget):
    """The self-test of sync: first a word of warning, then the test, then what it found."""

    tested = Signal(bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.result = QLabel()
        self.result.setWordWrap(True)
        buttons = QWidget()
        row = FlowLayout(buttons, look.tokens.space.small)
        self.flash = QPushButton("Flash and beep")
        self.flash.setAccessibleDescription("The window flashes white once a second for eight seconds, and beeps")
        self.clap = QPushButton("Clap instead")
        self.clap.setAccessibleDescription("Nothing flashes: clap your hands in front of the camera for eight seconds")
        order = (self.flash, self.clap) if look.motion else (self.clap, self.flash)
        for button, claps in ((one, one is self.clap) for one in order):
            button.setAccessibleName(button.text())
            button.setToolTip(button.accessibleDescription())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, claps=claps: self.tested.emit(claps))
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.tokens.space.small)
        for widget in (self.result, self.words, buttons):
            layout.addWidget(widget)

    def show_sync(self, model: CameraModel) -> None:
        """Show what was found, or how to begin."""
        self.result.setText(model.sync_line)
        self.result.setVisible(bool(model.sync_line))
        words = _SYNC_BEFORE
        if model.testing:
            words = _SYNC_CLAPPING if model.clapping else _SYNC_FLASHING
        self.words.setText(words)
        for button in (self.flash, self.clap):
            button.setEnabled(model.can_test)


class AddressField(QWidget):
    """Where the address of a camera is typed. What is wrong with it is said below, in words."""

    opened = Signal(str)
    left = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setPlaceholderText("http://phone:8080/video")
        self.field.setAccessibleName("Address of the camera")
        self.field.setAccessibleDescription("As the phone or camera shows it, such as 192.168.1.20:8080/video")
        self.fault = QLabel()
        self.fault.setProperty("role", "look")
        self.fault.setWordWrap(True)
        self.fault.hide()
        buttons = QWidget()
        row = FlowLayout(buttons, look.tokens.space.small)
        self.open = QPushButton("Open")
        self.cancel = QPushButton("Cancel")
        for button, description in ((self.open, "Open the camera at this address"), (self.cancel, "Open nothing")):
            button.setAccessibleName(button.text())
            button.setAccessibleDescription(description)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.tokens.space.small)
        for widget in (self.field, self.fault, buttons):
            layout.addWidget(widget)
        self.field.returnPressed.connect(self._open)
        self.field.textEdited.connect(lambda: self.fault.isVisible() and self._judge())
        self.open.clicked.connect(self._open)
        self.cancel.clicked.connect(self.left)

    def begin(self) -> None:
        """Be ready to be typed into. What was opened last stands there to be mended, or typed over."""
        self.field.selectAll()
        self.fault.hide()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> bool:
        fault = address_fault(self.field.text())
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        return not fault

    def _open(self) -> None:
        if self._judge():
            self.opened.emit(whole_address(self.field.text()))
            self.left.emit()
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
