"""The studio's page: the take that rolls and the takes, or the prompter, and the cameras beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import PageModel
from roomtone.gui.views.camera import CameraPanel
from roomtone.gui.views.empty import EmptyView
from roomtone.gui.views.film import FilmView
from roomtone.gui.views.prompter import PrompterView
from roomtone.gui.views.rolling import RollingView
from roomtone.gui.views.takes import TakesView
from roomtone.gui.views.waves import WaveSource

# So wide the takes stay at least; with less room the cameras stand in their place when they are asked for.
_LEAST_TAKES = 390
# So much of the height a film takes at most.
_FILM_SHARE = 0.5


class StudioPage(QWidget):
    """The page. ``keyboard`` is the widget that has the keyboard where no control of the page has it.

    ``side_changed`` tells whether the cameras are in sight.
    """

    side_changed = Signal(bool)

    def __init__(self, look: Look, source: WaveSource, store: PictureStore, keyboard: QWidget) -> None:
        super().__init__()
        self._look = look
        self._keyboard = keyboard
        self._wish: bool | None = None
        self._prompting = False
        self.rolling = RollingView(look, source)
        self.takes = TakesView(look, source, store)
        self.empty = EmptyView(look)
        self.film = FilmView(look, store, closable=True)
        self.prompter = PrompterView(look)
        self.cameras = CameraPanel(look, store)
        self.middle = QStackedWidget()
        for view in (self.empty, self.takes, self.prompter):
            self.middle.addWidget(view)
        # In a low window the list gives way first: it scrolls.
        self.middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column = QWidget()
        down = QVBoxLayout(column)
        down.addWidget(self.rolling)
        down.addWidget(self.film)
        down.addWidget(self.middle, 1)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._across.addWidget(column, 1)
        self._across.addWidget(self.cameras, 0)
        for layout in (down, self._across):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.rolling.hide()
        space = look.tokens.space
        self.film.setContentsMargins(space.medium, space.small, space.medium, space.small)
        self.film.hide()

    @property
    def side_shown(self) -> bool:
        """Whether the cameras are in sight."""
        return self._wide if self._wish is None else self._wish

    def show_page(self, page: PageModel) -> None:
        """Show a whole page."""
        if page.rolling is not None:
            self.rolling.show_take(page.rolling)
        self.rolling.setVisible(page.rolling is not None)
        self.takes.show_lanes(page.lanes)
        self._show_film(page)
        if page.empty is not None:
            self.empty.show_empty(page.empty)
        self.prompter.show_prompter(page.prompter)
        self.cameras.show_cameras(page.camera)
        prompting = page.prompter.view.shown
        if prompting:
            self._show_middle(self.prompter)
        else:
            self._show_middle(self.empty if page.empty is not None else self.takes)
        if prompting != self._prompting:
            self._prompting = prompting
            self.arrange()

    def _show_film(self, page: PageModel) -> None:
        """Show the film that plays above the takes; where it is one of the list, its still stands for it at first."""
        playing = page.playing
        seen = playing is not None and bool(playing.picture or playing.blind)
        lane = next((lane for lane in page.lanes if playing is not None and lane.id == playing.take), None)
        self.film.show_film(lane.thumbnail if lane is not None and seen else "", playing)
        self.film.setVisible(seen)

    def show_side(self, shown: bool) -> None:
        """Show the cameras, or put them away."""
        self._wish = shown
        self.arrange()

    def arrange(self) -> None:
        """Put the cameras beside the takes, or where there is no room for both in their place."""
        wide, side = self._wide, self.side_shown
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._across.setDirection(across if wide else down)
        self._across.setStretch(1, 0 if wide else 1)
        self._across.setStretch(0, 1 if wide or not side or self._prompting else 0)
        widest = self._side_width if wide else 16_777_215
        self.cameras.setMinimumWidth(widest if wide else 0)
        self.cameras.setMaximumWidth(widest)
        self.cameras.setVisible(side)
        self.middle.setVisible(wide or not side or self._prompting)
        self.side_changed.emit(side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.film.limit(round(self.height() * _FILM_SHARE))
        self.arrange()

    @property
    def _wide(self) -> bool:
        return self.width() - self._side_width >= self._look.px(_LEAST_TAKES)

    @property
    def _side_width(self) -> int:
        return self._look.large(self._look.tokens.size.side)

    def _show_middle(self, view: QWidget) -> None:
        """Show the list or what stands in its place; the keyboard stays with the page, never with a chance button."""
        if view is self.middle.currentWidget():
            return
        focused = QApplication.focusWidget()
        mine = focused in (self._keyboard, self.takes, self.empty.button)
        if mine or (focused is not None and self.prompter.isAncestorOf(focused)):
            self._keyboard.setFocus(Qt.FocusReason.OtherFocusReason)
        self.middle.setCurrentWidget(view)
        if mine and view is self.takes:
            self.takes.setFocus(Qt.FocusReason.OtherFocusReason)
