"""The board: the steps from nothing to a finished piece."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.inline import InlineEdit
from roomtone.gui.views.together.parts import Rows, field, words
from roomtone.gui.views.together.step import StepRow, StepShown
from roomtone.gui.views.together.talk import Talk
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import Person, ProjectView, StepView
from roomtone.wire.project.items import StepFields

_STEP = 1.0


class BoardView(QWidget):
    """The steps in order. Whoever may not lead sees them and cannot change them."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._view = ProjectView()
        self._people: tuple[Person, ...] = ()
        self.talk = Talk(look, wishes, self)
        self.talk.changed.connect(self._show_rows)
        self.rows: Rows[StepShown] = Rows(look, self._row, lambda shown: shown.step.id)
        self.fresh = field("Another step", "Another step, then Enter")
        self.fresh.setToolTip("Write what has to be done, then Enter")
        self.fresh.returnPressed.connect(self._add)
        self.none = words("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        for widget in (self.rows, self.none, self.fresh):
            column.addWidget(widget)

    def show_board(self, view: ProjectView, people: tuple[Person, ...]) -> None:
        """Show the steps; any of ``people`` may be asked to do one."""
        self._view, self._people = view, people
        self._show_rows()
        self.none.setText("No steps yet. Write the first one below." if view.may_lead else "No steps yet.")
        self.none.setVisible(not view.steps)
        self.fresh.setVisible(view.may_lead)

    def _show_rows(self) -> None:
        view = self._view
        self.talk.keep_to({step.id for step in view.steps})
        names = tuple((person.account, person.name) for person in self._people) if view.may_lead else ()
        last, talked = len(view.steps) - 1, self.talk.about_item
        self.rows.show_rows(
            [
                StepShown(step, view.may_lead, at == 0, at == last, names, view.may_comment, step.id == talked)
                for at, step in enumerate(view.steps)
            ]
        )

    def _row(self, shown: StepShown) -> QWidget:
        step = shown.step
        row = StepRow(self._look, shown)
        row.edited.connect(lambda fields: self._edit(step, fields))
        row.moved.connect(lambda by: self._move(step, by))
        row.talk_wished.connect(lambda: self.talk.turn(step.id))
        if shown.talking:
            self.talk.stand_in(row.below, shown.comment, step.comments)
        row.rename_wished.connect(lambda: self._rename(step, row))
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

    def _rename(self, step: StepView, row: StepRow) -> None:
        edit = InlineEdit(step.title, f"Rename {step.title}", row)
        edit.setGeometry(row.tick.geometry())
        edit.setMaxLength(300)
        edit.kept.connect(lambda text: self._edit(step, StepFields(title=text or step.title)))
        edit.ended.connect(edit.deleteLater)
        edit.ended.connect(lambda: row.tick.setFocus(Qt.FocusReason.OtherFocusReason) if edit.hasFocus() else None)
        edit.show()
        edit.selectAll()
        edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, step: StepView, by: int) -> None:
        """Put a step before the one above it, or behind the one below."""
        others = [one for one in self._view.steps if one.id != step.id]
        at = next(number for number, one in enumerate(self._view.steps) if one.id == step.id) + by
        if not 0 <= at <= len(others) or not others:
            return
        edges = [others[0].place - 2 * _STEP, *(one.place for one in others), others[-1].place + 2 * _STEP]
        low, high = list(pairwise(edges))[at]
        self._edit(step, StepFields(place=(low + high) / 2))
