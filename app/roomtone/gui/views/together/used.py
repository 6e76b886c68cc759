"""How much of an accepted take is in the piece, as the credits say it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.seconds import read_seconds, write_seconds
from roomtone.gui.views.together.parts import field, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import ReviewTake
from roomtone.wire.project.state import Stage


class UsedView(QWidget):
    """One line to write a length on; empty stands for all of the take. Enter, or leaving it, says it."""

    def __init__(self, look: Look, wishes: Wishes) -> None:
        super().__init__()
        self._wishes = wishes
        self._take, self._said = "", ""
        self.length = field("How much of it is in the piece", "all of it", most=9)
        self.length.setFixedWidth(look.px(100))
        self.length.setToolTip("For the credits: 0:07, or nothing for all of it")
        self.fault = words("", "look")
        self.fault.hide()
        line = QHBoxLayout()
        line.setSpacing(look.tokens.space.small)
        line.addWidget(words("In the piece", "muted"))
        line.addWidget(self.length)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.hair)
        column.addLayout(line)
        column.addWidget(self.fault)
        self.length.editingFinished.connect(self._say)

    def show_take(self, take: ReviewTake) -> None:
        """Show what is said of a take. What is being typed of it stays."""
        self.setVisible(take.may_judge and take.stage is Stage.ACCEPTED and take.seconds > 0)
        said = write_seconds(take.used) if take.used else ""
        if take.id != self._take or (said != self._said and not self.length.hasFocus()):
            self.length.setText(said)
            self.fault.hide()
        self._take, self._said = take.id, said

    def _say(self) -> None:
        text = self.length.text().strip()
        try:
            seconds = read_seconds(text) if text else 0.0
        except ValueError as error:
            self.fault.setText(str(error))
            self.fault.show()
            return
        self.fault.hide()
        if text == self._said:
            return
        self._said = text
        take = self._take
        self._wishes.ask(lambda studio: studio.say_used(take, seconds))
