"""People: who is in the project, how somebody comes in, and the keys to one's account."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.account import AccountCard, ProfileCard
from roomtone.gui.views.together.inviting import Inviting
from roomtone.gui.views.together.joining import JoinForm
from roomtone.gui.views.together.nudge import NudgeForm
from roomtone.gui.views.together.parts import Card, Disc, Flow, Rows, Scroll, SureButton, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import DeviceView, PeopleView, Person
from roomtone.wire.project.people import Role

_HERE = (
    "This project lives on this computer, and nobody reaches it from elsewhere: a link made now works only here. "
    "Join a server, move the project there, and then invite people."
)
_ALONE = "Nobody else is here yet. Make a link below and send it to whoever should come: it works without an account."
_STRANGER = "Paste a link that somebody sent you below; you see what it leads to before you join."
_ASIDE = 400
_ROLES = [(one.value, one.value.capitalize()) for one in Role]


class PeoplePage(Scroll):
    """The page."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "People", 720, _ASIDE)
        self._look = look
        self._wishes = wishes
        self._view: PeopleView | None = None
        self.server = words("", "muted")
        self._alone = words("", "muted")
        self.people: Rows[tuple[Person, bool]] = Rows(look, self._person, lambda pair: pair[0].account)
        self.nudge = NudgeForm(look, wishes)
        self.profile = ProfileCard(look, wishes)
        self.links = Inviting(look, wishes)
        self.devices: Rows[DeviceView] = Rows(look, self._device, lambda view: view.id)
        self.recorder = button(
            "Key for a recorder",
            "Make a key for a recorder: it adds takes to this project and does nothing else",
            lambda: wishes.ask(lambda studio: studio.make_recorder_key()),
        )
        self.told: Rows[str] = Rows(look, self._told, lambda text: text)
        self.join = JoinForm(look, wishes)
        self.account = AccountCard(look, wishes)
        self._assemble()

    def begin_join(self) -> None:
        """Let a link be pasted at once."""
        self.join.link.setFocus(Qt.FocusReason.OtherFocusReason)
        # Where it stands is known once the page was laid out.
        QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(self.join))

    def show_people(self, view: PeopleView) -> None:
        """Show the page."""
        if view is self._view:
            return
        self._view = view
        reached = "" if view.online else " – not reached right now"
        self.server.setText(f"{view.server}{reached}")
        self.people.show_rows([(person, view.may_manage) for person in view.people])
        self._alone.setVisible(len(view.people) < 2 or view.embedded)
        invited = _HERE if view.embedded else _ALONE
        self._alone.setText(invited if view.may_invite else _STRANGER)
        me = next((person for person in view.people if person.me), None)
        self.profile.show_profile(me)
        self._you_title.setVisible(me is not None)
        self.links.show_invites(view.invites)
        for widget in (self._invites_title, self.links):
            widget.setVisible(view.may_invite)
        self.devices.show_rows(view.devices)
        self._devices_title.setVisible(bool(view.devices))
        self.recorder.setVisible(bool(view.devices) and not view.embedded)
        self.told.show_rows([view.recorder] if view.recorder else [])
        self.join.show_invitation(view.invitation)
        self.account.show_account(view)

    def _assemble(self) -> None:
        self.column.addWidget(words("People", "heading"))
        self.column.addWidget(self.server)
        self.column.addWidget(self.people)
        self.column.addWidget(self.nudge)
        self.column.addWidget(self._alone)
        self._invites_title = self.section("Links that invite")
        self.column.addWidget(self.links)
        self._devices_title = self.section("Where you are logged in")
        self.column.addWidget(self.devices)
        self.column.addWidget(Flow(self._look, self.recorder))
        self.column.addWidget(self.told)
        self.column.addStretch(1)
        self._you_title = self.section("You", beside=True)
        self.side.addWidget(self.profile)
        self.section("Join or come back", beside=True)
        self.side.addWidget(self.join)
        self.side.addWidget(self.account)
        self.side.addStretch(1)

    def _person(self, pair: tuple[Person, bool]) -> QWidget:
        person, may = pair
        name = f"{person.name} (you)" if person.me else person.name
        said = [person.role.value, "no passphrase yet" if person.guest and person.me else "", ", ".join(person.skills)]
        line, small = QWidget(), self._look.tokens.space.small
        across, column = QHBoxLayout(line), QVBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(small)
        column.setSpacing(0)
        column.addWidget(words(name, "strong"))
        column.addWidget(words(" · ".join(part for part in said if part), "muted"))
        if person.about:
            column.addWidget(words(person.about, "muted"))
        across.addWidget(Disc(self._look, person))
        across.addLayout(column, 1)
        if may and person.manageable:
            role = ChoiceBox(self._look, f"Role of {person.name}", f"What {person.name} may do here")
            role.setObjectName("role")
            role.setMinimumContentsLength(10)
            role.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            role.show_entries(_ROLES, person.role.value)
            role.chose.connect(lambda value: self._set_role(person, role, Role(value)))
            nudge = button(
                "Nudge …", f"Nudge {person.name}: send them a word", lambda: self.nudge.begin(person), "plain"
            )
            for widget in (nudge, role, self._parting(person)):
                across.addWidget(widget)
        return line

    def _set_role(self, person: Person, box: ChoiceBox, role: Role) -> None:
        # The box shows what is so; what was chosen is shown once it is, and a refusal leaves it as it was.
        box.show_entries(_ROLES, person.role.value)
        self._wishes.ask(lambda studio: studio.set_role(person.account, role))

    def _parting(self, person: Person) -> QWidget:
        """Return the button that lets somebody go, which asks once more where it stands."""
        name = f"Let {person.name} go; their takes and name stay"
        wish = self._wishes
        return SureButton("Let go", name, lambda: wish.ask(lambda studio: studio.let_go(person.account)))

    def _device(self, view: DeviceView) -> QWidget:
        line, column = QWidget(), QVBoxLayout()
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(words(view.name, "strong" if view.current else ""))
        column.addWidget(words(view.detail, "muted"))
        across.addLayout(column, 1)
        if not view.current:
            wish = self._wishes
            out = f"Log {view.name} out"
            across.addWidget(SureButton("Log out", out, lambda: wish.ask(lambda s: s.revoke_device(view.id))))
        else:
            wish = self._wishes
            name = "Give this computer a new key; the old one opens nothing any more"
            across.addWidget(button("New key", name, lambda: wish.ask(lambda s: s.rotate_key()), "plain"))
        return line

    def _told(self, text: str) -> QWidget:
        card = Card(self._look, "Key for a recorder")
        card.column.addWidget(words("On the recorder, run this. It is shown once: copy it now.", "look"))
        line = QLineEdit(text)
        line.setReadOnly(True)
        line.setAccessibleName("The command")
        line.setCursorPosition(0)
        card.column.addWidget(line)
        copy = button("Copy", "Copy the command", lambda: QApplication.clipboard().setText(text))
        card.column.addWidget(Flow(self._look, copy))
        return card
