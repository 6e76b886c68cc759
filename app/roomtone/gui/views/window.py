"""The window: one page, put together from its views. It emits wishes and shows whole pages."""

from __future__ import annotations

from pathlib import Path

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
from PySide6.QtWidgets import QApplication, QFileDialog, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.meters import Bar
from roomtone.gui.presenters.model import FrameModel, PageModel
from roomtone.gui.stylesheet import stylesheet
from roomtone.gui.views.empty import EmptyView
from roomtone.gui.views.header import HeaderView
from roomtone.gui.views.notices import NoticesView, UndoBar
from roomtone.gui.views.rolling import RollingView
from roomtone.gui.views.settings import SettingsPanel
from roomtone.gui.views.takes import TakesView
from roomtone.gui.views.transport import TransportView
from roomtone.gui.views.waves import WaveSource
from roomtone.studio.snapshot import Phase


class StudioWindow(QWidget):
    """The page that fills the window. ``closing`` is emitted when it is being closed."""

    record_key = Signal()
    undone = Signal()
    files_brought = Signal(list)
    closing = Signal()

    def __init__(self, look: Look, source: WaveSource) -> None:
        super().__init__()
        self._look = look
        self._page: PageModel | None = None
        self._said = 0
        self._dialog: QFileDialog | None = None
        self.setObjectName("page")
        self.setWindowTitle("Roomtone")
        self.setAccessibleName("Roomtone")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.header = HeaderView(look)
        self.settings = SettingsPanel(look)
        self.notices = NoticesView(look)
        self.rolling = RollingView(look, source)
        self.takes = TakesView(look, source)
        self.empty = EmptyView(look)
        self.undo_bar = UndoBar(look)
        self.transport = TransportView(look)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.empty)
        self.middle.addWidget(self.takes)
        # In a low window the list gives way first: it scrolls.
        self.middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for view in (self.header, self.settings, self.notices, self.rolling):
            layout.addWidget(view)
        layout.addWidget(self.middle, 1)
        layout.addWidget(self.undo_bar)
        layout.addWidget(self.transport)
        self.settings.hide()
        self.rolling.hide()
        self._wire()
        self._dress()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

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
        if page.rolling is not None:
            self.rolling.show_take(page.rolling)
        self.rolling.setVisible(page.rolling is not None)
        self.notices.show_notices(page.notices)
        self.takes.show_lanes(page.lanes)
        if page.empty is not None:
            self.empty.show_empty(page.empty)
        self._show_middle(self.empty if page.empty is not None else self.takes)
        title = page.rolling.title if page.rolling is not None else page.header.project
        rolling = "Recording · " if page.transport.phase is Phase.RECORDING else ""
        self.setWindowTitle(f"{rolling}{title} – Roomtone" if title else "Roomtone")
        self._announce(*page.announcement)

    def show_frame(self, frame: FrameModel, bars: tuple[Bar, ...]) -> None:
        """Show what moves on every frame."""
        self.transport.time.show_time(frame.time)
        self.transport.meter.show_bars(bars)
        if self._page is not None:
            if self._page.rolling is not None:
                self.rolling.show_time(frame.seconds)
            self.takes.show_playing(self._page.playing, frame.playing_at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Text fields and buttons that have the keyboard take Space for themselves; it comes here from all else.
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and not event.modifiers():
            self.record_key.emit()
        elif event.key() == Qt.Key.Key_Escape and self.settings.isVisible():
            self._show_settings(False)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_notices()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._dialog is not None:
            self._dialog.close()
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
        if self._dialog is None:
            dialog = QFileDialog(self, "Bring in", str(Path.home()))
            dialog.setModal(False)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.filesSelected.connect(self.files_brought.emit)
            self._dialog = dialog
        self._dialog.show()

    def _wire(self) -> None:
        self.header.bring_wished.connect(self.ask_for_files)
        self.header.settings_wished.connect(self._show_settings)
        self.undo_bar.undone.connect(self.undone)
        self.notices.changed.connect(self._fit_notices)
        for keys, wish in (
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undone.emit),
            (QKeySequence(QKeySequence.StandardKey.Open), self.ask_for_files),
            (QKeySequence("Ctrl+T"), self.header.trash.click),
            (QKeySequence(QKeySequence.StandardKey.Close), self._close_window),
            (QKeySequence(QKeySequence.StandardKey.Quit), self._close_window),
        ):
            QShortcut(keys, self, wish)
        self._look.changed.connect(self._dress)

    def _show_middle(self, view: QWidget) -> None:
        """Show the list or what stands in its place; the keyboard stays with the page, never with a chance button."""
        if view is self.middle.currentWidget():
            return
        mine = self.hasFocus() or self.takes.hasFocus() or self.empty.button.hasFocus()
        if mine:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.middle.setCurrentWidget(view)
        if mine and view is self.takes:
            self.takes.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_window(self) -> None:
        self.window().close()

    def _show_settings(self, shown: bool) -> None:
        self.settings.setVisible(shown)
        self.header.settings.setChecked(shown)
        if shown:
            self.settings.name.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            (self.takes if self.takes.isVisible() else self).setFocus(Qt.FocusReason.OtherFocusReason)

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
