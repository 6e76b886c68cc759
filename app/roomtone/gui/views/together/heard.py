"""How a take that is heard is seen: its waveform where it is here, and on it what was said of it, and the playhead."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel
from roomtone.gui.views.together.marks import MarksView
from roomtone.gui.views.waves import WaveSource, WaveView
from roomtone.studio.together_snapshot import CommentView

_WAVE = 112


class HeardView(QWidget):
    """The waveform with the marks over it; without a waveform the marks stand alone. ``sought`` tells a second."""

    sought = Signal(float)

    def __init__(self, look: Look, source: WaveSource, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self.wave = WaveView(look, source, self, store)
        self.marks = MarksView(look, self)
        self.marks.sought.connect(self.sought)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_heard(self, seconds: float, lane: LaneModel | None, comments: tuple[CommentView, ...]) -> None:
        """Show a take of so many seconds."""
        self.setVisible(seconds > 0)
        self.wave.setVisible(lane is not None)
        if lane is not None:
            self.wave.show_lane(lane)
            self.wave.complete()
        self.marks.show_marks(seconds, comments, drawn=lane is not None)
        self.setFixedHeight(self._look.px(_WAVE) if lane is not None else self.marks.sizeHint().height())

    def show_at(self, at: float) -> None:
        """Show where it is heard, in seconds, or below zero nowhere."""
        self.marks.show_at(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for part in (self.wave, self.marks):
            part.setGeometry(self.rect())
