"""The bar at the top: the name, the project, what can be brought in, the trash, the theme, and whether all is safe."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import HeaderModel
from roomtone.gui.views.parts import IconButton, paint_focus
from roomtone.gui.views.transport import ChoiceBox
from roomtone.studio.lines import Line, Tone

TABS = (
    ("today", "Today"),
    ("studio", "Studio"),
    ("artwork", "Artwork"),
    ("writing", "Writing"),
    ("project", "Project"),
    ("review", "Review"),
    ("people", "People"),
)
_THEMES = (("system", "Like the system"), ("dark", "Dark"), ("light", "Light"))


class Wordmark(QWidget):
    """room**tone**."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName("Roomtone")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._look.font(self._look.tokens.type.title + 2, 600))
        return QSize(metrics.horizontalAdvance("roomtone") + 4, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setFont(self._look.font(self._look.tokens.type.title + 2, 600))
        metrics = painter.fontMetrics()
        base = (self.height() + metrics.ascent() - metrics.descent()) / 2
        painter.setPen(self._look.colour("text"))
        painter.drawText(QPointF(0, base), "room")
        painter.setPen(self._look.colour("record"))
        painter.drawText(QPointF(metrics.horizontalAdvance("room"), base), "tone")
        painter.end()


class SafePill(QWidget):
    """Whether everything is safe, in a word."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._line = Line("", Tone.QUIET)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_line(self, line: Line) -> None:
        """Show a line."""
        if line != self._line:
            self._line = line
            self.setAccessibleName(line.text)
            self.setToolTip(line.text)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._look.font(self._look.tokens.type.body))
        return QSize(
            metrics.horizontalAdvance(self._line.text) + self._look.px(44), metrics.height() + self._look.px(14)
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(90), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour("line"))
        painter.setBrush(look.colour("raised"))
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.tone(self._line.tone))
        painter.drawEllipse(QPointF(look.px(17), area.center().y()), look.px(4), look.px(4))
        painter.setPen(look.colour("text"))
        painter.setFont(look.font(look.tokens.type.body))
        room = area.adjusted(look.px(28), 0, -look.px(10), 0)
        text = painter.fontMetrics().elidedText(self._line.text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.end()


class ProjectTitle(QAbstractButton):
    """The project's title, behind which the others are; a folder where there is no room for words."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription("Key: Ctrl+P")
        self.show_title("")
        look.changed.connect(self.update)

    def show_title(self, title: str) -> None:
        """Show which project is looked at."""
        name = (
            f"Project: {title}. Choose another, start one or join one" if title else "Choose, start or join a project"
        )
        if name != self.accessibleName():
            # An ampersand would be a key of Qt's; the text is painted here, so it stays what it is.
            self.setText(title or "Projects")
            self.setAccessibleName(name)
            self.setToolTip(f"{name} (Ctrl+P)")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._look.font(self._look.tokens.type.body, 600))
        return QSize(metrics.horizontalAdvance(self.text()) + self._look.px(44), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        side = self._look.px(self._look.tokens.size.control)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look, area = self._look, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("control"))
            painter.drawRoundedRect(area, look.tokens.radius.medium, look.tokens.radius.medium)
        if area.width() < look.px(90):
            self._paint_icon(painter, "folder-open", look.px(look.tokens.size.icon), area.width() / 2)
        else:
            painter.setFont(look.font(look.tokens.type.body, 600))
            painter.setPen(look.colour("text"))
            room = area.adjusted(look.px(10), 0, -look.px(30), 0)
            shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room.width()) + 1)
            painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
            edge = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
            painter.drawText(room, int(edge), shown)
            up = "chevron-up" if self.isChecked() else "chevron-down"
            self._paint_icon(painter, up, look.px(14), area.width() - look.px(17))
        if self.hasFocus():
            paint_focus(painter, look, area, look.tokens.radius.medium)
        painter.end()

    def _paint_icon(self, painter: QPainter, icon: str, side: int, middle: float) -> None:
        pixmap = self._look.icon(icon, "muted", side, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(middle - side / 2, (self.height() - side) / 2), pixmap)


