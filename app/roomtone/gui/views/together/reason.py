"""Where a leader says why a take is kept for later."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.together.parts import Flow, TextField, button, words


class ReasonView(QWidget):
    """The reason, kept for each take until it was given. ``given`` carries the take and the reason."""

    given = Signal(str, str)
    left = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._take = ""
        self._may = False
        self._typed: dict[str, str] = {}
        self.text = TextField(look, "Reason", "Why not now? Whoever made it reads this", 2)
        self.fault = words("Say why: whoever made it reads this", "look")
        self.keep = button("Keep for later", "Keep for later, with this reason", self._give)
        self.cancel = button("Cancel", "Cancel: leave it as it was", self._leave, "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        for part in (self.text, self.fault, Flow(look, self.keep, self.cancel)):
            column.addWidget(part)
        self.text.kept.connect(self._give)
        self.text.left.connect(self._leave)
        self.hide()

    def show_take(self, take: str, may: bool) -> None:
        """Belong to a take. What was typed about another one is kept for when that one is looked at again."""
        self._may = may
        if take != self._take:
            self._keep_typed()
            self._take = take
            self.text.setPlainText(self._typed.get(take, ""))
            self.fault.hide()
            self.setVisible(may and take in self._typed)
        elif not may:
            self.hide()

    def begin(self) -> None:
        """Ask for the reason."""
        self.show()
        self.fault.hide()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep_typed(self) -> None:
        typed = self.text.toPlainText()
        if self._take and typed.strip():
            self._typed[self._take] = typed
        else:
            self._typed.pop(self._take, None)

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    def _give(self) -> None:
        reason = self.text.toPlainText().strip()
        self.fault.setVisible(not reason)
        if not reason or not self._may:
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        take = self._take
        self.text.clear()
        self._leave()
        self.given.emit(take, reason)
