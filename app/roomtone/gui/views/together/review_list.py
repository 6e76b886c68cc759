"""The list of the project's takes on the review page, the unheard first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.review import FILTERS, empty_words, suits
from roomtone.gui.views.parts import ElidedLabel
from roomtone.gui.views.together.parts import Rows, button, words
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.lines import Line, Tone
from roomtone.studio.together_snapshot import ReviewTake, ReviewView
from roomtone.wire.project.state import Stage

# More rows than anybody reads at once cost time whenever the list is shown.
_AT_ONCE = 100


class TakeRow(QPushButton):
    """A take in the list. One that waits for the person to hear it says so with a dot."""

    def __init__(self, look: Look, take: ReviewTake, chosen: bool) -> None:
        super().__init__()
        self.take = take.id
        said = " · ".join(part for part in (take.person.name, _stage(take), _comments(take.comment_count)) if part)
        self.setObjectName("choose")
        self.setProperty("role", "row")
        self.setCheckable(True)
        self.setChecked(chosen)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{take.title}, {said}")
        self.setToolTip(f"{take.title}\n{said}")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        size = look.tokens.type
        title = ElidedLabel(look, size.body, 500)
        title.show_text(take.title)
        below = ElidedLabel(look, size.small, colour="muted")
        waits = take.may_judge and take.stage is Stage.SUBMITTED
        if waits:
            below.show_line(Line(said, Tone.LOOK))
        else:
            below.show_text(said)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(10), look.px(7), look.px(10), look.px(7))
        column.setSpacing(look.tokens.space.hair)
        for label in (title, below):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        self._column = column

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()


class TakeList(QScrollArea):
    """The list with its filter. ``chose`` carries the take to look at, ``filtered`` that another part is listed."""

    chose = Signal(str)
    filtered = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._view = ReviewView()
        self._filter = "all"
        self._most = _AT_ONCE
        self.filter = ChoiceBox(look, "Which takes", "Which takes are listed")
        self.filter.show_entries(list(FILTERS), self._filter)
        self.filter.chose.connect(self._choose_filter)
        self.count = words("", "muted")
        self.none = words("", "muted")
        self.rows: Rows[tuple[ReviewTake, bool]] = Rows(look, self._row, lambda pair: pair[0].id)
        self.more = button("Show more", "Show more takes", self._show_more, "plain")
        inner = QWidget()
        inner.setObjectName("side")
        space = look.tokens.space
        column = QVBoxLayout(inner)
        column.setContentsMargins(space.medium, space.medium, space.medium, space.medium)
        column.setSpacing(space.small)
        for widget in (self.filter, self.count, self.rows, self.none, self.more):
            column.addWidget(widget)
        column.addStretch(1)
        self.setObjectName("list")
        self.setAccessibleName("Takes")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    @property
    def listed(self) -> list[ReviewTake]:
        """The takes that were asked for, whether there is room to show them or not."""
        return [take for take in self._view.takes if suits(take, self._filter)]

    def show_list(self, view: ReviewView) -> None:
        """Show the takes of a view."""
        self._view = view
        listed = self.listed
        self.rows.show_rows([(take, take.id == view.selected) for take in listed[: self._most]])
        self.more.setVisible(len(listed) > self._most)
        self.none.setText("" if listed else empty_words(self._filter))
        self.none.setVisible(not listed)
        self.count.setText(f"{view.unheard} not heard yet" if view.unheard else "Everything was heard")

    def _row(self, pair: tuple[ReviewTake, bool]) -> QWidget:
        take, chosen = pair
        row = TakeRow(self._look, take, chosen)
        row.clicked.connect(lambda: self._choose(row))
        return row

    def _choose(self, row: TakeRow) -> None:
        # Which row is checked follows what is looked at, never the click alone.
        row.setChecked(row.take == self._view.selected)
        self.chose.emit(row.take)

    def _choose_filter(self, value: str) -> None:
        self._filter, self._most = value, _AT_ONCE
        self.show_list(self._view)
        self.filtered.emit()

    def _show_more(self) -> None:
        self._most += _AT_ONCE
        self.show_list(self._view)


def _stage(take: ReviewTake) -> str:
    return "not heard yet" if take.may_judge and take.stage is Stage.SUBMITTED else take.stage.value


def _comments(count: int) -> str:
    return f"{count} comment{'' if count == 1 else 's'}" if count else ""
