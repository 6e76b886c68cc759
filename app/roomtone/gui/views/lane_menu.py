"""What else can be done with a take: its film, a camera's file that belongs to it, its place in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import LaneModel
from roomtone.gui.views.parts import IconButton

_STEPS = (-0.1, -0.01, 0.01, 0.1)
_MILLISECONDS = re.compile(r"^\s*([+−-]?)\s*(\d{1,9}(?:[.,]\d{1,3})?)\s*(?:ms)?\s*$")


class LaneWishes(Protocol):
    """What the menu may ask for; each call names the take."""

    def wish_film(self, take: str) -> None: ...
    def wish_file(self, take: str) -> None: ...
    def wish_ghost(self, take: str) -> None: ...
    def wish_folder(self, folder: str) -> None: ...
    def begin_nudge(self) -> None: ...


def fill_menu(menu: QMenu, lane: LaneModel, wishes: LaneWishes, files: bool) -> None:
    """Put into ``menu`` what can be done with the take. ``files`` tells whether files may be chosen now."""
    menu.clear()
    entries: list[tuple[str, Callable[[], None], bool]] = []
    if lane.filmed:
        entries.append(("Export as film …", lambda: wishes.wish_film(lane.id), files))
    if lane.playable and lane.tracks:
        entries.append(("Add a camera’s file, placed by its sound …", lambda: wishes.wish_file(lane.id), files))
    if lane.belongs:
        entries.append((f"Move it in time ({lane.placed}) …", wishes.begin_nudge, True))
    if lane.thumbnail:
        entries.append(("Lay its picture over the camera", lambda: wishes.wish_ghost(lane.id), True))
    if lane.folder:
        entries.append(("Show its files", lambda: wishes.wish_folder(lane.folder), True))
    for label, act, enabled in entries:
        action = menu.addAction(label)
        action.setEnabled(enabled)
        action.triggered.connect(act)
    if not entries:
        menu.addAction("Nothing more for this take").setEnabled(False)


def parse_milliseconds(text: str) -> float | None:
    """Return the seconds that a person means by ``-12.5 ms``, ``+40`` or ``7``, or ``None`` where it is no time."""
    found = _MILLISECONDS.match(text)
    if found is None:
        return None
    return float(found[2].replace(",", ".")) / 1000 * (-1 if found[1] in ("-", "−") else 1)


class NudgeBar(QWidget):
    """Moves a take against the one it belongs to, in milliseconds. ``nudged`` gives the new offset in seconds."""

    nudged = Signal(float)
    ended = Signal()

    def __init__(self, look: Look, lane: LaneModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._offset = lane.offset
        self.setAccessibleName(f"Place of “{lane.title}” in time")
        self.field = QLineEdit()
        self.field.setAccessibleName("Offset in milliseconds")
        self.field.setAccessibleDescription("How long after the other take this one begins; Enter keeps it")
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setMinimumWidth(look.px(64))
        self.field.setMaximumWidth(look.px(120))
        self.field.returnPressed.connect(self._take_field)
        self.placed = QLabel(lane.sure)
        self.placed.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.tokens.space.small, 0, look.tokens.space.small, 0)
        layout.setSpacing(look.tokens.space.tight)
        self.steps: list[QPushButton] = []
        for step in _STEPS:
            text = f"{'−' if step < 0 else '+'}{abs(step) * 1000:.0f}"
            button = QPushButton(text)
            button.setAccessibleName(f"{'Earlier' if step < 0 else 'Later'} by {abs(step) * 1000:.0f} ms")
            button.setToolTip(button.accessibleName())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, step=step: self._move(self._offset + step))
            self.steps.append(button)
        for widget in (*self.steps[:2], self.field, QLabel("ms"), *self.steps[2:], self.placed):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.close_button = IconButton(look, "check", "Done")
        self.close_button.clicked.connect(self.ended)
        layout.addWidget(self.close_button)
        self._show()

    def show_lane(self, lane: LaneModel) -> None:
        """Show where the take stands by now."""
        self.placed.setText(lane.sure)
        if not self.field.hasFocus():
            self._offset = lane.offset
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.ended.emit()
        elif event.key() == Qt.Key.Key_Space:
            # Space that no button of the bar took means the record button, as everywhere.
            super().keyPressEvent(event)
        # All others, such as Enter and the arrows, must not reach the list behind it.

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("raised"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The words give way first, then the steps: the field takes any time.
        room = event.size().width()
        self.placed.setVisible(room >= self._look.px(500))
        for step in self.steps:
            step.setVisible(room >= self._look.px(370))

    def _show(self) -> None:
        self.field.setText(f"{self._offset * 1000:.0f}".replace("-", "−"))

    def _take_field(self) -> None:
        offset = parse_milliseconds(self.field.text())
        if offset is None:
            self._show()
        else:
            self._move(offset)

    def _move(self, offset: float) -> None:
        self._offset = round(offset, 6)
        self._show()
        self.nudged.emit(self._offset)


def open_below(menu: QMenu, widget: QWidget) -> None:
    """Open a menu below a widget; nothing waits for it."""
    menu.popup(widget.mapToGlobal(QPoint(0, widget.height())))
