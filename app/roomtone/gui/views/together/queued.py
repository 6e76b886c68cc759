"""What has not reached the server, quietly; what it refused, with the reason, until somebody lets go of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.words import problem_line
from roomtone.gui.views.together.parts import Rows, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import QueuedView, TogetherView


class QueuedBar(QWidget):
    """A line above the pages of what people do together; nothing where everything is at the server."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._wishes = wishes
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = words("", "muted")
        self.refused: Rows[QueuedView] = Rows(look, self._row, lambda view: view.id)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.tokens.space.large, 6, look.tokens.space.large, 6)
        column.addWidget(self.line)
        column.addWidget(self.refused)
        self.hide()

    def show_queued(self, view: TogetherView, sought: bool) -> None:
        """Show it where ``sought`` says that the page is one of these."""
        refused = tuple(one for one in view.queued if one.problem is not None)
        self.line.setText(view.offline_line)
        self.line.setVisible(bool(view.offline_line))
        self.refused.show_rows(refused)
        self.setVisible(sought and bool(view.offline_line or refused))

    def _row(self, view: QueuedView) -> QWidget:
        line = QWidget()
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        problem = view.problem
        why = f" – {problem_line(problem)}" if problem is not None else ""
        said = words(f"{view.text}{why}", "look")
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        across.addWidget(said, 1)
        act = button(
            "Let go", f"Let go of: {view.text}", lambda: self._wishes.ask(lambda s: s.dismiss_queued(view.id)), "plain"
        )
        across.addWidget(act)
        return line
