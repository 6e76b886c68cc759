"""A word from a leader to one person: a nudge is sent by somebody, never by the program."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Card, Flow, TextField, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import Person


class NudgeForm(Card):
    """The form. What is typed is kept for each person until it was sent."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "A word to somebody")
        self._wishes = wishes
        self._project = ""
        self._person: Person | None = None
        self._typed: dict[str, str] = {}
        self.who = words("", "strong")
        self.text = TextField(look, "What you want to say", "How is it going? We are still looking for …", 2)
        self.send = button("Send", "Send: it stands among their news", self._send, "primary")
        self.cancel = button("Cancel", "Cancel: send nothing", self._leave, "plain")
        self.text.kept.connect(self._send)
        self.text.left.connect(self._leave)
        parts: tuple[QWidget, ...] = (self.who, self.text, Flow(look, self.send, self.cancel))
        for part in parts:
            self.column.addWidget(part)
        self.hide()

    def belong_to(self, project: str) -> None:
        """Be about a project; what was begun for another one is left."""
        if project != self._project:
            self._project = project
            self._typed.clear()
            self._person = None
            self.text.clear()
            self.hide()

    def begin(self, person: Person) -> None:
        """Write to somebody."""
        if self._person is not None:
            self._typed[self._person.account] = self.text.toPlainText()
        self._person = person
        self.who.setText(f"To {person.name}")
        self.text.setPlainText(self._typed.pop(person.account, ""))
        self.show()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _send(self) -> None:
        text = self.text.toPlainText().strip()
        if not text or self._person is None or not self._project:
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        project, account = self._project, self._person.account
        self._wishes.ask(lambda studio: studio.comment(project, text, None, "", account))
        self.text.clear()
        self._leave()

    def _leave(self) -> None:
        self.hide()
