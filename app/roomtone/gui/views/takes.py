"""The list of takes. However many there are, only the lanes in sight exist as widgets."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel, PlayingModel
from roomtone.gui.views.lane import LaneView
from roomtone.gui.views.takes_keys import TakesKeys
from roomtone.gui.views.waves import WaveSource


class TakesView(QAbstractScrollArea):
    """The takes as lanes, with a current one that the keys speak of."""

    played = Signal(str)
    sought = Signal(str, float)
    starred = Signal(str, bool)
    renamed = Signal(str, str)
    noted = Signal(str, str)
    trashed = Signal(str)
    restored = Signal(str)
    nudged = Signal(str, float)
    film_wished = Signal(str)
    file_wished = Signal(str)
    ghost_wished = Signal(str)
    folder_wished = Signal(str)

    def __init__(self, look: Look, source: WaveSource, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._source = source
        self._store = store
        self._files = True
        self._lanes: tuple[LaneModel, ...] = ()
        self._shown: dict[str, LaneView] = {}
        self._spare: list[LaneView] = []
        self._current = ""
        self._playing: PlayingModel | None = None
        # The ring shows where the keys go; who uses the mouse needs none.
        self._by_keys = False
        self._keys = TakesKeys(self)
        self.setObjectName("takes")
        self.setAccessibleName("Takes")
        self.setAccessibleDescription(
            "Up and Down choose a take. Enter plays, Left and Right move, F2 renames, N notes, S stars, "
            "M offers more, Delete trashes."
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().valueChanged.connect(self._lay_out)
        self.verticalScrollBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def current(self) -> LaneModel | None:
        """The take that the keys speak of."""
        return next((lane for lane in self._lanes if lane.id == self._current), None)

    @property
    def count(self) -> int:
        """How many takes there are."""
        return len(self._lanes)

    @property
    def page_length(self) -> int:
        """How many takes a page up or down goes."""
        return max(1, self.viewport().height() // self._step() - 1)

    def playing_at(self, take: str) -> float:
        """Return where in seconds a take is played, or 0."""
        return self._playing.at if self._playing is not None and self._playing.take == take else 0.0

    def lane_view(self, take: str) -> LaneView | None:
        """Return the lane of a take if it is in sight."""
        return self._shown.get(take)

    def show_lanes(self, lanes: tuple[LaneModel, ...]) -> None:
        """Show these takes."""
        if lanes == self._lanes:
            self._complete_waves()
            return
        at = self._index()
        self._lanes = lanes
        if not any(lane.id == self._current for lane in lanes):
            self._current = lanes[min(max(at, 0), len(lanes) - 1)].id if lanes else ""
        self._range()
        self._lay_out()

    def allow_files(self, allowed: bool) -> None:
        """Let files be chosen for a take, or not."""
        if allowed != self._files:
            self._files = allowed
            for view in (*self._shown.values(), *self._spare):
                view.files = allowed

    def show_playing(self, playing: PlayingModel | None, at: float) -> None:
        """Show what plays, and where it is in seconds."""
        before, self._playing = self._playing, playing
        for take in {one.take for one in (before, playing) if one is not None}:
            if take in self._shown:
                self._shown[take].show_playing(playing, at)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(200), self._look.px(60))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._by_keys:
            self._by_keys = True
            self._mark()
        if not self._keys.handle(event):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._by_keys = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._range()
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._look.colour("page"))
        painter.end()

    def go(self, by: int) -> None:
        """Make a take further down (or up, with a negative number) the current one."""
        at = min(len(self._lanes) - 1, max(0, self._index() + by))
        self._choose(self._lanes[at].id)
        bar, step = self.verticalScrollBar(), self._step()
        if at * step < bar.value():
            bar.setValue(at * step)
        elif (at + 1) * step > bar.value() + self.viewport().height():
            bar.setValue((at + 1) * step - self.viewport().height())
        view = self._shown.get(self._current)
        if view is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(view, QAccessible.Event.Focus))

    def _choose(self, take: str) -> None:
        self._current = take
        self._mark()
        self._order_tabs()

    def _index(self) -> int:
        return next((at for at, lane in enumerate(self._lanes) if lane.id == self._current), -1)

    def _step(self) -> int:
        return self._look.px(self._look.tokens.size.lane)

    def _range(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(height)
        bar.setSingleStep(self._step() // 3)
        bar.setRange(0, max(0, len(self._lanes) * self._step() - height))

    def _lay_out(self) -> None:
        step, top = self._step(), self.verticalScrollBar().value()
        first = top // step
        last = min(len(self._lanes), (top + self.viewport().height()) // step + 1)
        wanted = {self._lanes[at].id: at for at in range(first, last)}
        for take in [take for take in self._shown if take not in wanted]:
            self._put_aside(take)
        for take, at in wanted.items():
            view = self._shown.get(take) or self._take_out(take)
            view.show_lane(self._lanes[at])
            view.setGeometry(0, at * step - top, self.viewport().width(), step)
            view.show()
        self._mark()
        self._order_tabs()

    def _take_out(self, take: str) -> LaneView:
        if not self._spare:
            self._spare.append(self._make())
        view = self._shown[take] = self._spare.pop()
        return view

    def _put_aside(self, take: str) -> None:
        view = self._shown.pop(take)
        if QApplication.focusWidget() in view.findChildren(QWidget):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        view.end_edit()
        view.hide()
        self._spare.append(view)

    def _make(self) -> LaneView:
        view = LaneView(self._look, self._source, self._store, self.viewport())
        view.files = self._files
        view.played.connect(self.played)
        view.sought.connect(self.sought)
        view.starred.connect(self.starred)
        view.renamed.connect(self.renamed)
        view.noted.connect(self.noted)
        view.trashed.connect(self.trashed)
        view.restored.connect(self.restored)
        view.nudged.connect(self.nudged)
        view.film_wished.connect(self.film_wished)
        view.file_wished.connect(self.file_wished)
        view.ghost_wished.connect(self.ghost_wished)
        view.folder_wished.connect(self.folder_wished)
        view.picked.connect(self._picked)
        view.edited.connect(lambda: self.setFocus(Qt.FocusReason.OtherFocusReason))
        return view

    def _picked(self, take: str) -> None:
        self._by_keys = False
        self._choose(take)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _mark(self) -> None:
        for take, view in self._shown.items():
            current = take == self._current
            view.set_current(current, current and self._by_keys and self.hasFocus())

    def _order_tabs(self) -> None:
        view = self._shown.get(self._current)
        before: QWidget = self
        for button in view.controls if view is not None else []:
            QWidget.setTabOrder(before, button)
            before = button

    def _complete_waves(self) -> None:
        for view in self._shown.values():
            view.wave.complete()
