"""The panel below the header in which a project is chosen or begun."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.views.together.about import ProjectForm
from roomtone.gui.views.together.cover import CoverView
from roomtone.gui.views.together.parts import Flow, Rows, button, words
from roomtone.gui.views.together.wishes import Wishes
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.together_snapshot import ProjectChoice
from roomtone.wire.project.items import Template
from roomtone.wire.project.templates import WORDS


class ProjectsPanel(QScrollArea):
    """The projects that can be looked at, and the form for another one. ``closed`` when there is nothing more to do."""

    closed = Signal()

    def __init__(self, look: Look, wishes: Wishes, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._wishes = wishes
        self._store = store
        self._template = Template.SONG
        self.setObjectName("projects")
        self.setAccessibleName("Projects")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.rows: Rows[tuple[ProjectChoice, bool]] = Rows(look, self._row, lambda pair: pair[0].id)
        self.start = button("Start a project …", "Start a project", self._open)
        self.join = button("Join by a link …", "Join a project by a link", self._join)
        self.template = ChoiceBox(look, "What it begins as", "What the project begins as")
        self.words = words("", "muted")
        self.form = ProjectForm(look, "Start the project")
        self.template.chose.connect(self._choose)
        self.form.done.clicked.connect(self._start)
        self.form.cancel.clicked.connect(self._close)
        self._sheet = QWidget()
        self._sheet.setObjectName("side")
        column = QVBoxLayout(self._sheet)
        space = look.tokens.space
        column.setContentsMargins(space.large, space.medium, space.large, space.medium)
        column.setSpacing(space.small)
        self._more = Flow(look, self.start, self.join)
        for widget in (self.rows, self._more, self.template, self.words, self.form):
            widget.setMaximumWidth(look.px(760))
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(self._sheet)
        self._choose(self._template.value)
        self._close()
        self.hide()

    def show_projects(self, choices: tuple[ProjectChoice, ...]) -> None:
        """Show the projects."""
        pictured = any(choice.picture for choice in choices)
        self.rows.show_rows([(choice, pictured) for choice in choices])
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        # As high as its content while the page below keeps a part of the window; beyond that it scrolls.
        width = max(1, self.width())
        high = self._sheet.heightForWidth(width) if self._sheet.hasHeightForWidth() else -1
        wanted = max(high, self._sheet.sizeHint().height())
        return QSize(width, min(wanted + 2, max(self._look.px(120), self.window().height() * 2 // 3)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(200), self._look.px(80))

    def _row(self, pair: tuple[ProjectChoice, bool]) -> QWidget:
        choice, pictured = pair
        made = button(
            f"{choice.title}   {choice.detail}", f"Look at {choice.title}", lambda: self._look_at(choice.id), "row"
        )
        made.setCheckable(True)
        made.setChecked(choice.chosen)
        if not pictured:
            return made
        row, cover = QWidget(), CoverView(self._look, self._store, 64, 36)
        cover.show_cover(choice.picture, choice.title)
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(self._look.tokens.space.small)
        across.addWidget(cover)
        across.addWidget(made, 1)
        return row

    def _look_at(self, project: str) -> None:
        self._wishes.ask(lambda studio: studio.choose_project(project))
        self.closed.emit()

    def _open(self) -> None:
        self._show_form(True)
        self.form.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self._show_form(False)

    def _show_form(self, shown: bool) -> None:
        for widget in (self.template, self.words, self.form):
            widget.setVisible(shown)
        self._more.setVisible(not shown)
        self.updateGeometry()

    def _join(self) -> None:
        self._wishes.lead("people", "join")
        self.closed.emit()

    def _choose(self, value: str) -> None:
        self._template = Template(value)
        self.template.show_entries([(one.value, one.value.capitalize()) for one in Template], value)
        self.words.setText(WORDS[self._template])

    def _start(self) -> None:
        fields = self.form.fields()
        if fields is None:
            return
        title, template = fields.title or "", self._template
        self._wishes.ask(lambda studio: studio.start_project(title, template, fields))
        self.form.title.clear()
        self.form.brief.clear()
        self._close()
        self._wishes.lead("project")
        self.closed.emit()
