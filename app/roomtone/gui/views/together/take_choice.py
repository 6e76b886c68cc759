"""A choice of several takes: those that were chosen, each with a way out, and a list to add another from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.choosing import Choice
from roomtone.gui.views.parts import IconButton
from roomtone.gui.views.together.parts import Rows, words
from roomtone.gui.views.transport import ChoiceBox

ELSEWHERE = "A take that is not shown here"
_OPENING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class AddBox(ChoiceBox):
    """A list that opens at every key that would choose: the first one on the way to another is not meant."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING or event.text().strip():
            self.showPopup()
        else:
            super().keyPressEvent(event)


class TakesChoice(QWidget):
    """``chosen`` are the takes by id, in the order in which they were added; ``add`` is the list."""

    def __init__(self, look: Look, name: str, said: str) -> None:
        super().__init__()
        self._look = look
        self._takes: tuple[Choice, ...] = ()
        self.chosen: list[str] = []
        self.rows: Rows[Choice] = Rows(look, self._row, lambda take: take[0])
        self.add = AddBox(look, name, said)
        self.add.setMinimumContentsLength(8)
        self.add.chose.connect(self._add)
        # What names this by its label means the list.
        self.setFocusProxy(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.tight)
        column.addWidget(self.rows)
        column.addWidget(self.add)

    def show_choice(self, takes: tuple[Choice, ...], chosen: Sequence[str]) -> None:
        """Begin with these, of takes that may be chosen; what is chosen already stays also where it is not known."""
        self._takes, self.chosen = takes, list(dict.fromkeys(chosen))
        self._show()

    def _show(self) -> None:
        titles = dict(self._takes)
        self.rows.show_rows([(take, titles.get(take, ELSEWHERE)) for take in self.chosen])
        others = [choice for choice in self._takes if choice[0] not in self.chosen]
        self.add.show_entries([("", "Another one …" if self.chosen else "None"), *others], "")
        self.add.setVisible(bool(others) or not self.chosen)

    def _row(self, take: Choice) -> QWidget:
        row, (identity, title) = QWidget(), take
        across = QHBoxLayout(row)
        across.setContentsMargins(self._look.px(10), 0, 0, 0)
        across.setSpacing(self._look.tokens.space.small)
        out = IconButton(self._look, "x", f"Leave out {title}")
        out.clicked.connect(lambda: self._leave_out(identity))
        across.addWidget(words(title), 1)
        across.addWidget(out)
        return row

    def _add(self, take: str) -> None:
        if take:
            self.chosen.append(take)
        self._show()

    def _leave_out(self, take: str) -> None:
        self.chosen.remove(take)
        self._show()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
