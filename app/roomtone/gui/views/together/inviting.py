"""Links into a project: made, copied once, and taken back."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Card, Flow, Rows, button, field, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import InviteView
from roomtone.wire.project.people import NewInvite, Role

_GIVEN: Final = (Role.CONTRIBUTOR, Role.REVIEWER, Role.GUEST, Role.LEADER)
_DAYS: Final = (("1", "for a day"), ("7", "for a week"), ("14", "for two weeks"), ("90", "for three months"))
_USES: Final = (
    ("1", "for one person"),
    ("5", "for five people"),
    ("20", "for twenty people"),
    ("100", "for a hundred people"),
)


class Inviting(QWidget):
    """The links of a project, and how another one is made."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._role, self._days, self._uses = Role.CONTRIBUTOR, "14", "100"
        self.invites: Rows[InviteView] = Rows(look, self._invite, lambda view: view.id)
        self.role = ChoiceBox(look, "Role of whoever comes in by it", "What whoever comes in by the link may do")
        self.days = ChoiceBox(look, "How long the link works", "How long the link works")
        self.uses = ChoiceBox(look, "For how many people the link works", "For how many people the link works")
        self.note = field("What the link is for", "What it is for: only for this list", most=200)
        self.make = button("Make a link", "Make a link that invites people", self._make, "primary")
        for box, letters in ((self.role, 12), (self.days, 12), (self.uses, 16)):
            box.setMinimumContentsLength(letters)
        self.role.show_entries([(one.value, one.value.capitalize()) for one in _GIVEN], self._role.value)
        self.days.show_entries(list(_DAYS), self._days)
        self.uses.show_entries(list(_USES), self._uses)
        self.role.chose.connect(self._choose_role)
        self.days.chose.connect(self._choose_days)
        self.uses.chose.connect(self._choose_uses)
        self.note.returnPressed.connect(self._make)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        column.addWidget(Flow(look, self.role, self.days, self.uses))
        column.addWidget(self.note)
        column.addWidget(Flow(look, self.make))
        column.addWidget(self.invites)

    def show_invites(self, invites: tuple[InviteView, ...]) -> None:
        """Show the links that there are."""
        self.invites.show_rows(invites)

    def _invite(self, view: InviteView) -> QWidget:
        card = Card(self._look, f"Link for a {view.role.value}")
        card.column.addWidget(words(view.detail[:1].upper() + view.detail[1:], "" if view.open else "muted"))
        acts: list[QWidget] = []
        if view.link:
            line = QLineEdit(view.link)
            line.setReadOnly(True)
            line.setAccessibleName("The link")
            line.setCursorPosition(0)
            card.column.addWidget(line)
            card.column.addWidget(words("It is shown once: copy it now.", "look"))
            acts.append(button("Copy", "Copy the link", lambda: QApplication.clipboard().setText(view.link)))
        if view.open:
            acts.append(button("Revoke", "Let this link open nothing any more", lambda: self._revoke(view.id), "plain"))
        if acts:
            card.column.addWidget(Flow(self._look, *acts))
        return card

    def _revoke(self, invite: str) -> None:
        self._wishes.ask(lambda studio: studio.revoke_invite(invite))

    def _choose_role(self, value: str) -> None:
        self._role = Role(value)

    def _choose_days(self, value: str) -> None:
        self._days = value

    def _choose_uses(self, value: str) -> None:
        self._uses = value

    def _make(self) -> None:
        wanted = NewInvite(self._role, int(self._days), int(self._uses), " ".join(self.note.text().split()))
        self.note.clear()
        self._wishes.ask(lambda studio: studio.invite(wanted))
