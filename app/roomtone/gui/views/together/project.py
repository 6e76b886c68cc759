"""The project's page: what it is, its board, its calls and cuts, where takes come from, and who is credited."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.choosing import take_choices
from roomtone.gui.presenters.model import EmptyModel
from roomtone.gui.views.empty import EmptyView
from roomtone.gui.views.together.about import AboutView
from roomtone.gui.views.together.board import BoardView
from roomtone.gui.views.together.calls import CallsView
from roomtone.gui.views.together.comments import CommentsView
from roomtone.gui.views.together.cuts import CutsView
from roomtone.gui.views.together.lineage import LineageView
from roomtone.gui.views.together.parts import Rows, Scroll, heading, person_line, words
from roomtone.gui.views.together.talk import Topic
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import CreditView, Person, ProjectView, ReviewView

_EMPTY = EmptyModel(
    "folder-open",
    "No project is open yet",
    "Start one from a template, or come into one by a link that somebody sent you.",
    "Start or join a project",
)


# So wide is what stands beside the calls.
_ASIDE = 400


class ProjectPage(Scroll):
    """The page."""

    def __init__(self, look: Look, wishes: Wishes, store: PictureStore) -> None:
        super().__init__(look, "Project", 760, _ASIDE)
        self._look = look
        self._wishes = wishes
        self._shown: tuple[ProjectView, ReviewView, tuple[Person, ...]] | None = None
        self.about = AboutView(look, wishes, store)
        self.board = BoardView(look, wishes)
        self.calls = CallsView(look, wishes)
        self.cuts = CutsView(look, wishes)
        self.lineage = LineageView(look)
        self.credits: Rows[CreditView] = Rows(look, self._credit, lambda view: f"{view.person.account}/{view.role}")
        self.nothing = EmptyView(look)
        self.nothing.show_empty(_EMPTY)
        self.nothing.acted.connect(lambda: wishes.lead("projects"))
        self._unnamed = words("Everybody whose take is accepted stands here, with what they did.", "muted")
        self._all = QWidget()
        self._column = QVBoxLayout(self._all)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.tokens.space.medium)
        self._column.addWidget(self.about)
        for title, whole in (("Calls", self.calls), ("Steps", self.board)):
            self._column.addSpacing(look.tokens.space.small)
            self._column.addWidget(heading(title))
            self._column.addWidget(whole)
        self._more = QWidget()
        beside = QVBoxLayout(self._more)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(look.tokens.space.medium)
        for title, parts in (
            ("Cuts", (self.cuts,)),
            ("Credits", (self.credits, self._unnamed)),
            ("Where takes come from", (self.lineage,)),
        ):
            beside.addWidget(heading(title))
            for part in parts:
                beside.addWidget(part)
            beside.addSpacing(look.tokens.space.small)
        self.comments = CommentsView(look, wishes, lambda: None)
        self.comments.none.setText("Nobody has said anything about the project yet.")
        beside.addWidget(heading("About the project"))
        beside.addWidget(self.comments)
        self.side.addWidget(self._more)
        self.side.addStretch(1)
        self.show_beside(False)
        self.column.addWidget(self.nothing, 1)
        self.column.addWidget(self._all)
        self.column.addStretch()
        self._all.hide()
        self.lineage.chose.connect(self._go)
        self.calls.opened.connect(self._reveal)

    def show_item(self, item: str) -> None:
        """Bring a call or a step into sight, with what is said of it."""
        for view, talk, rows in (
            (self._shown[0].calls if self._shown else (), self.calls.talk, self.calls.rows),
            (self._shown[0].steps if self._shown else (), self.board.talk, self.board.rows),
        ):
            if any(one.id == item and one.comments for one in view):
                talk.speak_of(item)
            if (row := rows.row(item)) is not None:
                self._reveal(row)

    def show_opening(self, title: str) -> None:
        """Say that a project of this title is being opened; "" that there is none."""
        self.nothing.show_empty(
            EmptyModel("folder-open", f"Opening “{title}”", "It is here in a moment. You can record meanwhile.")
            if title
            else _EMPTY
        )

    def show_project(self, view: ProjectView, review: ReviewView, people: tuple[Person, ...] = ()) -> None:
        """Show the page. Takes of ``review`` may be guides, ``people`` may be asked to do a step."""
        if self._shown is not None and all(
            old is new for old, new in zip(self._shown, (view, review, people), strict=True)
        ):
            return
        self._shown = (view, review, people)
        self.nothing.setVisible(not view.id)
        self._all.setVisible(bool(view.id))
        self.show_beside(bool(view.id))
        choices = take_choices(review.takes)
        self.about.show_about(view, (*choices.seen, *choices.pages))
        self.calls.show_calls(view, choices)
        self.board.show_board(view, people)
        self.cuts.show_cuts(view)
        self.credits.show_rows(view.credits)
        self._unnamed.setVisible(not view.credits)
        self.lineage.show_lineage(view.lineage)
        self.comments.show_comments(Topic(view.id, view.may_comment), view.comments)

    def _credit(self, view: CreditView) -> QWidget:
        said = " · ".join(part for part in (view.role, view.length) if part)
        return person_line(self._look, view.person, words(view.person.name, "strong"), words(said, "muted"), named=True)

    def _reveal(self, form: QWidget) -> None:
        # Where the form stands is known once the page was laid out with it.
        QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(form, 0, self._look.px(60)))

    def _go(self, take: str) -> None:
        self._wishes.ask(lambda studio: studio.review(take))
        self._wishes.lead("review", take)
