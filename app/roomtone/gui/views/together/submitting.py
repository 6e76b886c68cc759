"""What stands between recording a take and giving it away: the check, who is in it, and the terms."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.choosing import Choice
from roomtone.gui.views.together.consent import ConsentFields
from roomtone.gui.views.together.parts import Card, Rows, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import FindingView, ReviewTake
from roomtone.wire.project.licences import WITHDRAWAL
from roomtone.wire.project.state import Stage


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
        self.consent = ConsentFields(look)
        self.terms = words("", "muted")
        self.give = button("Submit", "Submit this take to the project", self._submit, "primary")
        self.column.addWidget(words("Submit this take", "strong"))
        for widget in (self.call, self.check, self.consent, self.terms):
            self.column.addWidget(widget)
        self.column.addWidget(self.give, 0, Qt.AlignmentFlag.AlignLeft)
        self.call.chose.connect(self._answer)
        self.show_terms("")

    def show_submit(self, take: ReviewTake) -> None:
        """Show it for a take that may be submitted."""
        self.setVisible(take.mine and take.stage in (Stage.OWN, Stage.WITHDRAWN))
        self.check.show_rows(take.findings)
        self._answers = take.call
        self._show_call()
        if take.id != self._take:
            self._take = take.id
            self.consent.show_consent(take.consent)

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

    def _submit(self) -> None:
        consent, take = self.consent.answers(), self._take
        if consent is not None:
            self._wishes.ask(lambda studio: studio.submit(take, consent))
