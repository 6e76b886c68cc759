"""A take that is a PDF: one page at a time, leafed through by button and key, with a part of it chosen to speak of."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.review import page_words
from roomtone.gui.presenters.words import problem_line
from roomtone.gui.views.together.parts import Flow, button, words
from roomtone.gui.views.together.seeing import PictureView
from roomtone.studio.together_snapshot import PageView
from roomtone.wire.project.items import Region

Part = tuple[float, float, float, float]


class PagesView(QWidget):
    """The page with its buttons. ``turned`` wishes for another page, ``chosen`` tells that the framed part changed.

    ``placed`` tells that a part which was asked for is framed now, on a page that may have had to be drawn first.
    """

    turned = Signal(int)
    chosen = Signal()
    placed = Signal()

    def __init__(self, look: Look, store: PictureStore) -> None:
        super().__init__()
        self._take = ""
        self._page = PageView()
        self._aim = 0
        self._awaited: tuple[int, Part | None] | None = None
        self.picture = PictureView(look, store)
        self.where = words("", "muted")
        self.problem = words("", "look")
        self.back = button("Previous", "Previous page", lambda: self._step(-1))
        self.on = button("Next", "Next page", lambda: self._step(1))
        self.back.setToolTip("Previous page (Page Up)")
        self.on.setToolTip("Next page (Page Down)")
        self._turning = Flow(look, self.back, self.on, self.where)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.tokens.space.small)
        # Above the page, where they stay however high a page is.
        for widget in (self._turning, self.problem, self.picture):
            column.addWidget(widget)
        self.picture.chosen.connect(self.chosen)

    @property
    def region(self) -> Region | None:
        """The part of the page that is chosen to speak of."""
        region = self.picture.region
        return msgspec.structs.replace(region, page=self._page.number) if region is not None else None

    def show_page(self, take: str, page: PageView | None) -> None:
        """Show a page of a take; ``None`` where it is no PDF."""
        self.setVisible(page is not None)
        if take != self._take or page is None:
            self._take, self._aim, self._awaited = take, 0, None
        self._page = page = page or PageView()
        if not page.turning:
            self._aim = page.number
        said = page_words(page)
        self.where.setText(said)
        self.picture.setAccessibleName(said)
        self.picture.show_page(page.file, page.height / page.width if page.width else 0.0)
        self.problem.setText(problem_line(page.problem) if page.problem is not None else "")
        self.problem.setVisible(page.problem is not None)
        self._enable()
        if self._awaited is not None and self._awaited[0] == page.number:
            self._place()

    def show_part(self, number: int, part: Part | None) -> None:
        """Go to the page of a comment, and frame the part that it is about."""
        self._awaited = (number, part)
        if number == self._page.number and self._aim == number:
            self._place()
        else:
            self._turn(number)

    def clear(self) -> None:
        """Speak of all of it again."""
        self.picture.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_PageUp: self._aim - 1,
            Qt.Key.Key_PageDown: self._aim + 1,
            Qt.Key.Key_Home: 1,
            Qt.Key.Key_End: self._page.count,
        }
        number = steps.get(Qt.Key(event.key()))
        # A document of one page leaves the keys to what it stands on.
        if number is None or self._page.count < 2:
            super().keyPressEvent(event)
        elif 1 <= number <= self._page.count and number != self._aim:
            self._leave(number)

    def _step(self, step: int) -> None:
        self._leave(min(self._aim + step, self._page.count))

    def _leave(self, number: int) -> None:
        """Turn to a page by hand; what a comment is about is not waited for any more."""
        self._awaited = None
        self._turn(number)

    def _turn(self, number: int) -> None:
        self._aim = number
        self._enable()
        self.turned.emit(number)

    def _enable(self) -> None:
        several = self._page.count > 1 or self._page.number > 1
        self._turning.setVisible(several or not self._page.number)
        for one, on in ((self.back, self._aim > 1), (self.on, self._aim < self._page.count)):
            # Whoever leafs by keyboard stays at the page, where the keys go on, when a button has come to its end.
            if not on and one.hasFocus():
                self.picture.setFocus(Qt.FocusReason.OtherFocusReason)
            one.setEnabled(on)
            one.setVisible(several)

    def _place(self) -> None:
        assert self._awaited is not None
        _, part = self._awaited
        self._awaited = None
        self.picture.show_region(part)
        self.placed.emit()
