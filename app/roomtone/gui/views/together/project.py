"""The project's page: what it is, its board, its calls, where takes come from, and who is credited."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.about import AboutView
from roomtone.gui.views.together.board import BoardView
from roomtone.gui.views.together.calls import CallsView
from roomtone.gui.views.together.parts import Rows, Scroll, button, person_line, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import BranchView, CreditView, ProjectView, ReviewView

_INDENT = 18


class ProjectPage(Scroll):
    """The page."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Project")
        self._look = look
        self._wishes = wishes
        self._shown: tuple[ProjectView, ReviewView] | None = None
        self.about = AboutView(look, wishes)
        self.board = BoardView(look, wishes)
        self.calls = CallsView(look, wishes)
        self.lineage: Rows[tuple[int, BranchView]] = Rows(look, self._branch, lambda pair: f"{pair[0]}")
        self.credits: Rows[CreditView] = Rows(look, self._credit, lambda view: f"{view.person.account}/{view.role}")
        self._untold = words("Nothing was submitted yet.", "muted")
        self._unnamed = words("Everybody whose take is accepted stands here, with what they did.", "muted")
        self.column.addWidget(self.about)
        for title, parts in (
            ("Calls", (self.calls,)),
            ("Steps", (self.board,)),
            ("Credits", (self.credits, self._unnamed)),
            ("Where takes come from", (self.lineage, self._untold)),
        ):
            self.section(title)
            for part in parts:
                self.column.addWidget(part)
        self.column.addStretch(1)

    def show_project(self, view: ProjectView, review: ReviewView) -> None:
        """Show the page."""
        if self._shown is not None and self._shown[0] is view and self._shown[1] is review:
            return
        self._shown = (view, review)
        self.about.show_about(view)
        self.calls.show_calls(view, [(take.id, f"{take.title} – {take.person.name}") for take in review.takes])
        self.board.show_board(view)
        self.credits.show_rows(view.credits)
        self._unnamed.setVisible(not view.credits)
        self.lineage.show_rows(list(enumerate(view.lineage)))
        self._untold.setVisible(not view.lineage)

    def _credit(self, view: CreditView) -> QWidget:
        said = " · ".join(part for part in (view.role, view.length) if part)
        return person_line(self._look, view.person, words(view.person.name, "strong"), words(said, "muted"), named=True)

    def _branch(self, pair: tuple[int, BranchView]) -> QWidget:
        _, view = pair
        said = " · ".join(part for part in (view.tie, view.person, view.stage.value) if part)
        row = button(f"{view.title}   {said}", f"{view.title}, {said}", lambda: self._go(view.take), "tree")
        row.setStyleSheet(f"margin-left: {self._look.px(_INDENT) * min(view.depth, 12)}px;")
        return row

    def _go(self, take: str) -> None:
        self._wishes.ask(lambda studio: studio.review(take))
        self._wishes.lead("review", take)
