"""People: who is in the project, how somebody comes in, and the keys to one's account."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.joining import JoinForm
from roomtone.gui.views.together.parts import Card, Flow, Rows, Scroll, TextField, button, field, person_line, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import DeviceView, InviteView, PeopleView, Person
from roomtone.wire.project.people import MIN_PASSPHRASE, Role

_GIVEN = (Role.CONTRIBUTOR, Role.REVIEWER, Role.GUEST, Role.LEADER)
_DAYS = (("1", "for a day"), ("7", "for a week"), ("14", "for two weeks"), ("90", "for three months"))


class PeoplePage(Scroll):
    """The page."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "People", 760)
        self._look = look
        self._wishes = wishes
        self._view: PeopleView | None = None
        self._role, self._days = Role.CONTRIBUTOR, "14"
        self.server = words("", "muted")
        self.people: Rows[tuple[Person, bool]] = Rows(look, self._person, lambda pair: pair[0].account)
        self.profile = ProfileCard(look, wishes)
        self.invites: Rows[InviteView] = Rows(look, self._invite, lambda view: view.id)
        self.role = ChoiceBox(look, "Role of whoever comes in by it", "What whoever comes in by the link may do")
        self.days = ChoiceBox(look, "How long the link works", "How long the link works")
        self.invite = button("Make a link", "Make a link that invites people", self._make)
        self._inviting = Flow(look, self.role, self.days, self.invite)
        self.devices: Rows[DeviceView] = Rows(look, self._device, lambda view: view.id)
        self.join = JoinForm(look, wishes)
        self.account = AccountCard(look, wishes)
        self._assemble()

    def show_people(self, view: PeopleView) -> None:
        """Show the page."""
        if view is self._view:
            return
        self._view = view
        reached = "" if view.online else " – not reached right now"
        self.server.setText(f"{view.server}{reached}")
        self.people.show_rows([(person, view.may_manage) for person in view.people])
        me = next((person for person in view.people if person.me), None)
        self.profile.show_profile(me)
        self.invites.show_rows(view.invites)
        for widget in (self._invites_title, self._inviting):
            widget.setVisible(view.may_invite)
        self.role.show_entries([(one.value, one.value.capitalize()) for one in _GIVEN], self._role.value)
        self.days.show_entries(list(_DAYS), self._days)
        self.devices.show_rows(view.devices)
        self._devices_title.setVisible(bool(view.devices))
        self.join.show_invitation(view.invitation)
        self.account.show_account(view)

    def _assemble(self) -> None:
        self.column.addWidget(words("People", "heading"))
        self.column.addWidget(self.server)
        self.column.addWidget(self.people)
        self.section("You")
        self.column.addWidget(self.profile)
        self._invites_title = self.section("Links that invite")
        self.column.addWidget(self._inviting)
        self.column.addWidget(self.invites)
        self.section("Join or come back")
        self.column.addWidget(self.join)
        self.column.addWidget(self.account)
        self._devices_title = self.section("Where you are logged in")
        self.column.addWidget(self.devices)
        self.column.addStretch(1)
        for box in (self.role, self.days):
            box.setMinimumContentsLength(12)
        self.role.chose.connect(self._choose_role)
        self.days.chose.connect(self._choose_days)

    def _person(self, pair: tuple[Person, bool]) -> QWidget:
        person, may = pair
        name = f"{person.name} (you)" if person.me else person.name
        said = [person.role.value, "no passphrase yet" if person.guest and person.me else "", ", ".join(person.skills)]
        more: list[QWidget] = [words(name, "strong"), words(" · ".join(part for part in said if part), "muted")]
        if may and person.manageable:
            role = ChoiceBox(self._look, f"Role of {person.name}", f"What {person.name} may do here")
            role.setObjectName("role")
            role.setMinimumContentsLength(10)
            role.show_entries([(one.value, one.value.capitalize()) for one in Role], person.role.value)
            role.chose.connect(lambda value: self._wishes.ask(lambda s: s.set_role(person.account, Role(value))))
            more.append(role)
            more.append(self._sure("Let go", f"Let {person.name} go; their takes and name stay", person.account))
        line = person_line(self._look, person, *more, named=True)
        if person.about:
            line.setToolTip(person.about)
        return line

    def _sure(self, text: str, name: str, account: str) -> QWidget:
        """Return a button that asks once more where it stands, before somebody is let go."""
        made = button(text, name, lambda: None, "plain")

        def act() -> None:
            if made.text() == text:
                made.setText("Really?")
                made.setAccessibleName(f"Really? {name}")
            else:
                self._wishes.ask(lambda studio: studio.let_go(account))

        made.clicked.connect(act)
        return made

    def _invite(self, view: InviteView) -> QWidget:
        card = Card(self._look, f"Link for a {view.role.value}")
        card.column.addWidget(words(f"{view.role.value.capitalize()} · {view.detail}", "" if view.open else "muted"))
        if view.link:
            line = QLineEdit(view.link)
            line.setReadOnly(True)
            line.setAccessibleName("The link")
            card.column.addWidget(line)
            card.column.addWidget(words("It is shown once: copy it now.", "look"))
        acts: list[QWidget] = []
        if view.link:
            acts.append(button("Copy", "Copy the link", lambda: QApplication.clipboard().setText(view.link)))
        if view.open:
            wish = self._wishes
            acts.append(
                button(
                    "Revoke",
                    "Let this link open nothing any more",
                    lambda: wish.ask(lambda s: s.revoke_invite(view.id)),
                    "plain",
                )
            )
        if acts:
            card.column.addWidget(Flow(self._look, *acts))
        return card

    def _device(self, view: DeviceView) -> QWidget:
        line = QWidget()
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        name = f"{view.name or 'A device'}{' (this one)' if view.current else ''}"
        across.addWidget(words(name), 1)
        across.addWidget(QLabel(view.detail))
        if not view.current:
            across.addWidget(
                button(
                    "Log out", f"Log {name} out", lambda: self._wishes.ask(lambda s: s.revoke_device(view.id)), "plain"
                )
            )
        return line

    def _choose_role(self, value: str) -> None:
        self._role = Role(value)

    def _choose_days(self, value: str) -> None:
        self._days = value

    def _make(self) -> None:
        role, days = self._role, int(self._days)
        self._wishes.ask(lambda studio: studio.invite(role, days))


