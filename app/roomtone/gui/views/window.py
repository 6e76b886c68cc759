"""The window: one page, put together from its views. It emits wishes and shows whole pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.meters import Bar
from roomtone.gui.presenters.model import FrameModel, PageModel
from roomtone.gui.presenters.words import short_clock
from roomtone.gui.stylesheet import stylesheet
from roomtone.gui.views.artwork import ArtworkPage
from roomtone.gui.views.files import FileWishes
from roomtone.gui.views.header import TABS, HeaderView
from roomtone.gui.views.notices import NoticesView, UndoBar
from roomtone.gui.views.settings import SettingsPanel
from roomtone.gui.views.studio_page import StudioPage
from roomtone.gui.views.together.pages import TogetherPages
from roomtone.gui.views.transport import TransportView
from roomtone.gui.views.waves import WaveSource
from roomtone.gui.views.writing import WritingPage
from roomtone.studio.snapshot import Phase


class StudioWindow(QWidget):
    """The page that fills the window. ``closing`` is emitted when it is being closed."""

    record_key = Signal()
    undone = Signal()
    files_brought = Signal(list)
    closing = Signal()
    tab_changed = Signal()
    film_named = Signal(str, str, int)
    file_named = Signal(str, str)

    def __init__(self, look: Look, source: WaveSource, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._page: PageModel | None = None
        self._said = 0
        self._files = FileWishes(self)
        self.setObjectName("page")
        self.setWindowTitle("Roomtone")
        self.setAccessibleName("Roomtone")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.header = HeaderView(look)
        self.settings = SettingsPanel(look)
        self.notices = NoticesView(look)
        self.studio = StudioPage(look, source, store, self)
        self.rolling, self.takes, self.empty = self.studio.rolling, self.studio.takes, self.studio.empty
        self.middle = self.studio.middle
        self.artwork = ArtworkPage(look, store)
        self.writing = WritingPage(look)
        self.undo_bar = UndoBar(look)
        self.transport = TransportView(look)
        self.together = TogetherPages(look, source, store)
        self.wishes = self.together.wishes
        self._tabs = {
            "studio": self.studio,
            "artwork": self.artwork,
            "writing": self.writing,
            **self.together.tabs,
        }
        self.pages = QStackedWidget()
        for page in self._tabs.values():
            self.pages.addWidget(page)
        # In a low window the pages give way first: they scroll.
        self.pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        together = self.together
        for view in (self.header, self.settings, together.projects, self.notices, together.answering, together.queued):
            layout.addWidget(view)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.undo_bar)
        layout.addWidget(self.transport)
        self.settings.hide()
        self._wire()
        self._dress()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def tab(self) -> str:
        """The page that is in sight, by its name in ``header.TABS``."""
        return next(name for name, page in self._tabs.items() if page is self.pages.currentWidget())

    @property
    def page(self) -> PageModel | None:
        """The page that is shown."""
        return self._page

    def show_page(self, page: PageModel) -> None:
        """Show a whole page."""
        self._page = page
        self.header.show_header(page.header)
        self.settings.show_settings(page.header, page.transport.input.enabled)
        self.transport.show_transport(page.transport)
        self.undo_bar.show_undo(page.undo)
        self.notices.show_notices(page.notices)
        self.studio.show_page(page)
        self.artwork.show_artwork(page.artwork)
        self.writing.show_writing(page.writing)
        self.together.show(page.together, page.lanes, page.header.project)
        self.together.show_playing(page.playing.take if page.playing is not None and not page.playing.paused else "")
        self.together.review.show_film(page.playing)
        # While a take is recorded nobody is led away from it by a dialog.
        self.takes.allow_files(page.rolling is None)
        title = page.rolling.title if page.rolling is not None else page.header.project
        rolling = "Recording · " if page.transport.phase is Phase.RECORDING else ""
        self.setWindowTitle(f"{rolling}{title} – Roomtone" if title else "Roomtone")
        self._announce(*page.announcement)

    def show_tab(self, tab: str) -> None:
        """Show another page. What was typed on the one before is kept."""
        self.writing.save()
        self.studio.prompter.keep()
        self.artwork.stop_playing()
        self.pages.setCurrentWidget(self._tabs[tab])
        self.header.show_tab(tab)
        self.together.show_tab(tab)
        first = {"studio": self.takes if self.takes.isVisible() else self, "artwork": self.artwork}
        target = self.writing.editor if tab == "writing" and self.writing.editor.isVisible() else first.get(tab, self)
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.tab_changed.emit()

    def show_frame(self, frame: FrameModel, bars: tuple[Bar, ...]) -> None:
        """Show what moves on every frame."""
        self.transport.time.show_time(frame.time)
        self.transport.meter.show_bars(bars)
        if self._page is not None:
            rolling = self._page.rolling
            if rolling is not None:
                self.rolling.show_time(frame.seconds)
            self.studio.prompter.show_seconds(frame.seconds)
            self.studio.cameras.show_moving(short_clock(frame.seconds) if rolling is not None else "", bars)
            playing = self._page.playing
            self.takes.show_playing(playing, frame.playing_at)
            if self.tab == "review":
                self.together.review.show_playing(
                    playing.take if playing is not None else "",
                    frame.playing_at,
                    playing is None or playing.paused,
                )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Text fields and buttons that have the keyboard take Space for themselves; it comes here from all else.
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and not event.modifiers():
            self.record_key.emit()
        elif event.key() == Qt.Key.Key_Escape and self.settings.isVisible():
            self._show_settings(False)
        elif event.key() == Qt.Key.Key_Escape and self.together.projects.isVisible():
            self._show_projects(False)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.together.be_low(self.height() < self._look.px(440))
        self._fit_notices()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._files.close()
        self.writing.save()
        self.studio.prompter.keep()
        event.accept()
        self.closing.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files_brought.emit([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def ask_for_files(self) -> None:
        """Let the person choose files, beside the page and not over it."""
        self._files.ask("Bring in", self.files_brought.emit)

    def _wire(self) -> None:
        self.header.bring_wished.connect(self.ask_for_files)
        self.header.settings_wished.connect(self._show_settings)
        self.undo_bar.undone.connect(self.undone)
        self.notices.changed.connect(self._fit_notices)
        self.header.tab_chosen.connect(self.show_tab)
        self.header.trash_wished.connect(lambda: self.show_tab("studio"))
        self.header.cameras_wished.connect(self.studio.show_side)
        self.header.projects_wished.connect(self._show_projects)
        self.together.projects.closed.connect(lambda: self._show_projects(False))
        self.studio.side_changed.connect(self.header.show_cameras)
        self.takes.film_wished.connect(lambda take: self._files.ask_where(take, self.film_named.emit))
        self.takes.file_wished.connect(
            lambda take: self._files.ask("Add a camera’s file", lambda files: self.file_named.emit(take, files[0]))
        )
        shortcuts: list[tuple[QKeySequence, Callable[[], object]]] = [
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undone.emit),
            (QKeySequence(QKeySequence.StandardKey.Open), self.ask_for_files),
            (QKeySequence("Ctrl+T"), self.header.trash.click),
            (QKeySequence("Ctrl+K"), self.header.cameras.click),
            (QKeySequence("Ctrl+P"), self.header.projects.click),
            (QKeySequence(QKeySequence.StandardKey.Close), self._close_window),
            (QKeySequence(QKeySequence.StandardKey.Quit), self._close_window),
            *((QKeySequence(f"Alt+{n}"), partial(self.show_tab, tab)) for n, (tab, _) in enumerate(TABS, 1)),
        ]
        for keys, wish in shortcuts:
            QShortcut(keys, self, wish)
        self._look.changed.connect(self._dress)

    def _close_window(self) -> None:
        self.window().close()

    def _show_settings(self, shown: bool) -> None:
        self.settings.setVisible(shown)
        self.header.settings.setChecked(shown)
        if shown:
            self.settings.name.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            (self.takes if self.takes.isVisible() else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_projects(self, shown: bool) -> None:
        self.together.make_room(shown)
        self.together.projects.setVisible(shown)
        self.header.projects.setChecked(shown)
        if shown:
            self.together.projects.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit_notices(self) -> None:
        others = [
            self.header,
            self.transport,
            *(one for one in (self.settings, self.undo_bar) if one.isVisibleTo(self)),
        ]
        taken = sum(one.sizeHint().height() for one in others)
        if self.rolling.isVisibleTo(self):
            taken += self.rolling.minimumSizeHint().height()
        self.notices.fit(self.width(), self.height(), self.height() - taken)

    def _dress(self) -> None:
        QApplication.setPalette(self._look.palette())
        self.setStyleSheet(stylesheet(self._look))

    def _announce(self, number: int, text: str) -> None:
        if number != self._said:
            self._said = number
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))


class FrameDriver(QObject):
    """Calls for a frame sixty times a second, as long as anything moves."""

    frame = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self.frame)

    @property
    def running(self) -> bool:
        """Whether frames are being called for."""
        return self._timer.isActive()

    def run(self, on: bool) -> None:
        """Start or stop."""
        if on and not self._timer.isActive():
            self._timer.start()
        elif not on:
            self._timer.stop()
