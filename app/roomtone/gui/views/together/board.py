"""The board: the steps from nothing to a finished piece."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.inline import InlineEdit
from roomtone.gui.views.parts import IconButton
from roomtone.gui.views.together.parts import Rows, field, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import ProjectView, StepView
from roomtone.wire.project.items import StepFields

_STEP = 1.0


class BoardView(QWidget):
    """The steps in order. Whoever may not lead sees them and cannot change them."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._view = ProjectView()
        self.rows: Rows[tuple[StepView, bool]] = Rows(look, self._row, lambda pair: pair[0].id)
        self.fresh = field("Another step", "Another step, then Enter")
        self.fresh.returnPressed.connect(self._add)
        self.none = words("No steps yet.", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        for widget in (self.rows, self.none, self.fresh):
            column.addWidget(widget)

    def show_board(self, view: ProjectView) -> None:
        """Show the steps."""
        self._view = view
        self.rows.show_rows([(step, view.may_lead) for step in view.steps])
        self.none.setVisible(not view.steps)
        self.fresh.setVisible(view.may_lead)

    def _row(self, pair: tuple[StepView, bool]) -> QWidget:
        step, lead = pair
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(self._look.tokens.space.tight)
        tick = QCheckBox(step.title)
        tick.setObjectName("tick")
        tick.setAccessibleName(f"{step.title}, done" if step.done else step.title)
        tick.setChecked(step.done)
        tick.setEnabled(lead)
        tick.setProperty("role", "step")
        tick.toggled.connect(lambda on: self._edit(step, StepFields(done=on)))
        across.addWidget(tick, 1)
        if step.person is not None:
            across.addWidget(words(step.person.name, "muted"))
        if lead:
            for icon, name, act in (
                ("chevron-up", "Move up", lambda: self._move(step, -1)),
                ("chevron-down", "Move down", lambda: self._move(step, 1)),
                ("pencil", "Rename", lambda: self._rename(step, row, tick)),
                ("trash-2", "Remove", lambda: self._edit(step, StepFields(removed=True))),
            ):
                one = IconButton(self._look, icon, f"{name}: {step.title}")
                one.setObjectName(name)
                one.clicked.connect(lambda _=False, act=act: act())
                across.addWidget(one)
        return row

    def _edit(self, step: StepView, fields: StepFields) -> None:
        self._wishes.ask(lambda studio: studio.edit_step(step.id, fields))

    def _add(self) -> None:
        title = " ".join(self.fresh.text().split())
        if title:
            place = max((step.place for step in self._view.steps), default=0.0) + _STEP
            fields = StepFields(title=title, place=place)
            self._wishes.ask(lambda studio: studio.edit_step("", fields))
            self.fresh.clear()

    def _rename(self, step: StepView, row: QWidget, tick: QCheckBox) -> None:
        edit = InlineEdit(step.title, f"Rename {step.title}", row)
        edit.setGeometry(tick.geometry())
        edit.kept.connect(lambda text: self._edit(step, StepFields(title=text or step.title)))
        edit.ended.connect(edit.deleteLater)
        edit.show()
        edit.selectAll()
        edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, step: StepView, by: int) -> None:
        """Put a step before the one above it, or behind the one below."""
        others = [one for one in self._view.steps if one.id != step.id]
        at = next(number for number, one in enumerate(self._view.steps) if one.id == step.id) + by
        if not 0 <= at <= len(others):
            return
        edges = [others[0].place - 2 * _STEP, *(one.place for one in others), others[-1].place + 2 * _STEP]
        low, high = list(pairwise(edges))[at]
        self._edit(step, StepFields(place=(low + high) / 2))
