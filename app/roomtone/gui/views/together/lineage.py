"""Where takes come from, as a tree: a line for each take, below what it was made from."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.parts import ElidedLabel
from roomtone.gui.views.together.parts import Rows, button, words
from roomtone.studio.together_snapshot import BranchView

_INDENT = 20
# Deeper branches stand no further in, so that their titles keep their room.
_DEEPEST = 8
_AT_ONCE = 100


class BranchRow(QPushButton):
    """One take of the tree. What it hangs on is drawn, and said as a number of steps."""

    def __init__(self, look: Look, view: BranchView) -> None:
        super().__init__()
        self._look = look
        self._depth = min(view.depth, _DEEPEST)
        self.take = view.take
        said = " · ".join(part for part in (view.tie, view.person, view.stage.value) if part)
        self.setObjectName("branch")
        self.setProperty("role", "tree")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        deep = f", {view.depth} step{'' if view.depth == 1 else 's'} in" if view.depth else ""
        self.setAccessibleName(f"{view.title}, {said}{deep}")
        self.setToolTip(f"{view.title}\n{said}")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        title = ElidedLabel(look, look.tokens.type.body, 500, "muted" if view.again else "text")
        title.show_text(view.title)
        more = ElidedLabel(look, look.tokens.type.small, colour="muted")
        more.show_text(said)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(look.px(8 + _INDENT * self._depth), look.px(5), look.px(8), look.px(5))
        self._lines.setSpacing(look.tokens.space.hair)
        for label in (title, more):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._lines.addWidget(label)

    def sizeHint(self) -> QSize:
        return self._lines.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(80), self._lines.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._depth:
            return
        painter = QPainter(self)
        painter.setPen(QPen(self._look.colour("border"), 1))
        left, middle = self._look.px(8 + _INDENT * (self._depth - 1) + 6), self.height() / 2
        painter.drawLine(QPointF(left, 0), QPointF(left, middle))
        painter.drawLine(QPointF(left, middle), QPointF(left + self._look.px(_INDENT - 10), middle))
        painter.end()


class LineageView(QWidget):
    """The tree. ``chose`` carries the take to look at."""

    chose = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._branches: tuple[BranchView, ...] = ()
        self._most = _AT_ONCE
        self.rows: Rows[tuple[int, BranchView]] = Rows(look, self._row, lambda pair: str(pair[0]))
        self.none = words(
            "Nothing was submitted yet. A take that was recorded to another one hangs on it here.", "muted"
        )
        self.more = button("Show more", "Show more takes", self._show_more, "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.rows, self.none):
            column.addWidget(widget)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_lineage(self, branches: tuple[BranchView, ...]) -> None:
        """Show the tree."""
        self._branches = branches
        self.rows.show_rows(list(enumerate(branches[: self._most])))
        self.none.setVisible(not branches)
        self.more.setVisible(len(branches) > self._most)

    def _row(self, pair: tuple[int, BranchView]) -> QWidget:
        row = BranchRow(self._look, pair[1])
        row.clicked.connect(lambda: self.chose.emit(row.take))
        return row

    def _show_more(self) -> None:
        self._most += _AT_ONCE
        self.show_lineage(self._branches)
