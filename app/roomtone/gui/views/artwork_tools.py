"""The tools of the artwork page, and what stands there before any artwork does."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from roomtone.gui.look import Look
from roomtone.gui.presenters.drafts import ArtworkModel
from roomtone.gui.views.camera_tools import LabelledSlider
from roomtone.gui.views.flow import FlowLayout
from roomtone.gui.views.lane_menu import open_below
from roomtone.gui.views.parts import ElidedLabel, IconButton
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.snapshot import DraftKind

_KINDS = (
    (DraftKind.STOP_MOTION, "Stop-motion", "Picture by picture, with the last one shining through"),
    (DraftKind.STILL, "Still picture", "One drawing, one photograph"),
    (DraftKind.TIME_LAPSE, "Time-lapse", "A picture every few seconds, by itself"),
)


class ArtworkTools(QWidget):
    """The tools under the picture, and in ``head`` those above it."""

    begun = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._menu: QMenu | None = None
        self.drafts = ChoiceBox(look, "Artwork", "Which piece is worked on")
        self.cameras = ChoiceBox(look, "Camera", "What takes the pictures")
        self.cameras.setPlaceholderText("No camera")
        self.snap = QPushButton("Take a picture")
        self.play = IconButton(look, "play", "Play it through")
        self.onion = LabelledSlider(look, "Onion skin")
        self.fps = QSpinBox()
        self.every = QDoubleSpinBox()
        self.title = QLineEdit()
        self.keep = QPushButton("Keep as take")
        self.throw = IconButton(look, "trash-2", "Put this piece aside")
        self.more = IconButton(look, "plus", "Begin another piece")
        self.line = ElidedLabel(look, look.tokens.type.small)
        self.head = self._head()
        self._name()
        space = look.tokens.space
        row = FlowLayout(self, space.medium)
        for widget in (self.snap, self.play, self.fps, self.every, self.onion, self.title, self.keep):
            row.addWidget(widget)

    def show_tools(self, model: ArtworkModel) -> None:
        """Show what can be done."""
        draft = model.draft
        if draft is None:
            return
        self.drafts.show_entries(list(model.drafts), draft.id)
        self.cameras.show_entries([*model.cameras, ("", "Add a camera …")], model.camera.id if model.camera else "-")
        self.line.show_line(model.line)
        lapse, motion = draft.kind is DraftKind.TIME_LAPSE, draft.kind is DraftKind.STOP_MOTION
        self.onion.setVisible(motion and bool(draft.pictures))
        self.every.setVisible(lapse)
        self.every.setEnabled(not draft.running)
        self.fps.setVisible(draft.kind is not DraftKind.STILL)
        self.play.setVisible(draft.kind is not DraftKind.STILL)
        self.play.setEnabled(len(draft.pictures) > 1)
        text = "Take a picture"
        if lapse:
            text = "Stop taking pictures" if draft.running else "Start taking pictures"
        self.snap.setText(text)
        self.snap.setAccessibleName(text)
        self.snap.setEnabled(model.can_snap or draft.running)
        self.keep.setEnabled(model.can_keep)

    def show_playing(self, playing: bool) -> None:
        """Show whether it plays."""
        self.play.show_as("square" if playing else "play", "Stop playing" if playing else "Play it through")

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._look.tokens.space.small)
        self.drafts.setMinimumContentsLength(10)
        self.cameras.setMinimumContentsLength(10)
        for box in (self.drafts, self.cameras):
            box.setMaximumWidth(self._look.px(240))
            row.addWidget(box, 2)
        row.addWidget(self.line, 3)
        row.addWidget(self.more)
        row.addWidget(self.throw)
        self.more.clicked.connect(self._open_kinds)
        return head

    def _open_kinds(self) -> None:
        if self._menu is None:
            self._menu = QMenu("Begin another piece", self)
        self._menu.clear()
        for kind, label, _ in _KINDS:
            self._menu.addAction(label).triggered.connect(lambda _=False, kind=kind: self.begun.emit(kind))
        open_below(self._menu, self.more)

    def _name(self) -> None:
        self.fps.setRange(1, 60)
        self.fps.setValue(12)
        self.fps.setSuffix(" pictures a second")
        self.every.setRange(0.5, 3600.0)
        self.every.setValue(5.0)
        self.every.setDecimals(1)
        self.every.setPrefix("Every ")
        self.every.setSuffix(" s")
        # The line of a number box takes no padding from a style sheet.
        for box in (self.fps, self.every):
            box.lineEdit().setTextMargins(self._look.px(8), 0, self._look.px(8), 0)
        self.title.setPlaceholderText("Title")
        self.title.setMaximumWidth(self._look.px(220))
        for widget, name, description in (
            (self.fps, "Pictures a second", "How fast the pictures follow each other"),
            (self.every, "Seconds between pictures", "How often a picture is taken"),
            (self.title, "Title", "What the take will be called"),
            (self.snap, "Take a picture", "Key: Enter"),
            (self.keep, "Keep as take", "Make a take of these pictures: sealed, and sent to the project"),
        ):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(description)
            widget.setToolTip(description)
        for button in (self.snap, self.keep):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.snap.setProperty("role", "main")


class ArtworkStart(QWidget):
    """What stands where there is no artwork yet: what it can become."""

    begun = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        title = QLabel("What will it be?")
        title.setProperty("role", "heading")
        text = QLabel("Every picture is on this computer as soon as it is taken.")
        text.setProperty("role", "muted")
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setSpacing(look.tokens.space.small)
        for kind, label, description in _KINDS:
            button = QPushButton(label)
            button.setAccessibleName(label)
            button.setAccessibleDescription(description)
            button.setToolTip(description)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, kind=kind: self.begun.emit(kind))
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(look.tokens.space.medium)
        layout.addStretch(1)
        for words in (title, text):
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(words)
        layout.addWidget(buttons, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
