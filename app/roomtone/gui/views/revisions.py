"""The revisions of a page: one is chosen to be read, and may become the page again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QPushButton

from roomtone.gui.look import Look
from roomtone.gui.presenters.drafts import count_words
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.snapshot import RevisionView

_NOW = "As it is now"


class Revisions(QObject):
    """A choice and a button, for a row of their page.

    ``number`` is the one that is read, from 0, the oldest first; ``None`` for the page as it is. ``turned`` tells
    that another one is, ``restored`` that it is to be the page.
    """

    turned = Signal()
    restored = Signal(int)

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self.number: int | None = None
        self._revisions: Sequence[RevisionView] = ()
        self.choice = ChoiceBox(look, "Revision", "How the page once read")
        self.choice.setMinimumContentsLength(20)
        self.restore = QPushButton("Write on from here")
        self.restore.setAccessibleName("Write on from here")
        self.restore.setAccessibleDescription("Make this revision the page; what it was until now becomes a revision")
        self.restore.setToolTip(self.restore.accessibleDescription())
        self.restore.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.choice.chose.connect(self._turn)
        self.restore.clicked.connect(self._restore)
        self.show_revisions(())

    @property
    def text(self) -> str | None:
        """The text of the revision that is read."""
        return self._revisions[self.number].text if self.number is not None else None

    @property
    def when(self) -> str:
        """When the page read like that, for people."""
        return self._revisions[self.number].when if self.number is not None else ""

    def show_revisions(self, revisions: Sequence[RevisionView]) -> None:
        """Show those of a page, the newest first."""
        self._revisions = revisions
        if self.number is not None and self.number >= len(revisions):
            self.number = None
        numbered = list(enumerate(revisions))
        entries = [("", _NOW), *((str(number), _label(one)) for number, one in reversed(numbered))]
        self.choice.show_entries(entries, "" if self.number is None else str(self.number))
        self.restore.setVisible(self.number is not None)
        self.choice.setVisible(bool(revisions))

    def leave(self) -> None:
        """Read the page as it is."""
        self.number = None
        self.show_revisions(self._revisions)

    def _turn(self, value: str) -> None:
        self.number = int(value) if value else None
        self.show_revisions(self._revisions)
        self.turned.emit()

    def _restore(self) -> None:
        if self.number is not None:
            number = self.number
            self.leave()
            self.restored.emit(number)


def _label(revision: RevisionView) -> str:
    words = count_words(revision.text)
    return f"{revision.when} · {words} word{'' if words == 1 else 's'}"