class ProfileCard(Card):
    """What one plays or makes here, and how much time there is: it decides what is offered next."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Your profile")
        self._wishes = wishes
        self._shown: Person | None = None
        self.skills = field("What you play or make", "What you play or make: bass, drawing, editing")
        self.minutes = field("Minutes", "Minutes you have, or nothing", most=4)
        self.about = TextField(look, "About you", "Anything others should know", 2)
        self.keep = button("Keep", "Keep your profile", self._keep)
        for widget in (self.skills, self.minutes, self.about):
            self.column.addWidget(widget)
        self.column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeft)

    def show_profile(self, me: Person | None) -> None:
        """Show it. What is being typed stays."""
        self.setVisible(me is not None)
        before, self._shown = self._shown, me
        if me is None or (before is not None and (before.skills, before.about) == (me.skills, me.about)):
            return
        if not any(one.hasFocus() for one in (self.skills, self.minutes, self.about)):
            self.skills.setText(", ".join(me.skills))
            self.about.setPlainText(me.about)

    def _keep(self) -> None:
        skills = tuple(skill for part in self.skills.text().split(",") if (skill := " ".join(part.split())))
        text = self.minutes.text().strip()
        minutes = int(text) if text.isascii() and text.isdigit() else 0
        about = self.about.toPlainText().strip()
        self._wishes.ask(lambda studio: studio.edit_profile(skills, about, minutes))


class AccountCard(Card):
    """The passphrase, moving a project, and the way back to this computer's own server."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Your account")
        self._wishes = wishes
        self.guest = words("", "muted")
        self.old = field("Passphrase until now", "Passphrase until now", most=200)
        self.new = field("New passphrase", f"New passphrase, at least {MIN_PASSPHRASE} letters", most=200)
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
        for widget in (self.guest, self.old, self.new, Flow(look, self.keep, self.move_, self.leave)):
            self.column.addWidget(widget)

    def show_account(self, view: PeopleView) -> None:
        """Show what can be done."""
        self.setVisible(not view.embedded or view.can_move)
        self.guest.setText("You are a guest: choose a passphrase to come back from elsewhere." if view.guest else "")
        self.guest.setVisible(view.guest)
        self.old.setVisible(not view.embedded and not view.guest)
        for widget in (self.new, self.keep, self.leave):
            widget.setVisible(not view.embedded)
        self.move_.setVisible(view.can_move)

    def _set(self) -> None:
        new, old = self.new.text(), self.old.text()
        if len(new) < MIN_PASSPHRASE:
            self.new.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._wishes.ask(lambda studio: studio.set_passphrase(new, old))
        self.new.clear()
        self.old.clear()
