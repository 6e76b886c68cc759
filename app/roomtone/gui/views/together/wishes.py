"""How the pages of what people do together say what a person wants."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from roomtone.studio.together_intents import TogetherIntents

Wish = Callable[[TogetherIntents], None]


_PAGES = {"video": "film", "artwork": "artwork", "writing": "writing"}


def page_for(media: tuple[str, ...]) -> str:
    """Return the page on which a call for such media is answered: the first of them; where any will do, the studio."""
    return _PAGES.get(media[0], "studio") if media else "studio"


class Wishes(QObject):
    """The one way out of these pages. ``wished`` carries what to do with the studio, ``led`` the page to go to.

    With the page goes what to look at there, or "": a take, a call, or "join" among the people. Besides the window's
    pages there are "film" (the studio with its cameras in sight), "projects" (the choice of projects), "pause" (what
    plays is to stand still), and "outside" with a file, which the system opens.
    """

    wished = Signal(object)
    led = Signal(str, str)

    def ask(self, wish: Wish) -> None:
        """Wish for something."""
        self.wished.emit(wish)

    def lead(self, page: str, item: str = "") -> None:
        """Wish for another page."""
        self.led.emit(page, item)
