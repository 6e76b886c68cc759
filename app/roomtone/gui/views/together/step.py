"""A step of the board."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.views.parts import IconButton
from roomtone.gui.views.ticks import Tick
from roomtone.gui.views.together.parts import Disc, words
from roomtone.gui.views.together.talk import talk_words
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import StepView
from roomtone.wire.project.items import StepFields

_KEYS = "Alt+Up and Alt+Down move it, F2 renames it"


class StepShown(NamedTuple):
    """A step as it is shown: whether it can be edited, stands first or last, who may be asked to do it, and
    whether it can be spoken of, and is."""

    step: StepView
    lead: bool
    first: bool
    last: bool
    people: tuple[tuple[str, str], ...]
    comment: bool = False
    talking: bool = False


class StepTick(Tick):
    """The step itself. Its title ends in … where there is no room."""

    moved = Signal(int)
    rename_wished = Signal()

    def __init__(self, look: Look, shown: StepShown) -> None:
        super().__init__(look, shown.step.title)
        self._title = shown.step.title
        self._lead = shown.lead
        self.setObjectName("tick")
        self.setProperty("role", "step")
        self.setAccessibleName(f"{self._title}, done" if shown.step.done else self._title)
        self.setAccessibleDescription(_KEYS if shown.lead else self._title)
        self.setToolTip(self._title)
        self.setChecked(shown.step.done)
        self.setEnabled(shown.lead)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(80), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._look.px(28)
        self.setText(self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if self._lead and by is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(by)
        elif self._lead and event.key() == Qt.Key.Key_F2:
            self.rename_wished.emit()
        else:
            super().keyPressEvent(event)


class StepRow(QWidget):
    """A step with all that can be done to it. ``edited`` carries its new fields, ``moved`` -1 for up and 1 for down."""

    edited = Signal(object)
    moved = Signal(int)
    rename_wished = Signal()
    talk_wished = Signal()

    def __init__(self, look: Look, shown: StepShown) -> None:
        super().__init__()
        self._look = look
        self.tick = StepTick(look, shown)
        self.tick.toggled.connect(lambda on: self.edited.emit(StepFields(done=on)))
        self.tick.moved.connect(self.moved)
        self.tick.rename_wished.connect(self.rename_wished)
        whole, self._across, self.below = QVBoxLayout(self), QHBoxLayout(), QVBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(look.tokens.space.tight)
        whole.addLayout(self._across)
        whole.addLayout(self.below)
        self.below.setContentsMargins(look.px(24), 0, 0, look.tokens.space.small if shown.talking else 0)
        self._across.setSpacing(look.tokens.space.tight)
        self._across.addWidget(self.tick, 1)
        if shown.step.person is not None:
            self._across.addWidget(Disc(look, shown.step.person))
        if shown.lead:
            self._add_controls(shown)
        elif shown.step.person is not None:
            self._across.addWidget(words(shown.step.person.name, "muted"))
        if shown.comment or shown.step.comments:
            self._add_talk(shown.step)

    def _add_talk(self, step: StepView) -> None:
        said = talk_words(step.comments)
        talk = IconButton(self._look, "message-square", f"{said}: {step.title}")
        talk.show_as("message-square", f"{said}: {step.title}", lit=bool(step.comments))
        talk.setObjectName("talk")
        talk.clicked.connect(lambda _=False: self.talk_wished.emit())
        self._across.addWidget(talk)

    def _add_controls(self, shown: StepShown) -> None:
        step = shown.step
        who = ChoiceBox(self._look, f"Who does it: {step.title}", "Who does this step")
        who.setObjectName("who")
        who.setFixedWidth(self._look.px(130))
        person = step.person
        others = (
            [(person.account, person.name)] if person and all(one != person.account for one, _ in shown.people) else []
        )
        who.show_entries([("", "Nobody yet"), *shown.people, *others], person.account if person else "")
        who.chose.connect(lambda account: self.edited.emit(StepFields(person=account)))
        self._across.addWidget(who)
        for icon, name, keys, act, on in (
            ("chevron-up", "Move up", "Alt+Up", lambda: self.moved.emit(-1), not shown.first),
            ("chevron-down", "Move down", "Alt+Down", lambda: self.moved.emit(1), not shown.last),
            ("pencil", "Rename", "F2", self.rename_wished.emit, True),
            ("trash-2", "Remove", "", lambda: self.edited.emit(StepFields(removed=True)), True),
        ):
            one = IconButton(self._look, icon, f"{name}: {step.title}", keys=keys)
            one.setObjectName(name)
            one.setEnabled(on)
            one.clicked.connect(lambda _=False, act=act: act())
            self._across.addWidget(one)
