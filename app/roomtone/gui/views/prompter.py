"""The prompter: a script or lyrics beside the camera, to be changed, and to be read while a take rolls."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from roomtone.gui.look import Look
from roomtone.gui.presenters.prompting import PrompterModel, PromptPace
from roomtone.gui.views.flow import FlowLayout
from roomtone.gui.views.parts import IconButton
from roomtone.gui.views.prompt_reader import PromptReader
from roomtone.studio.snapshot import PrompterView as PrompterState

_TYPING_MILLISECONDS = 400
_SIZES = (0.75, 1.0, 1.35, 1.8, 2.4)


class PrompterView(QWidget):
    """Shows the prompter. ``prompted`` gives what the person made of it."""

    prompted = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._model = PrompterModel()
        self._pace = PromptPace()
        self._seconds = 0.0
        self._size = 1
        self.setObjectName("prompter")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Prompter")
        self.editor = QPlainTextEdit()
        self.editor.setObjectName("writing")
        self.editor.setPlaceholderText("Write or paste a script or lyrics here")
        self.editor.setAccessibleName("Text of the prompter")
        self.editor.setAccessibleDescription("It scrolls while a take is recorded")
        self.editor.setTabChangesFocus(True)
        self.reader = PromptReader(look)
        self.mode = QPushButton("Read")
        self.speed = QSpinBox()
        self.guided = QCheckBox("With the guide")
        self.back = IconButton(look, "skip-back", "Back to the start of the text")
        self.smaller = IconButton(look, "minus", "Smaller letters")
        self.larger = IconButton(look, "plus", "Larger letters")
        self.leave = IconButton(look, "x", "Put the prompter away")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.editor)
        self._stack.addWidget(self.reader)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MILLISECONDS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar())
        layout.addWidget(self._stack, 1)
        self._wire()
        self.read(False)

    @property
    def reading(self) -> bool:
        """Whether the text is being read, not changed."""
        return self._stack.currentWidget() is self.reader

    def show_prompter(self, model: PrompterModel) -> None:
        """Show a state. What is being typed stays."""
        before, self._model = self._model, model.after(self._model)
        typing = self._typing.isActive() or self.editor.hasFocus()
        if not typing and self.editor.toPlainText() != model.view.text:
            self.editor.setPlainText(model.view.text)
            self._typing.stop()
        if not self.speed.hasFocus() and self.speed.value() != model.view.words_a_minute:
            self.speed.setValue(model.view.words_a_minute)
        self.guided.setChecked(model.view.with_guide)
        if model.take and model.take != before.take:
            self.read(True)
        elif not before.view.shown and model.view.shown:
            self.read(bool(model.view.text))
        self._set_reader()

    def show_seconds(self, seconds: float) -> None:
        """Scroll to where the text is so many seconds into the take."""
        self._seconds = seconds
        words = self.reader.words
        self.reader.show_word(self._pace.roll(self._model.take, seconds, self._model.pace(words), words))

    def read(self, on: bool) -> None:
        """Read the text, or change it."""
        if on:
            self.keep()
        self._set_reader()
        self._stack.setCurrentWidget(self.reader if on else self.editor)
        self.mode.setText("Change the text" if on else "Read")
        self.mode.setAccessibleName(self.mode.text())
        self.mode.setAccessibleDescription("Change what is read" if on else "Show the text large, as it is read")

    def keep(self) -> None:
        """Keep now what was typed."""
        if self._typing.isActive():
            self._typing.stop()
            self._tell(text=self.editor.toPlainText())

    def _bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("panel")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        words = QLabel("words a minute")
        words.setProperty("role", "muted")
        self.speed.setRange(0, 400)
        # The line of a number box takes no padding from a style sheet.
        self.speed.lineEdit().setTextMargins(self._look.px(8), 0, self._look.px(8), 0)
        self.speed.setSingleStep(5)
        self.speed.setSpecialValueText("By hand")
        self.speed.setAccessibleName("Words a minute")
        self.speed.setAccessibleDescription("How fast the text moves while a take is recorded; 0 is by hand")
        self.speed.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.guided.setAccessibleName("With the guide")
        self.guided.setToolTip("Where a guide is heard, the text goes by just as long as it lasts")
        self.guided.setAccessibleDescription(self.guided.toolTip())
        self.guided.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mode.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        space = self._look.tokens.space
        outer = QVBoxLayout(bar)
        outer.setContentsMargins(space.large, space.small, space.large, space.small)
        inner = QWidget()
        row = FlowLayout(inner, space.small)
        for widget in (self.mode, self.speed, words, self.guided, self.back, self.smaller, self.larger, self.leave):
            row.addWidget(widget)
        outer.addWidget(inner)
        return bar

    def _wire(self) -> None:
        self.mode.clicked.connect(lambda: self._turn(not self.reading))
        self.editor.textChanged.connect(self._typing.start)
        self._typing.timeout.connect(lambda: self._tell(text=self.editor.toPlainText()))
        self.speed.valueChanged.connect(lambda value: self._tell(words_a_minute=value))
        self.guided.clicked.connect(lambda on: self._tell(with_guide=on))
        self.back.clicked.connect(lambda: self._move_to(0.0))
        self.reader.moved.connect(self._move_to)
        self.smaller.clicked.connect(lambda: self._resize(-1))
        self.larger.clicked.connect(lambda: self._resize(1))
        self.leave.clicked.connect(self._leave)

    def _turn(self, reading: bool) -> None:
        self.read(reading)
        (self.reader if reading else self.editor).setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self) -> None:
        self._typing.stop()
        self._tell(text=self.editor.toPlainText(), shown=False)

    def _tell(self, **changes: object) -> None:
        view: PrompterState = msgspec.structs.replace(self._model.view, **changes)
        if view != self._model.view:
            self._model = msgspec.structs.replace(self._model, view=view)
            self._set_reader()
            self.prompted.emit(view)

    def _set_reader(self) -> None:
        self.reader.show_text(self.editor.toPlainText(), _SIZES[self._size])

    def _move_to(self, at: float) -> None:
        words = self.reader.words
        self._pace.move_to(at, self._seconds, self._model.pace(words), words)
        self.show_seconds(self._seconds)

    def _resize(self, by: int) -> None:
        self._size = min(len(_SIZES) - 1, max(0, self._size + by))
        self.smaller.setEnabled(self._size > 0)
        self.larger.setEnabled(self._size < len(_SIZES) - 1)
        self._set_reader()
        self.show_seconds(self._seconds)
