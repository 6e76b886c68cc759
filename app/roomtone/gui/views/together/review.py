"""The review page: takes of the project, the unheard first, and the one that is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.choosing import Choice
from roomtone.gui.presenters.model import EmptyModel, LaneModel, PlayingModel
from roomtone.gui.views.empty import EmptyView
from roomtone.gui.views.together.review_list import TakeList
from roomtone.gui.views.together.review_take import ReviewTakeView
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.waves import WaveSource
from roomtone.studio.lines import Line, Tone
from roomtone.studio.together_snapshot import ReviewTake, ReviewView

_EMPTY = EmptyModel(
    "headphones",
    "Nothing to hear yet",
    "Record a take in the studio and submit it here, or ask people to: what nobody has heard stands first.",
    "Go to the studio",
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
        self._playing: PlayingModel | None = None
        self.setObjectName("page")
        self.setAccessibleName("Review")
        self.list = TakeList(look)
        self.list.chose.connect(self._look_at)
        self.list.filtered.connect(self._fill)
        self.take = ReviewTakeView(look, source, store, wishes)
        self.empty = EmptyView(look)
        self.empty.show_empty(_EMPTY)
        self.empty.acted.connect(lambda: wishes.lead("studio"))
        self.list.hide()
        self._right = QStackedWidget()
        self._right.addWidget(self.empty)
        self._right.addWidget(self.take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self._right, 1)

    def show_review(self, view: ReviewView, lanes: Mapping[str, LaneModel]) -> None:
        """Show the page; ``lanes`` are the clips of takes that were made here, by id."""
        if view is self._view and lanes is self._lanes:
            return
        self._view, self._lanes = view, lanes
        self.list.show_list(view)
        self.list.setVisible(bool(view.takes))
        self._fill()

    def show_terms(self, terms: str) -> None:
        """Show under which terms takes are given here, in plain words."""
        self.take.submit.show_terms(terms)

    def show_calls(self, calls: tuple[Choice, ...]) -> None:
        """Show which calls are open, to be answered with a take that is there."""
        self.take.submit.show_calls(calls)

    def show_playing(self, take: str, at: float, paused: bool) -> None:
        """Show where what plays is; ``take`` is its id, "" for nothing."""
        here = self._looks_at(take)
        self.take.show_playing(at if here else -1.0, here and not paused)

    def show_film(self, playing: PlayingModel | None) -> None:
        """Show the picture of what plays, where it is the take that is looked at."""
        self._playing = playing
        self.take.show_film(playing if playing is not None and self._looks_at(playing.take) else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.list.setFixedWidth(min(self._look.px(_LIST), max(self._look.px(180), self.width() // 3)))

    def _fill(self) -> None:
        view, listed = self._view, self.list.listed
        chosen = next((take for take in view.takes if take.id == view.selected), None)
        self._right.setCurrentWidget(self.take if chosen is not None else self.empty)
        if chosen is not None:
            titles = {take.id: take.title for take in view.takes}
            self.take.show_take(chosen, lane_of(chosen, self._lanes), view.comments, titles)
            self.show_film(self._playing)
        elif listed:
            self._look_at(listed[0].id)

    def _looks_at(self, take: str) -> bool:
        """Return whether the take that is looked at has this id, in the project or in the list of own takes."""
        chosen = next((one for one in self._view.takes if one.id == self._view.selected), None)
        return chosen is not None and bool(take) and take in (chosen.id, chosen.library)

    def _look_at(self, take: str) -> None:
        self._wishes.ask(lambda studio: studio.review(take))


def lane_of(take: ReviewTake, lanes: Mapping[str, LaneModel]) -> LaneModel | None:
    """Return how a take is drawn: as in the list of takes where it was made here, else from what was fetched of it."""
    if take.library in lanes:
        return lanes[take.library]
    if not (take.tracks or take.filmstrip):
        return None
    return LaneModel(
        take.id,
        take.title,
        take.title,
        take.detail,
        Line("", Tone.QUIET),
        0.0,
        take.seconds,
        take.tracks,
        own=False,
        media=take.kind.value,
        thumbnail=take.thumbnail,
        filmstrip=take.filmstrip,
    )
