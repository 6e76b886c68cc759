"""What stands between recording a take and giving it away: the check, who is in it, and the terms."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.choosing import Choice
from roomtone.gui.views.ticks import Tick
from roomtone.gui.views.together.parts import Card, Rows, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import FindingView, ReviewTake
from roomtone.wire.project.items import Consent, InShot, Minors
from roomtone.wire.project.licences import WITHDRAWAL
from roomtone.wire.project.state import Stage

E = TypeVar("E", bound=StrEnum)


class SignLine(QWidget):
    """A line of the check: its sign says how it stands, not its colour alone."""

    def __init__(self, look: Look, finding: FindingView) -> None:
        super().__init__()
        self._look = look
        self._good = finding.good
        said = f"{'As asked' if finding.good else 'Look here'}: {finding.text}"
        self.setAccessibleName(said)
        self.setToolTip(said)
        label = words(finding.text, "muted" if finding.good else "look")
        label.setAccessibleName(said)
        across = QHBoxLayout(self)
        across.setContentsMargins(look.px(24), 0, 0, 0)
        across.addWidget(label)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        side = self._look.px(16)
        name, colour = ("check", "safe") if self._good else ("triangle-alert", "look")
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._look.icon(name, colour, side, self.devicePixelRatioF()))
        painter.end()


class SubmitCard(Card):
    """The card of an own take that was not given yet, or was taken back."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__(look, "Submit this take")
        self._look = look
        self._wishes = wishes
        self._take = ""
        self.check: Rows[FindingView] = Rows(look, self._finding, lambda finding: finding.text)
        self.call = ChoiceBox(look, "What it answers", "The call that this take answers")
        self._calls: tuple[Choice, ...] = ()
        self._answers = ""
        self.in_shot = ChoiceBox(look, "Who can be seen or heard", "Who can be seen or heard in it")
        self.minors = ChoiceBox(look, "Children", "Whether children are in it")
        self.machines = Tick(look, "Programs may be trained with it")
        self.voice = Tick(look, "A voice like the one in it may be made")
        for box in (self.machines, self.voice):
            box.setAccessibleName(box.text())
        self._location = False
        self.terms = words("", "muted")
        self.fault = words("Say who is in it, and whether children are", "look")
        self.give = button("Submit", "Submit this take to the project", self._submit, "primary")
        self._shot, self._minors = InShot.UNSAID, Minors.UNSAID
        self.column.addWidget(words("Submit this take", "strong"))
        for widget in (
            self.call, self.check, self.in_shot, self.minors, self.machines, self.voice, self.terms, self.fault,
        ):  # fmt: skip
            self.column.addWidget(widget)
        self.column.addWidget(self.give, 0, Qt.AlignmentFlag.AlignLeft)
        self.call.chose.connect(self._answer)
        self.in_shot.chose.connect(self._choose_shot)
        self.minors.chose.connect(self._choose_minors)
        self.fault.hide()
        self.show_terms("")

    def show_submit(self, take: ReviewTake) -> None:
        """Show it for a take that may be submitted."""
        self.setVisible(take.mine and take.stage in (Stage.OWN, Stage.WITHDRAWN))
        self.check.show_rows(take.findings)
        self._answers = take.call
        self._show_call()
        if take.id == self._take:
            return
        self._take = take.id
        self.fault.hide()
        consent = take.consent
        self._choose_shot(consent.in_shot.value)
        self._choose_minors(consent.minors.value)
        # Whether the place is kept was settled when the file was brought in: nothing here can bring it back.
        self._location = consent.location
        for box, on in ((self.machines, consent.machines), (self.voice, consent.voice)):
            box.setChecked(on)

    def show_terms(self, terms: str) -> None:
        """Show under which terms takes are given to the project."""
        self.terms.setText(f"{terms} {WITHDRAWAL}" if terms else WITHDRAWAL)

    def show_calls(self, calls: tuple[Choice, ...]) -> None:
        """Let one of these open calls be answered with the take: ids with titles."""
        self._calls = calls
        self._show_call()

    def _show_call(self) -> None:
        entries = [("", "It answers no call"), *((call, f"For “{title}”") for call, title in self._calls)]
        if all(call != self._answers for call, _ in entries):
            entries.append((self._answers, "For a call that is closed"))
        self.call.show_entries(entries, self._answers)
        self.call.setVisible(len(entries) > 1)

    def _answer(self, call: str) -> None:
        take = self._take
        # What was chosen is shown, and checked, once it is so.
        self._show_call()
        self._wishes.ask(lambda studio: studio.answer_with(take, call))

    def _finding(self, finding: FindingView) -> QWidget:
        return SignLine(self._look, finding)

    def _choose_shot(self, value: str) -> None:
        self._shot = InShot(value)
        self.in_shot.show_entries(_entries(InShot, "Who can be seen or heard? …"), value)

    def _choose_minors(self, value: str) -> None:
        self._minors = Minors(value)
        self.minors.show_entries(_entries(Minors, "Are children in it? …"), value)

    def _submit(self) -> None:
        unsaid = self._shot is InShot.UNSAID or self._minors is Minors.UNSAID
        self.fault.setVisible(unsaid)
        if unsaid:
            return
        consent = Consent(self._shot, self._minors, self.machines.isChecked(), self.voice.isChecked(), self._location)
        take = self._take
        self._wishes.ask(lambda studio: studio.submit(take, consent))


def _entries(kind: type[E], unsaid: str) -> list[tuple[str, str]]:
    return [(one.value, (one.value[:1].upper() + one.value[1:]) or unsaid) for one in kind]
