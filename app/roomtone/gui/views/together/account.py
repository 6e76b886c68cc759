"""What one says of oneself, and the passphrase that one comes back with."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Card, Flow, TextField, button, field, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import PeopleView, Person
from roomtone.wire.project.people import MIN_PASSPHRASE


def labelled(*rows: tuple[str, QWidget]) -> QFormLayout:
    """Return fields with their names before them."""
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    for name, widget in rows:
        label = QLabel(name)
        label.setBuddy(widget)
        form.addRow(label, widget)
    return form


class ProfileCard(Card):
    """What one plays or makes here, and how much time there is: it decides what is offered next."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Your profile")
        self._wishes = wishes
        self._shown: Person | None = None
        self.skills = field("What you play or make", "Bass, drawing, editing")
        self.minutes = field("Minutes you have", "15, or nothing", most=4)
        self.fault = words("", "look")
        self.fault.hide()
        self.about = TextField(look, "About you", "Anything others should know", 2)
        self.keep = button("Keep", "Keep your profile", self._keep)
        self.column.addWidget(words("It decides which calls are offered to you first.", "muted"))
        self.column.addLayout(
            labelled(("You play or make", self.skills), ("Minutes you have", self.minutes), ("About you", self.about))
        )
        self.column.addWidget(self.fault)
        self.column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeft)

    def show_profile(self, me: Person | None) -> None:
        """Show it. What is being typed stays."""
        self.setVisible(me is not None)
        before, self._shown = self._shown, me
        if me is None or (before is not None and _said(before) == _said(me)):
            return
        if not any(one.hasFocus() for one in (self.skills, self.minutes, self.about)):
            self.skills.setText(", ".join(me.skills))
            self.minutes.setText(str(me.minutes or ""))
            self.about.setPlainText(me.about)

    def _keep(self) -> None:
        skills = tuple(skill for part in self.skills.text().split(",") if (skill := " ".join(part.split())))
        text = self.minutes.text().strip()
        known = not text or (text.isascii() and text.isdigit())
        self.fault.setText("" if known else "Write the minutes as a number, such as 15, or leave them out")
        self.fault.setVisible(not known)
        if not known:
            self.minutes.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        minutes = int(text or 0)
        about = self.about.toPlainText().strip()
        self._wishes.ask(lambda studio: studio.edit_profile(skills, about, minutes))


def _said(person: Person) -> tuple[object, ...]:
    return person.account, person.skills, person.about, person.minutes


class AccountCard(Card):
    """The passphrase, moving a project, and the way back to this computer's own server."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Your account")
        self._wishes = wishes
        self.guest = words("", "muted")
        self.old = field("Passphrase until now", "Passphrase until now", most=200)
        self.new = field("New passphrase", f"New passphrase, at least {MIN_PASSPHRASE} letters", most=200)
        self.fault = words("", "look")
        self.fault.hide()
        self.joined = words("This project lives on this computer. Moved, everybody on the server can see it.", "muted")
        for line in (self.old, self.new):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = button("Set passphrase", "Set the passphrase", self._set)
        self.move_ = button(
            "Move this project to the server", "Move it to the joined server with everything in it",
            lambda: wishes.ask(lambda studio: studio.move_project()),
        )  # fmt: skip
        self.leave = button(
            "Leave this server", "Go back to this computer’s own server",
            lambda: wishes.ask(lambda studio: studio.leave_server()), "plain",
        )  # fmt: skip
        for widget in (
            self.guest,
            self.joined,
            self.old,
            self.new,
            self.fault,
            Flow(look, self.keep, self.move_, self.leave),
        ):
            self.column.addWidget(widget)

    def show_account(self, view: PeopleView) -> None:
        """Show what can be done."""
        self.setVisible(not view.embedded or view.can_move)
        self.guest.setText("You are a guest: choose a passphrase to come back from elsewhere." if view.guest else "")
        self.guest.setVisible(view.guest)
        self.old.setVisible(not view.embedded and not view.guest)
        for widget in (self.new, self.keep, self.leave):
            widget.setVisible(not view.embedded)
        for shown in (self.move_, self.joined):
            shown.setVisible(view.can_move)

    def _set(self) -> None:
        new, old = self.new.text(), self.old.text()
        short = len(new) < MIN_PASSPHRASE
        self.fault.setText(f"A passphrase needs at least {MIN_PASSPHRASE} letters" if short else "")
        self.fault.setVisible(short)
        if short:
            self.new.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._wishes.ask(lambda studio: studio.set_passphrase(new, old))
        self.new.clear()
        self.old.clear()
