"""What the pages of what people do together are made of: cards, rows that keep the keyboard, and people's discs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from roomtone.gui.look import Look
from roomtone.gui.views.flow import FlowLayout
from roomtone.studio.lines import Tone
from roomtone.studio.together_snapshot import Person

V = TypeVar("V")


class Words(QLabel):
    """A text that breaks where its room ends."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        # Qt's own is a column of its taste; this is as wide as the text would like to be.
        self.ensurePolished()
        metrics = self.fontMetrics()
        width = max((metrics.horizontalAdvance(line) for line in self.text().split("\n")), default=0) + 2
        if not self.wordWrap():
            return super().sizeHint()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        # Qt's own is as high as the text would be in its narrowest column, which would hold the window high.
        return QSize(1, self.fontMetrics().height())


def words(text: str, role: str = "") -> QLabel:
    """Return a text that breaks where its room ends. A ``role`` is one of the style sheet's."""
    label = Words(text)
    if role:
        label.setProperty("role", role)
    return label


def chip(text: str, tone: Tone = Tone.QUIET) -> QLabel:
    """Return a word or two on a ground of their own; those that say *look here* are amber."""
    label = words(text, "chip-look" if tone is Tone.LOOK else "chip")
    label.setWordWrap(False)
    return label


def button(text: str, name: str, act: Callable[[], object], role: str = "") -> QPushButton:
    """Return a button. ``name`` says the whole of what it does, for those who do not see what it stands beside."""
    made = QPushButton(text)
    made.setObjectName(f"{text}/{name}")
    relabel(made, text, name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if role:
        made.setProperty("role", role)
    made.clicked.connect(lambda _=False: act())
    return made


def heading(text: str) -> QLabel:
    """Return the heading of a section: seen in capitals, said as it is written."""
    label = words(text.upper(), "section")
    label.setAccessibleName(text)
    return label


def relabel(made: QPushButton, text: str, name: str) -> None:
    """Let a button say something else. What is read on it is part of what it is called, for those who speak to it."""
    said = text.rstrip(" …")
    made.setText(text)
    made.setAccessibleName(name if said.casefold() in name.casefold() else f"{said}: {name}")
    made.setToolTip(name)


class SureButton(QPushButton):
    """A button that asks once more where it stands. Whoever goes elsewhere meanwhile has said no."""

    def __init__(self, text: str, name: str, act: Callable[[], object], role: str = "plain") -> None:
        super().__init__()
        self._asked = (text, name)
        self._act = act
        self.setProperty("role", role)
        self.setObjectName(f"{text}/{name}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._press)
        self._say(sure=False)

    @property
    def sure(self) -> bool:
        """Whether it has been pressed once."""
        return self.text() != self._asked[0]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._say(sure=False)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._say(sure=False)

    def _press(self) -> None:
        if self.sure:
            self._say(sure=False)
            self._act()
        else:
            self._say(sure=True)

    def _say(self, *, sure: bool) -> None:
        text, name = self._asked
        relabel(self, "Really?" if sure else text, name)


def field(name: str, placeholder: str = "", text: str = "", most: int = 300) -> QLineEdit:
    """Return a line to write on."""
    line = QLineEdit(text)
    line.setAccessibleName(name)
    line.setObjectName(name)
    line.setPlaceholderText(placeholder)
    line.setMaxLength(most)
    return line


class TextField(QPlainTextEdit):
    """Several lines to write on. Tab leaves it; Ctrl+Enter is ``kept``, Escape ``left``."""

    kept = Signal()
    left = Signal()

    def __init__(self, look: Look, name: str, placeholder: str = "", lines: int = 3) -> None:
        super().__init__()
        self.setObjectName("field")
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(look.px(22 + 19 * lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.kept.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        super().keyPressEvent(event)
        # The space bar writes here; it must never reach the record button.
        event.accept()


class Card(QFrame):
    """A ground with rounded corners, and a column on it."""

    def __init__(self, look: Look, name: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        if name:
            self.setAccessibleName(name)
        space = look.tokens.space
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(space.medium, space.medium, space.medium, space.medium)
        self.column.setSpacing(space.small)


class Flow(QWidget):
    """Controls beside each other that break as words do."""

    def __init__(self, look: Look, *controls: QWidget) -> None:
        super().__init__()
        self._flow = FlowLayout(self, look.tokens.space.small)
        for control in controls:
            self._flow.addWidget(control)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        return self._flow.heightForWidth(width)

    def hasHeightForWidth(self) -> bool:
        return True


class Disc(QWidget):
    """Somebody's initials on their colour."""

    def __init__(self, look: Look, person: Person) -> None:
        super().__init__()
        self._look = look
        self._person = person
        self.setAccessibleName(person.name)
        self.setToolTip(person.name)
        side = look.px(28)
        self.setFixedSize(QSize(side, side))
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        people = self._look.colours.people
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(people[self._person.colour % len(people)]))
        radius = self.width() / 2
        painter.drawEllipse(QPointF(radius, radius), radius, radius)
        painter.setPen(self._look.colour("on_accent"))
        painter.setFont(self._look.font(self._look.tokens.type.caption, 600))
        painter.drawText(QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), self._person.initials)
        painter.end()


class Rows(QWidget, Generic[V]):
    """A column of rows, one for each view. Rows whose view is the same stay; the keyboard stays where it was."""

    def __init__(self, look: Look, make: Callable[[V], QWidget], key: Callable[[V], str]) -> None:
        super().__init__()
        self._make = make
        self._key = key
        self._rows: dict[str, tuple[V, QWidget]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.tokens.space.small)

    def row(self, key: str) -> QWidget | None:
        """Return the row of a view."""
        found = self._rows.get(key)
        return found[1] if found is not None else None

    def show_rows(self, views: Sequence[V]) -> None:
        """Show these views in this order."""
        focus = self._focus()
        before, self._rows = self._rows, {}
        for place, view in enumerate(views):
            key = self._key(view)
            old = before.pop(key, None)
            if old is not None and old[0] == view:
                row = old[1]
            else:
                row = self._make(view)
                if old is not None:
                    _drop(old[1])
            self._rows[key] = (view, row)
            self._column.insertWidget(place, row)
            # The layout would show it later, and what cannot be seen yet does not take the keyboard.
            row.show()
        for _, row in before.values():
            _drop(row)
        self.setVisible(bool(self._rows))
        self._give_focus(focus)

    def _focus(self) -> tuple[str, str] | None:
        """Return which control of which row has the keyboard."""
        focus = QApplication.focusWidget()
        for key, (_, row) in self._rows.items():
            if focus is not None and row.isAncestorOf(focus):
                return key, focus.objectName()
        return None

    def _give_focus(self, focus: tuple[str, str] | None) -> None:
        row = self.row(focus[0]) if focus is not None else None
        if focus is None or row is None or ((now := QApplication.focusWidget()) is not None and row.isAncestorOf(now)):
            return
        found = [one for one in row.findChildren(QWidget) if one.focusPolicy() is not Qt.FocusPolicy.NoFocus]
        target = next((one for one in found if one.objectName() == focus[1]), found[0] if found else None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)


def _drop(row: QWidget) -> None:
    row.hide()
    row.deleteLater()


class Scroll(QScrollArea):
    """A page that scrolls down, its ``column`` in the middle and no wider than lines are read.

    With ``aside`` there is a second column, ``side``, so wide (in pixels at a scale of 1): beside the first one where
    there is room, and below it where there is not.
    """

    def __init__(self, look: Look, name: str, widest: int = 900, aside: int = 0) -> None:
        super().__init__()
        self._widest, self._aside = look.px(widest), look.px(aside)
        self._gap = look.tokens.space.small
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        space = look.tokens.space
        middle, self._sheet, self._main, self._beside = QWidget(), QWidget(), QWidget(), QWidget()
        middle.setObjectName("page")
        self._sheet.setMaximumWidth(self._widest)
        self.column, self.side = QVBoxLayout(self._main), QVBoxLayout(self._beside)
        for column in (self.column, self.side):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(space.medium)
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._sheet)
        self._both.setContentsMargins(space.large, space.wide, space.large, space.wide)
        self._both.setSpacing(space.wide)
        self._both.addWidget(self._main)
        self._both.addWidget(self._beside)
        self._both.addStretch(1)
        self._beside.setVisible(bool(aside))
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(self._sheet, 100)
        across.addStretch(1)
        self.setWidget(middle)

    def section(self, text: str, *, beside: bool = False) -> QLabel:
        """Add the heading of a section, and return it."""
        label = heading(text)
        column = self.side if beside else self.column
        if column.count():
            column.addSpacing(self._gap)
        column.addWidget(label)
        return label

    def show_beside(self, shown: bool) -> None:
        """Show the second column, or leave its room to the first one."""
        self._beside.setVisible(shown)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if not self._aside:
            return
        wide = self.width() >= 2.4 * self._aside and not self._beside.isHidden()
        self._both.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        self._both.setStretch(0, 100 if wide else 0)
        self._both.setStretch(2, 0 if wide else 1)
        self._beside.setMinimumWidth(self._aside if wide else 0)
        self._beside.setMaximumWidth(self._aside if wide else self._widest)
        self._sheet.setMaximumWidth(self._widest + self._both.spacing() + self._aside if wide else self._widest)


def person_line(look: Look, person: Person, *more: QWidget, named: bool = False) -> QWidget:
    """Return a line that begins with somebody's disc; ``named`` says that their name follows, and then the rest."""
    line = QWidget()
    across = QHBoxLayout(line)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(look.tokens.space.small)
    across.addWidget(Disc(look, person), 0, Qt.AlignmentFlag.AlignVCenter if named else Qt.AlignmentFlag.AlignTop)
    for number, one in enumerate(more):
        if named and number == 0:
            one.setFixedWidth(look.px(160))
        across.addWidget(one, int(number == int(named)))
    return line
