"""The pages of what people do together, and the bars that belong to them, held together."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel
from roomtone.gui.views.together.answering import AnsweringBar
from roomtone.gui.views.together.people import PeoplePage
from roomtone.gui.views.together.project import ProjectPage
from roomtone.gui.views.together.queued import QueuedBar
from roomtone.gui.views.together.review import ReviewPage
from roomtone.gui.views.together.starting import ProjectsPanel
from roomtone.gui.views.together.today import TodayPage
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.waves import WaveSource
from roomtone.studio.together_snapshot import TogetherView


class TogetherPages:
    """Shows a whole view on all of them; what is the same as before is left alone."""

    def __init__(self, look: Look, source: WaveSource, store: PictureStore) -> None:
        self.wishes = Wishes()
        self.today = TodayPage(look, self.wishes)
        self.project = ProjectPage(look, self.wishes, store)
        self.review = ReviewPage(look, source, store, self.wishes)
        self.people = PeoplePage(look, self.wishes)
        self.projects = ProjectsPanel(look, self.wishes, store)
        self.answering = AnsweringBar(look, self.wishes)
        self.queued = QueuedBar(look, self.wishes)
        self._view: TogetherView | None = None
        self._lanes: Mapping[str, LaneModel] = {}
        self._tab = ""
        self._opening = ""
        self._crowded = False

    @property
    def tabs(self) -> dict[str, QWidget]:
        """The pages by their names."""
        return {"today": self.today, "project": self.project, "review": self.review, "people": self.people}

    def show(self, view: TogetherView, lanes: tuple[LaneModel, ...], opening: str = "") -> None:
        """Show a view; ``lanes`` are the takes that were made here, ``opening`` the project that takes go to."""
        if opening != self._opening:
            self._opening = opening
            self.project.show_opening(opening)
        if {lane.id: lane for lane in lanes} != self._lanes:
            self._lanes = {lane.id: lane for lane in lanes}
        if view is not self._view:
            self.today.show_today(view.today)
            self.project.show_project(view.project, view.review, view.people.people)
            self.people.show_people(view.people)
            self.people.nudge.belong_to(view.project.id)
            self.projects.show_projects(view.projects)
            self.review.show_terms(f"{view.project.licence.value}: {view.project.terms}" if view.project.id else "")
            self.review.show_calls(tuple((call.id, call.title) for call in view.project.calls if not call.closed))
            before, self._view = self._view, view
            self._show_bars()
            self._follow(before, view)
        self.review.show_review(view.review, self._lanes)

    def _follow(self, before: TogetherView | None, view: TogetherView) -> None:
        """Go where a call is answered that was just chosen in a notice, and not on one of these pages."""
        if before is None or not before.project.id or before.project.id != view.project.id:
            return
        old = before.answering.call if before.answering is not None else ""
        new = view.answering.call if view.answering is not None else ""
        if new and new != old and self._tab in self.tabs:
            self.wishes.lead("studio")

    def show_playing(self, take: str) -> None:
        """Be told which take is heard now, "" for none: what explains a call can be stopped where it was begun."""
        self.answering.told.show_playing(take)
        self.project.calls.show_playing(take)
        self.project.cuts.show_playing(take)

    def show_tab(self, tab: str) -> None:
        """Be told which page of the window is in sight."""
        self._tab = tab
        self._show_bars()

    def be_low(self, low: bool) -> None:
        """Be told whether the window is so low that the pages need what the bars can spare."""
        self.answering.be_low(low)
        self._show_bars()

    def make_room(self, crowded: bool) -> None:
        """Leave the bars out while a panel needs their room."""
        self._crowded = crowded
        self._show_bars()

    def look_at(self, page: str, item: str) -> None:
        """Bring something on a page into sight: a call or a step on the project's page, "join" on the people's."""
        if page == "people" and item == "join":
            self.people.begin_join()
        elif page == "project" and item:
            self.project.show_item(item)

    def _show_bars(self) -> None:
        view = self._view or TogetherView()
        making = self._tab in ("", "studio", "artwork", "writing") and not self._crowded
        self.answering.show_answering(view.answering if making else None)
        self.queued.show_queued(view, self._tab in self.tabs and not self._crowded)
