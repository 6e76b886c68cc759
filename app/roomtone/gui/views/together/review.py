"""The review page: takes of the project, the unheard first, and the one that is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import EmptyModel, LaneModel
from roomtone.gui.presenters.review import FILTERS, suits
from roomtone.gui.views.empty import EmptyView
from roomtone.gui.views.together.parts import RowButton, Rows, words
from roomtone.gui.views.together.review_take import ReviewTakeView
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.gui.views.waves import WaveSource
from roomtone.studio.together_snapshot import ReviewTake, ReviewView

_EMPTY = EmptyModel(
    "headphones",
    "Nothing to hear yet",
    "Takes that are submitted to this project stand here, those that nobody has heard first.",
)
_LIST = 300


class ReviewPage(QWidget):
    """The page."""

    def __init__(self, look: Look, source: WaveSource, store: PictureStore, wishes: Wishes) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._view = ReviewView()
        self._lanes: Mapping[str, LaneModel] = {}
        self._filter = "all"
        self.setObjectName("page")
        self.setAccessibleName("Review")
        self.filter = ChoiceBox(look, "Which takes", "Which takes are listed")
        self.filter.chose.connect(self._choose_filter)
        self.count = words("", "muted")
        self.rows: Rows[tuple[ReviewTake, bool]] = Rows(look, self._row, lambda pair: pair[0].id)
        self.take = ReviewTakeView(look, source, store, wishes)
        self.empty = EmptyView(look)
        self.empty.show_empty(_EMPTY)
        self._right = QStackedWidget()
        self._right.addWidget(self.empty)
        self._right.addWidget(self.take)
        self._list = self._make_list()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._list)
        layout.addWidget(self._right, 1)

    def show_review(self, view: ReviewView, lanes: Mapping[str, LaneModel]) -> None:
        """Show the page; ``lanes`` are the clips of takes that were made here, by id."""
        if view is self._view and lanes is self._lanes:
            return
        self._view, self._lanes = view, lanes
        self.filter.show_entries(list(FILTERS), self._filter)
        shown = [take for take in view.takes if suits(take, self._filter)]
        self.rows.show_rows([(take, take.id == view.selected) for take in shown])
        waiting = f"{view.unheard} not heard yet" if view.unheard else "Everything was heard"
        self.count.setText(waiting if view.takes else "")
        self._list.setVisible(bool(view.takes))
        chosen = next((take for take in view.takes if take.id == view.selected), None)
        self._right.setCurrentWidget(self.take if chosen is not None else self.empty)
        if chosen is not None:
            self.take.show_take(chosen, lanes.get(chosen.library), view.comments)
        elif shown:
            first = shown[0].id
            self._wishes.ask(lambda studio: studio.review(first))

    def show_playing(self, take: str, at: float, paused: bool) -> None:
        """Show where what plays is; ``take`` is its id, "" for nothing."""
        chosen = next((one for one in self._view.takes if one.id == self._view.selected), None)
        here = chosen is not None and bool(take) and take in (chosen.id, chosen.library)
        self.take.show_playing(at if here else -1.0, here and not paused)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._list.setFixedWidth(min(self._look.px(_LIST), max(self._look.px(180), self.width() // 3)))

    def _make_list(self) -> QScrollArea:
        inner = QWidget()
        inner.setObjectName("side")
        space = self._look.tokens.space
        column = QVBoxLayout(inner)
        column.setContentsMargins(space.medium, space.medium, space.medium, space.medium)
        column.setSpacing(space.small)
        for widget in (self.filter, self.count, self.rows):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("list")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        return scroll

    def _row(self, pair: tuple[ReviewTake, bool]) -> QWidget:
        take, chosen = pair
        said = " · ".join(part for part in (take.person.name, take.stage.value, _comments(take.comment_count)) if part)
        row = RowButton(take.title, said)
        row.setObjectName("choose")
        row.setChecked(chosen)
        row.clicked.connect(lambda: self._choose(take.id, row))
        return row

    def _choose(self, take: str, row: QPushButton) -> None:
        row.setChecked(take == self._view.selected)
        self._wishes.ask(lambda studio: studio.review(take))

    def _choose_filter(self, value: str) -> None:
        self._filter = value
        view, self._view = self._view, ReviewView()
        self.show_review(view, self._lanes)


def _comments(count: int) -> str:
    return f"{count} comment{'' if count == 1 else 's'}" if count else ""
