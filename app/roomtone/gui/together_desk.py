"""What connects the pages of what people do together with the studio."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from roomtone.foundation.errors import Problem
from roomtone.gui.presenters.page import PagePresenter
from roomtone.gui.views.together.wishes import Wish
from roomtone.gui.views.window import StudioWindow
from roomtone.studio.intents import StudioIntents
from roomtone.studio.together_intents import TogetherIntents


class TogetherDesk(QObject):
    """Hands wishes on. Before ``attach`` they come to nothing."""

    def __init__(self, window: StudioWindow, presenter: PagePresenter) -> None:
        super().__init__()
        self._window = window
        self._presenter = presenter
        self._studio: StudioIntents | None = None
        self._together: TogetherIntents | None = None
        window.wishes.wished.connect(self._wish)
        window.wishes.led.connect(self._lead)

    def attach(self, studio: StudioIntents, together: TogetherIntents) -> None:
        """Hand wishes to the studio from now on."""
        self._studio, self._together = studio, together

    def _wish(self, wish: Wish) -> None:
        if self._together is not None:
            wish(self._together)

    def _lead(self, page: str, item: str) -> None:
        if page == "outside":
            self._open(item)
            return
        if page == "pause":
            if self._studio is not None and self._presenter.state.playing is not None:
                self._studio.pause(True)
            return
        if page == "projects":
            if not self._window.together.projects.isVisible():
                self._window.header.projects.click()
            return
        self._window.show_tab("studio" if page == "film" else page)
        if page == "film":
            self._window.studio.show_side(True)
        self._window.together.look_at(page, item)

    def _open(self, file: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(file)):
            self._presenter.add_notice(
                Problem("not-opened", "The file was not opened", "The system has no program for it", f"It is {file}")
            )
