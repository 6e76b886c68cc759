"""The button that plays what explains a call: its spoken or filmed brief."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from roomtone.gui.views.together.parts import relabel
from roomtone.gui.views.together.wishes import Wishes
from roomtone.studio.together_snapshot import BriefView, PartKind


class BriefButton(QPushButton):
    """A spoken brief plays here, and stops; a filmed one plays in the studio once it is here."""

    def __init__(self, wishes: Wishes, role: str = "") -> None:
        super().__init__()
        self._wishes = wishes
        self._brief: BriefView | None = None
        self._playing = ""
        self.setObjectName("brief")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if role:
            self.setProperty("role", role)
        self.clicked.connect(self._press)

    def show_brief(self, brief: BriefView | None) -> None:
        """Be for the brief of a call; without one it does nothing."""
        self._brief = brief
        self._say()

    def show_playing(self, take: str) -> None:
        """Be told which take is heard now, "" for none."""
        if take != self._playing:
            self._playing = take
            self._say()

    def _say(self) -> None:
        brief = self._brief
        if brief is None:
            return
        text = "Play the brief"
        if brief.take == self._playing:
            text = "Stop the brief"
        elif brief.kind is not PartKind.SOUND:
            text = "Watch the brief" if brief.file else "Fetching the brief …" if brief.fetching else "Fetch the brief"
        relabel(self, text, f"{text.rstrip(' …')}: {brief.title}")
        self.setEnabled(brief.kind is PartKind.SOUND or bool(brief.file) or not brief.fetching)

    def _press(self) -> None:
        brief = self._brief
        if brief is None:
            return
        if brief.take == self._playing:
            self._wishes.lead("pause")
        elif brief.kind is PartKind.SOUND or brief.file:
            self._wishes.ask(lambda studio: studio.listen(brief.take))
            if brief.kind is not PartKind.SOUND:
                # Films are seen there, and there its answer is recorded.
                self._wishes.lead("studio")
        else:
            self._wishes.ask(lambda studio: studio.fetch(brief.take))
