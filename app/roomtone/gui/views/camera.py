"""The camera panel beside the takes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from roomtone.foundation.errors import Problem
from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.camera import CameraModel, TileModel
from roomtone.gui.presenters.meters import Bar
from roomtone.gui.views.camera_tools import AddressField, ControlsPart, FramingTools, LabelledSlider, SyncPart
from roomtone.gui.views.flow import FlowLayout
from roomtone.gui.views.parts import ElidedLabel, IconButton
from roomtone.gui.views.preview import PreviewView
from roomtone.studio.lines import Line, Tone


class CameraPanel(QScrollArea):
    """What the cameras see, what is said about them, and the tools. Its signals are wishes."""

    looked_at = Signal(str)
    opened = Signal(str, str)
    closed = Signal(str)
    framed = Signal(str, object)
    ghost_wished = Signal(bool)
    prompter_wished = Signal(bool)
    controlled = Signal(str, float, bool)
    tested = Signal(bool)

    def __init__(self, look: Look, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._store = store
        self._model = CameraModel()
        self._part = ""
        self._modes: dict[str, str] = {}
        self._menu: QMenu | None = None
        self._before: QWidget | None = None
        self.tiles: dict[str, PreviewView] = {}
        self.preview = PreviewView(look, store)
        self.name = ElidedLabel(look, look.tokens.type.body, 600)
        self.line = _words("muted")
        self.trouble = TroubleView(look)
        self.tools = FramingTools(look)
        self.ghost = LabelledSlider(look, "Ghost")
        self.controls = ControlsPart(look)
        self.sync = SyncPart(look)
        self.address = AddressField(look)
        self.add = IconButton(look, "plus", "Add a camera, a screen or an address")
        self.remove = IconButton(look, "x", "Close this camera")
        self.empty = NoCamera(look)
        self.setObjectName("side")
        self.setAccessibleName("Cameras")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._assemble())
        self._wire()
        self.show_cameras(self._model)

    @property
    def previews(self) -> list[PreviewView]:
        """Every preview in the panel."""
        return [self.preview, *self.tiles.values()]

    def show_cameras(self, model: CameraModel) -> None:
        """Show a state of the panel."""
        self._model = model
        main = model.main
        held = next((button for button in (self.empty.button, self.add, self.remove) if button.hasFocus()), None)
        self.preview.show_tile(main, model.framing, model.ghost)
        self._show_tiles(model)
        for widget in (self.preview, self.name, self.tools, self.remove):
            widget.setVisible(main is not None)
        self.empty.setVisible(main is None and self._part != "address")
        self._show_main(main)
        self.tools.show_tools(model, self._part)
        self.ghost.setVisible(main is not None and model.framing.ghost > 0)
        self.ghost.show_value(model.framing.ghost)
        self.controls.setVisible(main is not None and self._part == "controls")
        self.controls.show_controls(model.modes, self._modes.get(main.id, "") if main else "", model.controls)
        self.sync.setVisible(main is not None and self._part == "sync")
        self.sync.show_sync(model)
        self.address.setVisible(self._part == "address")
        if held is not None and not held.isVisible():
            # The button that had the keyboard has gone; Space must not come to mean whatever is next.
            self._button().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_moving(self, time: str, bars: tuple[Bar, ...]) -> None:
        """Show how long the take is, "" for none, and the levels."""
        self.preview.show_moving(time, bars)

    def open_choices(self) -> None:
        """Let the person choose what to open."""
        if self._menu is None:
            self._menu = QMenu("Add a camera", self)
        menu = self._menu
        menu.clear()
        opened = {tile.id for tile in self._model.tiles}
        real = [one for one in self._model.choices if not one.practice]
        practice = [one for one in self._model.choices if one.practice]
        if not real:
            menu.addAction("No camera was found").setEnabled(False)
        for choice in (*real, *practice):
            if choice.practice:
                menu.addSeparator()
            action = menu.addAction(choice.label)
            action.setEnabled(choice.id not in opened)
            action.triggered.connect(lambda _=False, source=choice.id: self.opened.emit(source, ""))
        menu.addSeparator()
        menu.addAction("By address …").triggered.connect(lambda: self._show_part("address", True))
        button = self._button()
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(self._look.large(self._look.tokens.size.side), self._look.px(400))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(180), self._look.px(60))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.verticalScrollBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _assemble(self) -> QWidget:
        space = self._look.tokens.space
        body = QWidget()
        body.setObjectName("side")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(space.large, space.large, space.large, space.large)
        layout.setSpacing(space.medium)
        self._row = QWidget()
        self._tiles = FlowLayout(self._row, space.small)
        head = QHBoxLayout()
        head.setSpacing(space.tight)
        words = QVBoxLayout()
        words.setSpacing(space.hair)
        words.addWidget(self.name)
        words.addWidget(self.line)
        head.addLayout(words, 1)
        for button in (self.add, self.remove):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.preview)
        layout.addWidget(self._row)
        layout.addLayout(head)
        parts = (self.trouble, self.tools, self.ghost, self.controls, self.sync, self.address, self.empty)
        for widget in parts:
            layout.addWidget(widget)
        layout.addStretch(1)
        return body

    def _show_main(self, main: TileModel | None) -> None:
        self.add.setVisible(main is not None)
        self.trouble.show_problem(main.trouble if main is not None else None)
        self.line.setVisible(main is not None and bool(main.line.text))
        if main is None:
            return
        self.name.show_text(main.label)
        _say(self.line, main.line)
        self.remove.setEnabled(not main.recording)
        why = "The take that records needs this camera" if main.recording else f"Close {main.label}"
        self.remove.show_as("x", why)

    def _show_tiles(self, model: CameraModel) -> None:
        """Show the small previews; one camera alone needs none."""
        wanted = {tile.id: tile for tile in model.tiles} if len(model.tiles) > 1 else {}
        for camera in [camera for camera in self.tiles if camera not in wanted]:
            gone = self.tiles.pop(camera)
            gone.close_preview()
            self._tiles.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for camera, tile in wanted.items():
            if camera not in self.tiles:
                view = self.tiles[camera] = PreviewView(self._look, self._store, choice=True)
                view.pressed.connect(lambda camera=camera: self.looked_at.emit(camera))
                self._tiles.addWidget(view)
            self.tiles[camera].show_tile(tile, model.framing)
            self.tiles[camera].mark(model.main is not None and camera == model.main.id)
        self._row.setVisible(bool(wanted))

    def _wire(self) -> None:
        self.empty.button.clicked.connect(self.open_choices)
        self.add.clicked.connect(self.open_choices)
        self.remove.clicked.connect(lambda: self.closed.emit(self.preview.camera))
        self.tools.framed.connect(self.framed)
        self.tools.ghost_wished.connect(self.ghost_wished)
        self.tools.prompter_wished.connect(self.prompter_wished)
        self.tools.part_wished.connect(self._show_part)
        # At nothing the slider would take itself away from under the hand.
        self.ghost.moved.connect(lambda value, _: self.framed.emit("ghost", max(0.05, value)))
        self.controls.controlled.connect(self.controlled)
        self.controls.mode_chosen.connect(self._choose_mode)
        self.sync.tested.connect(self.tested)
        self.address.opened.connect(lambda address: self.opened.emit(address, ""))
        self.address.left.connect(lambda: self._show_part("address", False))

    def _choose_mode(self, mode: str) -> None:
        self._modes[self.preview.camera] = mode
        self.opened.emit(self.preview.camera, mode)

    def _show_part(self, part: str, shown: bool) -> None:
        before = self.window().focusWidget()
        self._part = part if shown else ""
        self.show_cameras(self._model)
        if part == "address" and shown:
            self._before = before
            self.address.begin()
        elif part == "address":
            # The field has gone, and the keyboard goes back to where it was: mostly to the record button.
            _still_there(self._before, self._button()).setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self) -> QAbstractButton:
        return self.empty.button if self.empty.isVisible() else self.add


class TroubleView(QWidget):
    """What is wrong with a camera: what happened, and under it why and what to do."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.title, self.text = _words("strong"), _words("muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look.px(22), 0, 0, 0)
        layout.setSpacing(look.tokens.space.hair)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        look.changed.connect(self.update)

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or nothing."""
        self.setVisible(problem is not None)
        if problem is not None:
            self.title.setText(problem.title)
            self.text.setText(". ".join(part for part in (problem.detail, problem.remedy) if part))
            self.text.setVisible(bool(self.text.text()))
            self.setAccessibleName(problem.sentence())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        side = self._look.px(16)
        painter.drawPixmap(0, 1, self._look.icon("triangle-alert", "look", side, self.devicePixelRatioF()))
        painter.end()


class NoCamera(QWidget):
    """What stands where no camera is open: one line, one button."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.words = _words("muted")
        self.words.setText("No camera is open. Sound alone is a take, too.")
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = QPushButton("Add a camera")
        self.button.setAccessibleName("Add a camera")
        self.button.setAccessibleDescription("A camera, the screen, a phone, or the built-in practice picture")
        self.button.setToolTip(self.button.accessibleDescription())
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, look.px(40), 0, 0)
        layout.setSpacing(look.tokens.space.medium)
        layout.addWidget(self.words)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)


def _still_there(widget: QWidget | None, other: QWidget) -> QWidget:
    return widget if widget is not None and isValid(widget) and widget.isVisible() else other


def _say(label: QLabel, line: Line) -> None:
    label.setText(line.text)
    role = "look" if line.tone is Tone.LOOK else "muted"
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().polish(label)


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
