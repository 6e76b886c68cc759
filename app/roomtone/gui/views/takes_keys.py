"""What the keys do in the list of takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from roomtone.gui.presenters.model import LaneModel

if TYPE_CHECKING:
    from roomtone.gui.views.takes import TakesView

_SEEK_SECONDS = 5.0


class TakesKeys:
    """Turns keys into moves through ``view``, and into wishes for its current take."""

    def __init__(self, view: TakesView) -> None:
        self._view = view

    def handle(self, event: QKeyEvent) -> bool:
        """Do what the key means; return whether it means anything here."""
        lane, key = self._view.current, event.key()
        if lane is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        page, everything = self._view.page_length, self._view.count
        moves: dict[int, int] = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -everything,
            Qt.Key.Key_End: everything,
        }
        if key in moves:
            self._view.go(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._view.played.emit(lane.id)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._seek(lane, -_SEEK_SECONDS if key == Qt.Key.Key_Left else _SEEK_SECONDS)
        else:
            return lane.readable and self._change(lane, key)
        return True

    def _seek(self, lane: LaneModel, by: float) -> None:
        if lane.seconds > 0:
            self._view.sought.emit(lane.id, (self._view.playing_at(lane.id) + by) / lane.seconds)

    def _change(self, lane: LaneModel, key: int) -> bool:
        shown = self._view.lane_view(lane.id)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            (self._view.restored if lane.trashed else self._view.trashed).emit(lane.id)
        elif lane.trashed or shown is None:
            return False
        elif key == Qt.Key.Key_F2:
            shown.begin_rename()
        elif key == Qt.Key.Key_N:
            shown.begin_note()
        elif key == Qt.Key.Key_M:
            shown.open_more()
        elif key == Qt.Key.Key_S:
            self._view.starred.emit(lane.id, not lane.starred)
        else:
            return False
        return True
