"""What a project is: its title, brief, licence and deadline, read or edited where they stand."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.choosing import Choice
from roomtone.gui.views.parts import ElidedLabel
from roomtone.gui.views.together.cover import CoverView
from roomtone.gui.views.together.parts import Flow, TextField, button, field, words
from roomtone.gui.views.together.take_choice import ELSEWHERE
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import ProjectView
from roomtone.wire.project.items import Licence, ProjectFields
from roomtone.wire.project.licences import WITHDRAWAL, plain


class AboutView(QWidget):
    """The head of the project's page."""

    def __init__(self, look: Look, wishes: Wishes, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._view = ProjectView()
        self._seen: tuple[Choice, ...] = ()
        self.cover = CoverView(look, store, 320, 180)
        self.title = words("", "heading")
        self.health = ElidedLabel(look, look.tokens.type.body)
        self.due = ElidedLabel(look, look.tokens.type.body)
        self.brief = words("")
        self.terms = words("", "muted")
        self.edit = button("Edit", "Edit title, brief, licence and deadline", self._open)
        self.form = ProjectForm(look, "Keep")
        self.form.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        for widget in (self.cover, self.title, self.brief, self.health, self.due, self.terms):
            column.addWidget(widget)
        column.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.form)
        self.form.done.clicked.connect(self._keep)
        self.form.cancel.clicked.connect(self._leave)

    def show_about(self, view: ProjectView, seen: tuple[Choice, ...] = ()) -> None:
        """Show it; the cover may be any take that can be ``seen``. What is being edited stays as it is being typed."""
        if view.id != self._view.id:
            self._close()
        self._view, self._seen = view, seen
        self.cover.show_cover(view.picture, view.title)
        self.cover.setVisible(bool(view.picture))
        self.title.setText(view.title)
        self.health.show_line(view.health)
        # How a project stands is for those who lead it; everybody else sees what is asked of them.
        self.health.setVisible(view.may_lead)
        self.due.show_line(view.due)
        self.due.setVisible(bool(view.due.text))
        self.brief.setText(view.brief)
        self.brief.setVisible(bool(view.brief))
        self.terms.setText(f"{view.licence.value}: {view.terms} {WITHDRAWAL}")
        self.edit.setVisible(view.may_lead and self.form.isHidden())

    def _open(self) -> None:
        view = self._view
        self.form.fill(view.title, view.brief, view.licence, view.deadline)
        self.form.fill_more(view.prompts, view.cover, self._seen)
        self.form.show()
        self.edit.hide()
        self.form.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self) -> None:
        self._close()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self.form.hide()
        self.edit.setVisible(self._view.may_lead)

    def _keep(self) -> None:
        fields = self.form.fields()
        if fields is not None:
            self._wishes.ask(lambda studio: studio.edit_project(fields))
            self._leave()


class ProjectForm(QWidget):
    """The form for a project's own fields."""

    def __init__(self, look: Look, done: str) -> None:
        super().__init__()
        self.title = field("Title", "What it is called")
        self.brief = TextField(look, "Brief", "What is this going to be, and for whom?")
        self.licence = ChoiceBox(look, "Licence", "Under which terms takes are given")
        self.terms = words("", "muted")
        self.deadline = field("Deadline", "2026-12-24, or nothing", most=10)
        self.prompts = TextField(look, "Every day", "Small prompts of this project’s own, one a line", 3)
        self.prompts.setToolTip("One of them is shown each day; without any, Roomtone has its own")
        self.cover = ChoiceBox(look, "Cover", "A take whose picture stands for the project")
        self.cover.setMinimumContentsLength(8)
        self._cover = ""
        self.cover.chose.connect(self._choose_cover)
        self.fault = words("", "look")
        self.fault.hide()
        self.done = button(done, done, lambda: None, "primary")
        self.cancel = button("Cancel", "Leave it as it was", lambda: None, "plain")
        self._licence = Licence.BY
        self.licence.chose.connect(self._choose)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for name, widget in (
            ("Title", self.title),
            ("Brief", self.brief),
            ("Licence", self.licence),
            ("", self.terms),
            ("Deadline", self.deadline),
            ("Cover", self.cover),
            ("Every day", self.prompts),
            ("", self.fault),
            ("", Flow(look, self.done, self.cancel)),
        ):
            label = QLabel(name)
            label.setBuddy(widget)
            form.addRow(label, widget)
        self._rows = form
        for later in (self.prompts, self.cover):
            form.setRowVisible(later, False)
        self._choose(Licence.BY.value)

    def fill_more(self, prompts: tuple[str, ...], cover: str, seen: tuple[Choice, ...]) -> None:
        """Let also be edited what only a project that is there has: its own prompts for every day, and its cover."""
        known = [("", "None"), *seen]
        entries = known if any(one == cover for one, _ in known) else [*known, (cover, ELSEWHERE)]
        self._cover = cover
        self.cover.show_entries(entries, cover)
        self._rows.setRowVisible(self.cover, True)
        self.prompts.setPlainText("\n".join(prompts))
        self._rows.setRowVisible(self.prompts, True)

    def fill(self, title: str, brief: str, licence: Licence, deadline: str) -> None:
        """Begin with these."""
        self.title.setText(title)
        self.brief.setPlainText(brief)
        self.deadline.setText(deadline)
        self._choose(licence.value)
        self.fault.hide()

    def fields(self) -> ProjectFields | None:
        """Return what was filled in; ``None`` where something has to be mended first, which is said."""
        title, deadline = " ".join(self.title.text().split()), self.deadline.text().strip()
        fault = "" if title else "It needs a title"
        if deadline and not is_day(deadline):
            fault = "Write the deadline as year-month-day: 2026-12-24"
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        if fault:
            return None
        lines = self.prompts.toPlainText().splitlines()
        prompts = [prompt for line in lines if (prompt := " ".join(line.split())[:300])][:400]
        shown = self._rows.isRowVisible(self.prompts)
        return ProjectFields(
            title,
            self.brief.toPlainText().strip(),
            self._licence,
            deadline,
            cover=self._cover if shown else None,
            prompts=prompts if shown else None,
        )

    def _choose_cover(self, take: str) -> None:
        self._cover = take

    def _choose(self, value: str) -> None:
        self._licence = Licence(value)
        self.licence.show_entries([(one.value, one.value) for one in Licence], value)
        self.terms.setText(plain(self._licence))


def is_day(text: str) -> bool:
    """Return whether a text is a day as the server takes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
