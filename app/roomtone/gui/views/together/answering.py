"""The bar above the studio page while the next take answers a call."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.brief import BriefButton
from roomtone.gui.views.together.parts import button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import AnsweringView


class AnsweringBar(QWidget):
    """What the next take is for, what was set for it, and under which terms it is given."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = words("", "strong")
        self.recipe = words("", "muted")
        self.beginner = words("", "muted")
        self.terms = words("", "muted")
        self.told = BriefButton(wishes)
        self.free = button(
            "Record freely", "Stop answering this call", lambda: wishes.ask(lambda studio: studio.answer_call(""))
        )
        column = QVBoxLayout()
        column.setSpacing(look.tokens.space.hair)
        for label in (self.title, self.recipe, self.beginner, self.terms):
            column.addWidget(label)
        across = QHBoxLayout(self)
        across.setContentsMargins(look.tokens.space.large, 8, look.tokens.space.large, 8)
        across.addLayout(column, 1)
        across.setSpacing(look.tokens.space.small)
        across.addWidget(self.told, 0, Qt.AlignmentFlag.AlignVCenter)
        across.addWidget(self.free, 0, Qt.AlignmentFlag.AlignVCenter)
        self._low = False
        self.hide()

    def be_low(self, low: bool) -> None:
        """Be the call alone, where the window has no room for what was set for it; its tip says the rest."""
        self._low = low
        for label in (self.recipe, self.terms):
            label.setVisible(not low)
        self.beginner.setVisible(not low and bool(self.beginner.text()))

    def show_answering(self, view: AnsweringView | None) -> None:
        """Show it, or nothing."""
        self.setVisible(view is not None)
        if view is None:
            return
        self.told.show_brief(view.told)
        self.told.setVisible(view.told is not None)
        self.setAccessibleName(f"Answering {view.title}")
        self.title.setText(f"Answering “{view.title}”" + (f" – {view.brief}" if view.brief and not self._low else ""))
        told = any(view.guide in line for line in view.recipe)
        parts = [*view.recipe, *([f"Guide: {view.guide}"] if view.guide and not told else [])]
        self.recipe.setText(" · ".join(parts) or "No recipe: as you like")
        self.beginner.setText(f"New to this? {view.beginner}" if view.beginner else "")
        self.beginner.setVisible(bool(view.beginner) and not self._low)
        self.terms.setText(view.terms)
        rest = ". ".join(part for part in (self.recipe.text(), self.beginner.text(), view.terms) if part)
        self.title.setToolTip(rest)
        self.setAccessibleDescription(rest)
