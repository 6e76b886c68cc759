"""The writing page: a sheet with wide margins, and beside the words only how many there are and that they are kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.drafts import WritingModel, count_words
from roomtone.gui.presenters.model import EmptyModel
from roomtone.gui.views.empty import EmptyView
from roomtone.gui.views.flow import FlowLayout
from roomtone.gui.views.parts import ElidedLabel, IconButton
from roomtone.gui.views.revisions import Revisions
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.lines import Line, Tone
from roomtone.studio.snapshot import DraftKind, DraftView

_TYPING_MILLISECONDS = 400
# A line of some seventy letters is the one that eyes find their way back in.
_SHEET = 680
_EMPTY = EmptyModel(
    "pen-line",
    "A letter, a verse, a scene",
    "What you write is on this computer at every pause, and becomes a take when you say so.",
    "Begin a page",
)


class WritingPage(QWidget):
    """The page. Its signals are wishes; ``written`` gives a draft's text as it is now."""

    begun = Signal(object)
    chosen = Signal(str)
    written = Signal(str, str)
    kept = Signal(str, str)
    restored = Signal(str, int)
    thrown = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._model = WritingModel()
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Writing")
        self.empty = EmptyView(look)
        self.empty.show_empty(_EMPTY)
        self.drafts = ChoiceBox(look, "Page", "Which page is written on")
        self.revisions = Revisions(look, self)
        self.more = IconButton(look, "plus", "Begin another page")
        self.throw = IconButton(look, "trash-2", "Put this page aside")
        self.editor = QPlainTextEdit()
        self.editor.setObjectName("writing")
        self.editor.setAccessibleName("Text")
        self.editor.setAccessibleDescription("It is kept at every pause")
        self.editor.setPlaceholderText("Begin anywhere")
        self.editor.setTabChangesFocus(True)
        self.count = ElidedLabel(look, look.tokens.type.small, 400, "muted")
        self.line = ElidedLabel(look, look.tokens.type.small)
        self.title = QLineEdit()
        self.keep = QPushButton("Keep as take")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MILLISECONDS)
        self._beginning = False
        self._written = ""
        self._sheet = self._assemble()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty, 1)
        # A widget, so that it leaves the whole page to the empty one while it is hidden.
        self._desk = QWidget()
        across = QHBoxLayout(self._desk)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(self._sheet, 100)
        across.addStretch(1)
        layout.addWidget(self._desk, 1)
        self._wire()
        self._dress()
        self.show_writing(self._model)

    def show_writing(self, model: WritingModel) -> None:
        """Show a state of the page. What is being typed stays."""
        before, draft = self._model.draft, model.draft
        other = before is None or draft is None or before.id != draft.id
        if other:
            # Another page comes by itself as well, when one is begun; what was typed belongs to the one before.
            self.save()
            self.revisions.leave()
        self._model = model
        self.empty.setVisible(draft is None)
        self._desk.setVisible(draft is not None)
        if draft is None:
            return
        self.revisions.show_revisions(draft.revisions)
        if other or (not self._typing.isActive() and not self.editor.hasFocus()):
            self._show_text(draft.text if self.revisions.text is None else self.revisions.text, other)
        self.editor.setReadOnly(self.revisions.text is not None)
        self.drafts.show_entries(list(model.drafts), draft.id)
        self._count()
        if other and self._beginning:
            # Whoever begins a page writes next, and the space bar must not record meanwhile.
            self._beginning = False
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Keep now what was typed."""
        if self._typing.isActive():
            self._typing.stop()
            self._tell()

    def _assemble(self) -> QWidget:
        space = self._look.tokens.space
        sheet, foot = QWidget(), QWidget()
        head, column = QHBoxLayout(), QVBoxLayout(sheet)
        column.setContentsMargins(space.large, space.wide, space.large, space.medium)
        column.setSpacing(space.medium)
        head.setSpacing(space.small)
        self.drafts.setMinimumContentsLength(10)
        self.drafts.setMaximumWidth(self._look.px(260))
        head.addWidget(self.drafts, 1)
        head.addStretch(1)
        head.addWidget(self.more)
        head.addWidget(self.throw)
        states = QHBoxLayout()
        states.addWidget(self.count, 1)
        states.addWidget(self.line)
        self.line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = FlowLayout(foot, space.small)
        self.title.setPlaceholderText("Title")
        self.title.setAccessibleName("Title")
        self.title.setAccessibleDescription("What the take will be called")
        self.title.setMinimumWidth(self._look.px(200))
        self.keep.setAccessibleName("Keep as take")
        self.keep.setAccessibleDescription("Make a take of this page: sealed, and sent to the project")
        self.keep.setToolTip(self.keep.accessibleDescription())
        self.keep.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(self.title)
        row.addWidget(self.keep)
        row.addWidget(self.revisions.choice)
        row.addWidget(self.revisions.restore)
        column.addLayout(head)
        column.addWidget(self.editor, 1)
        column.addLayout(states)
        column.addWidget(foot)
        return sheet

    def _wire(self) -> None:
        self.empty.acted.connect(self._begin)
        self.more.clicked.connect(self._begin)
        self.drafts.chose.connect(self._choose)
        self.editor.textChanged.connect(self._changed)
        self._typing.timeout.connect(self._tell)
        self.throw.clicked.connect(self._throw)
        self.revisions.turned.connect(self._turn)
        self.revisions.restored.connect(self._restore)
        self.keep.clicked.connect(self._keep)
        self._look.changed.connect(self._dress)

    def _begin(self) -> None:
        self._beginning = True
        self.begun.emit(DraftKind.WRITING)

    def _changed(self) -> None:
        self._typing.start()
        self._count()

    def _choose(self, draft: str) -> None:
        self.save()
        self.chosen.emit(draft)

    def _tell(self) -> None:
        if self._model.draft is not None:
            self.written.emit(self._model.draft.id, self.editor.toPlainText())

    def _throw(self) -> None:
        self.save()
        if self._model.draft is not None:
            self.thrown.emit(self._model.draft.id)

    def _keep(self) -> None:
        self.save()
        if self._model.draft is not None:
            self.kept.emit(self._model.draft.id, " ".join(self.title.text().split()))
            self.title.clear()

    def _turn(self) -> None:
        """Another revision is read, or the page as it is."""
        self.save()
        if not self.editor.isReadOnly():
            # A state with what was typed last may be on its way yet.
            self._written = self.editor.toPlainText()
        text = self.revisions.text
        self._show_text(self._written if text is None else text, other=True)
        self.editor.setReadOnly(text is not None)
        self._count()

    def _restore(self, revision: int) -> None:
        draft = self._model.draft
        if draft is not None:
            self.restored.emit(draft.id, revision)
            # It is written on at once, also where the cursor never left the sheet.
            self._show_text(draft.revisions[revision].text, other=True)
            self.editor.setReadOnly(False)
            self._count()

    def _show_text(self, text: str, other: bool) -> None:
        if self.editor.toPlainText() != text:
            self.editor.setPlainText(text)
            if other:
                self.editor.moveCursor(QTextCursor.MoveOperation.End)
        # What was shown was not typed.
        self._typing.stop()

    def _count(self) -> None:
        draft, text = self._model.draft, self.editor.toPlainText()
        if draft is None:
            return
        words = count_words(text)
        parts = [f"{words} word{'' if words == 1 else 's'}"]
        revisions = len(draft.revisions)
        if revisions:
            parts.append(f"{revisions} revision{'' if revisions == 1 else 's'}")
        self.count.show_text(" · ".join(parts))
        self.line.show_line(self._line(draft, text))
        now = self.revisions.text is None
        self.keep.setEnabled(bool(text.strip()) and now)
        for widget in (self.title, self.keep):
            widget.setVisible(now)

    def _line(self, draft: DraftView, text: str) -> Line:
        if self.revisions.text is not None:
            return Line(f"As it was on {self.revisions.when}", Tone.LOOK)
        return self._model.line if text == draft.text else Line("Writing …", Tone.QUIET)

    def _dress(self) -> None:
        self.editor.setFont(self._look.font(self._look.tokens.type.title + 3))
        self._sheet.setMaximumWidth(self._look.px(_SHEET))