class Tabs(QWidget):
    """The pages: words beside each other, or one choice where there is no room for them."""

    chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setAccessibleName("Pages")
        self.buttons: dict[str, QPushButton] = {}
        self.box = ChoiceBox(look, "Page", "Which page is in sight")
        self.box.setMinimumContentsLength(7)
        self.box.chose.connect(self.chosen)
        self.box.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.tokens.space.hair)
        for number, (tab, label) in enumerate(TABS, 1):
            button = self.buttons[tab] = QPushButton(label)
            button.setProperty("role", "tab")
            button.setCheckable(True)
            button.setAccessibleName(label)
            button.setAccessibleDescription(f"Key: Alt+{number}")
            button.setToolTip(f"{label} (Alt+{number})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, tab=tab: self.chosen.emit(tab))
            layout.addWidget(button)
        layout.addWidget(self.box)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_tab("studio")

    def show_tab(self, tab: str) -> None:
        """Show which page is in sight."""
        for name, button in self.buttons.items():
            button.setChecked(name == tab)
        self.box.show_entries(list(TABS), tab)

    def be_narrow(self, narrow: bool) -> None:
        """Be one choice, or words."""
        for button in self.buttons.values():
            button.setVisible(not narrow)
        self.box.setVisible(narrow)


class HeaderView(QWidget):
    """The bar."""

    bring_wished = Signal()
    trash_wished = Signal(bool)
    settings_wished = Signal(bool)
    theme_chosen = Signal(str)
    tab_chosen = Signal(str)
    cameras_wished = Signal(bool)
    projects_wished = Signal(bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bring = self._button("Bring in …", "Bring existing files in as takes (Ctrl+O)")
        self.bring.clicked.connect(self.bring_wished)
        self.trash = self._button("Trash", "Show what is in the trash (Ctrl+T)")
        self.trash.setCheckable(True)
        self.trash.clicked.connect(self.trash_wished)
        self.theme = IconButton(look, "moon", "Theme")
        self.theme.clicked.connect(self._open_themes)
        self.settings = IconButton(look, "settings-2", "Your name and the file format")
        self.settings.setCheckable(True)
        self.settings.clicked.connect(self.settings_wished)
        self.safe = SafePill(look)
        self.tabs = Tabs(look)
        self.tabs.chosen.connect(self.tab_chosen)
        self.projects = ProjectTitle(look)
        self.projects.clicked.connect(self.projects_wished)
        self.cameras = IconButton(look, "video", "Cameras", keys="Ctrl+K")
        self.cameras.setCheckable(True)
        self.cameras.clicked.connect(self.cameras_wished)
        self._narrow = False
        self._theme = ""
        self._menu: QMenu | None = None
        look.changed.connect(self._name_buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.tokens.space.large, 0, look.tokens.space.large, 0)
        layout.setSpacing(look.tokens.space.small)
        self.mark = Wordmark(look)
        layout.addWidget(self.mark)
        layout.addSpacing(look.tokens.space.small)
        layout.addWidget(self.tabs)
        layout.addSpacing(look.tokens.space.small)
        layout.addWidget(self.projects)
        layout.addStretch(1)
        for widget in (self.bring, self.trash, self.cameras, self.settings, self.theme, self.safe):
            layout.addWidget(widget)
        self.setFixedHeight(look.large(look.tokens.size.header))

    def show_header(self, model: HeaderModel) -> None:
        """Show everything in the bar."""
        self.projects.show_title(model.project)
        self.safe.show_line(model.safe)
        text = f"Trash ({model.trashed})" if model.trashed else "Trash"
        name = "Back to the takes" if model.trash_open else text
        if name != self.trash.accessibleName():
            self.trash.setAccessibleName(name)
            self._name_buttons()
        self.trash.setChecked(model.trash_open)
        icon = "moon" if self._look.dark else "sun"
        self.theme.show_as(icon, f"Theme: {dict(_THEMES).get(model.theme, model.theme).lower()}")
        self._theme = model.theme

    def minimumSizeHint(self) -> QSize:
        # The bar leaves words out when it gets narrow, so its words must not hold the window wide.
        return QSize(self._look.px(300), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < self._look.px(1180)
        # In a narrow bar the project is a folder, before whether everything is safe is cut off.
        room = self.projects.minimumSizeHint().width() if self.width() < self._look.px(760) else self._look.px(360)
        self.projects.setMaximumWidth(room)
        # The title of the window names Roomtone as well.
        self.mark.setVisible(self.width() >= self._look.px(540))
        if narrow != self._narrow:
            self._narrow = narrow
            self._name_buttons()
            self.tabs.be_narrow(narrow)

    def show_tab(self, tab: str) -> None:
        """Show which page is in sight."""
        self.tabs.show_tab(tab)
        self.cameras.setVisible(tab == "studio")

    def show_cameras(self, shown: bool) -> None:
        """Show whether the cameras are in sight."""
        self.cameras.setChecked(shown)
        self.cameras.on_ground("control" if shown else "")

    def _name_buttons(self) -> None:
        """Write the buttons' names on them, or show icons where there is no room for words."""
        side = self._look.px(self._look.tokens.size.icon)
        for button, icon in ((self.bring, "import"), (self.trash, "trash-2")):
            button.setText("" if self._narrow else button.accessibleName())
            button.setIconSize(QSize(side, side))
            pixmap = self._look.icon(icon, "muted", side, self.devicePixelRatioF())
            button.setIcon(QIcon(pixmap) if self._narrow else QIcon())

    def _button(self, text: str, description: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "plain")
        button.setAccessibleName(text)
        button.setAccessibleDescription(description)
        button.setToolTip(description)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _open_themes(self) -> None:
        if self._menu is None:
            self._menu = QMenu("Theme", self)
        self._menu.clear()
        for theme, label in _THEMES:
            action = self._menu.addAction(label)
            action.setCheckable(True)
            action.setChecked(theme == self._theme)
            action.triggered.connect(lambda _=False, theme=theme: self.theme_chosen.emit(theme))
        # ``popup`` returns at once, so nothing waits for the menu.
        self._menu.popup(self.theme.mapToGlobal(self.theme.rect().bottomLeft()))
