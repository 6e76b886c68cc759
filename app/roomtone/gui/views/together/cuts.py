"""The cuts of a project, heard where they stand."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Flow, Rows, button, relabel, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import CutView, ProjectView


class CutRow(QWidget):
    """One cut."""

    def __init__(self, look: Look, wishes: Wishes, cut: CutView) -> None:
        super().__init__()
        self._wishes = wishes
        self._cut = cut
        self._playing = ""
        self.play = button("Play", f"Play {cut.name}", self._play, "link")
        # It is the same button whatever it says, so that the keyboard stays on it.
        self.play.setObjectName("play")
        review = button("Review", f"Review {cut.name}", self._go, "link")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.hair)
        column.addWidget(words(cut.name, "strong"))
        column.addWidget(words(f"{cut.person.name} · {cut.detail}", "muted"))
        column.addWidget(Flow(look, self.play, review))
        self.play.setVisible(cut.heard)

    def show_playing(self, take: str) -> None:
        """Be told which take is heard now, "" for none."""
        self._playing = take
        text = "Stop" if take == self._cut.take else "Play"
        relabel(self.play, text, f"{text} {self._cut.name}")

    def _play(self) -> None:
        take = self._cut.take
        if take == self._playing:
            self._wishes.lead("pause")
        else:
            self._wishes.ask(lambda studio: studio.listen(take))

    def _go(self) -> None:
        take = self._cut.take
        self._wishes.ask(lambda studio: studio.review(take))
        self._wishes.lead("review", take)


class CutsView(QWidget):
    """The cuts, the newest first."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._playing = ""
        self.rows: Rows[CutView] = Rows(look, self._row, lambda cut: cut.take)
        self.none = words("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        column.addWidget(self.rows)
        column.addWidget(self.none)

    def show_cuts(self, view: ProjectView) -> None:
        """Show the cuts of a project."""
        self.rows.show_rows(view.cuts)
        self.none.setText(
            "No version of the piece is published yet."
            + (" Any accepted take can be one: publish it on the review page." if view.may_lead else "")
        )
        self.none.setVisible(not view.cuts)

    def show_playing(self, take: str) -> None:
        """Be told which take is heard now, "" for none."""
        self._playing = take
        for row in self.findChildren(CutRow):
            row.show_playing(take)

    def _row(self, cut: CutView) -> QWidget:
        row = CutRow(self._look, self._wishes, cut)
        row.show_playing(self._playing)
        return row
