"""Coming in by a link, or coming back with name and passphrase. A link is looked at before anybody joins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Card, Flow, button, field, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import InvitationView
from roomtone.wire.project.links import PLACE
from roomtone.wire.project.people import MIN_PASSPHRASE


class JoinForm(Card):
    """First the link; then what it leads to, and who one is going to be there."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Join by a link")
        self._wishes = wishes
        self._invitation: InvitationView | None = None
        self.link = field("Link or address of a server", "Paste a link, or the address of a server you know", most=500)
        self.look = button("Look", "See what the link leads to", self._look)
        self.known = button("Log in …", "Log in at this address with name and passphrase", self._log_in, "plain")
        self.what = words("")
        self.terms = words("", "muted")
        self.name = field("Your name there", "Your name", most=100)
        self.passphrase = field("Passphrase", "Passphrase, or nothing to come as a guest", most=200)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.fault = words("", "look")
        self.join = button("Join", "Join this project", self._join, "primary")
        self.enter = button("Log in", "Log in with this name and passphrase", self._enter)
        self.link.returnPressed.connect(self._look)
        self._first = Flow(look, self.look, self.known)
        self._last = Flow(look, self.join, self.enter)
        widgets: tuple[QWidget, ...] = (
            self.link, self._first, self.what, self.terms, self.name, self.passphrase, self.fault, self._last,
        )  # fmt: skip
        for widget in widgets:
            self.column.addWidget(widget)
        self._show(joining=False, logging_in=False)

    def show_invitation(self, invitation: InvitationView | None) -> None:
        """Show what the link leads to. What is being typed stays."""
        if invitation == self._invitation:
            return
        self._invitation = invitation
        if invitation is not None:
            until = f" The link works until {invitation.expires}." if invitation.expires else ""
            brief = f"\n{invitation.brief}" if invitation.brief else ""
            self.what.setText(f"“{invitation.title}”, as a {invitation.role.value}.{until}{brief}")
            self.terms.setText(invitation.terms)
        else:
            # It was joined: the link has done what it was for.
            self.link.clear()
        self._show(joining=invitation is not None, logging_in=False)

    def _show(self, *, joining: bool, logging_in: bool) -> None:
        for widget in (self.what, self.terms, self.join):
            widget.setVisible(joining)
        asked: tuple[QWidget, ...] = (self.name, self.passphrase, self._last)
        for field_ in asked:
            field_.setVisible(joining or logging_in)
        self.enter.setVisible(logging_in)
        guest = ", or nothing to come as a guest" if joining else ""
        self.passphrase.setPlaceholderText(f"Passphrase{guest}")
        self._miss("")

    def _miss(self, text: str, where: QLineEdit | None = None) -> None:
        """Say what is missing, and lead there."""
        self.fault.setText(text)
        self.fault.setVisible(bool(text))
        if where is not None:
            where.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self) -> None:
        link = self.link.text().strip()
        if not link:
            self._miss("Paste the link that somebody sent you", self.link)
            return
        self._miss("")
        if link.startswith(PLACE):
            # It leads to a place in a project, not into one.
            self._wishes.ask(lambda studio: studio.follow_link(link))
            self._wishes.lead("review")
            self.link.clear()
            return
        self._wishes.ask(lambda studio: studio.look_at_link(link))

    def _log_in(self) -> None:
        self._show(joining=False, logging_in=True)

    def _join(self) -> None:
        name = " ".join(self.name.text().split())
        link, passphrase = self._invitation.link if self._invitation else self.link.text(), self.passphrase.text()
        if not name:
            self._miss("Write the name by which the others know you", self.name)
            return
        if passphrase and len(passphrase) < MIN_PASSPHRASE:
            self._miss(f"A passphrase needs at least {MIN_PASSPHRASE} letters; guests need none", self.passphrase)
            return
        self._miss("")
        self._wishes.ask(lambda studio: studio.join_project(link, name, passphrase))
        self.passphrase.clear()

    def _enter(self) -> None:
        url, name, passphrase = self.link.text().strip(), " ".join(self.name.text().split()), self.passphrase.text()
        for text, line, missing in (
            (url, self.link, "Write the address of the server"),
            (name, self.name, "Write your name there"),
            (passphrase, self.passphrase, "Write your passphrase"),
        ):
            if not text:
                self._miss(missing, line)
                return
        self._miss("")
        self._wishes.ask(lambda studio: studio.log_in(url, name, passphrase))
        self.passphrase.clear()
