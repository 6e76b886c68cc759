"""What the maker of a take says about those in it, and what may be done with it."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.ticks import Tick
from roomtone.gui.views.together.parts import Card, Flow, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import ReviewTake
from roomtone.wire.project.items import Consent, InShot, Minors
from roomtone.wire.project.state import Stage

E = TypeVar("E", bound=StrEnum)


class ConsentFields(QWidget):
    """The questions. What matters most of them has no answer until it is given."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.in_shot = ChoiceBox(look, "Who can be seen or heard", "Who can be seen or heard in it")
        self.minors = ChoiceBox(look, "Children", "Whether children are in it")
        self.machines = Tick(look, "Programs may be trained with it")
        self.voice = Tick(look, "A voice like the one in it may be made")
        self.fault = words("Say who is in it, and whether children are", "look")
        self._shot, self._minors, self._location = InShot.UNSAID, Minors.UNSAID, False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        for widget in (self.in_shot, self.minors, self.machines, self.voice, self.fault):
            column.addWidget(widget)
        self.in_shot.chose.connect(self._choose_shot)
        self.minors.chose.connect(self._choose_minors)
        self.show_consent(Consent())

    def show_consent(self, consent: Consent) -> None:
        """Show what was said so far."""
        self._choose_shot(consent.in_shot.value)
        self._choose_minors(consent.minors.value)
        # Whether the place is kept was settled when the file was brought in: nothing here can bring it back.
        self._location = consent.location
        self.machines.setChecked(consent.machines)
        self.voice.setChecked(consent.voice)
        self.fault.hide()

    def answers(self) -> Consent | None:
        """Return what is said now; ``None``, and the reason in sight, while an answer is missing."""
        unsaid = self._shot is InShot.UNSAID or self._minors is Minors.UNSAID
        self.fault.setVisible(unsaid)
        if unsaid:
            return None
        return Consent(self._shot, self._minors, self.machines.isChecked(), self.voice.isChecked(), self._location)

    def _choose_shot(self, value: str) -> None:
        self._shot = InShot(value)
        self.in_shot.show_entries(_entries(InShot, "Who can be seen or heard? …"), value)

    def _choose_minors(self, value: str) -> None:
        self._minors = Minors(value)
        self.minors.show_entries(_entries(Minors, "Are children in it? …"), value)


class ConsentCard(Card):
    """The card with which the maker of a take that was given says it anew. ``left`` tells that it is closed again."""

    left = Signal()

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Who is in this take")
        self._wishes = wishes
        self._take, self._said = "", Consent()
        self.fields = ConsentFields(look)
        self.keep = button("Keep", "Keep what is said of those in this take", self._keep)
        self.cancel = button("Cancel", "Cancel: leave it as it was", self._leave, "plain")
        self.column.addWidget(words("Who is in this take", "strong"))
        self.column.addWidget(self.fields)
        self.column.addWidget(Flow(look, self.keep, self.cancel))
        self.hide()

    def show_take(self, take: ReviewTake) -> None:
        """Belong to a take; it is closed for another one, and for one that is nobody's to change here."""
        self._said = take.consent
        if take.id != self._take or not may_change(take):
            self._take = take.id
            self.hide()

    def begin(self) -> None:
        """Ask the questions."""
        self.fields.show_consent(self._said)
        self.show()
        self.fields.in_shot.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
        consent, take = self.fields.answers(), self._take
        if consent is not None:
            self._wishes.ask(lambda studio: studio.edit_consent(take, consent))
            self._leave()

    def _leave(self) -> None:
        self.hide()
        self.left.emit()


def may_change(take: ReviewTake) -> bool:
    """Return whether what was said of those in a take is changed by itself; before, it is said by submitting."""
    return take.mine and take.stage not in (Stage.OWN, Stage.WITHDRAWN)


def _entries(kind: type[E], unsaid: str) -> list[tuple[str, str]]:
    return [(one.value, (one.value[:1].upper() + one.value[1:]) or unsaid) for one in kind]
