"""Leafing through the PDF of a take: the page that is looked at is drawn by the render worker, one at a time."""

from __future__ import annotations

import logging
import threading

from roomtone.foundation.errors import RoomtoneError
from roomtone.studio.together import Together
from roomtone.studio.together_review import pdf_of
from roomtone.studio.together_snapshot import PageView

log = logging.getLogger(__name__)


class Leafing:
    """Pages are turned on any thread, and drawn on one that may wait. Pages count from 1."""

    def __init__(self, together: Together) -> None:
        self._together = together
        self._lock = threading.Lock()
        self._pages: dict[str, PageView] = {}

    def pages(self) -> dict[str, PageView]:
        """Return the page that is looked at, by take."""
        with self._lock:
            return dict(self._pages)

    def turn(self, take: str, number: int) -> None:
        """Let another page be drawn next. Until it is, the one before stays."""
        with self._lock:
            self._pages[take] = self._pages.get(take, PageView()).turned(number)

    def retry(self, take: str) -> None:
        """Let a page that could not be drawn be drawn once more."""
        with self._lock:
            page = self._pages.get(take)
            if page is not None and page.problem is not None:
                self._pages[take] = page.turned(page.number)

    def draw(self, take: str) -> None:
        """Draw the page that somebody turned to last; the first one of a PDF that was not looked at yet."""
        with self._lock:
            number = self._pages[take].turning if take in self._pages else 1
        file = pdf_of(self._together.facts(), take)
        if not file:
            # It was let go of meanwhile; when it comes again, it is begun again.
            with self._lock:
                self._pages.pop(take, None)
        elif number:
            self._draw(take, file, number)

    def _draw(self, take: str, file: str, number: int) -> None:
        with self._lock:
            before = self._pages.get(take, PageView())
        try:
            drawn = self._together.workshop.rendering.draw_page(take, file, number)
            page = PageView(drawn.number, drawn.count, drawn.file, drawn.width, drawn.height)
        except RoomtoneError as error:
            log.info("page %d of %s is not drawn: %s", number, file, error)
            page = PageView(number, before.count, problem=error.problem)
        with self._lock:
            turning = self._pages.get(take, PageView()).turning
            self._pages[take] = page if turning in (0, number) else page.turned(turning)
