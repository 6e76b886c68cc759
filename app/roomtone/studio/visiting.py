"""What of the project is looked at: a take of it, a page of that, a place that a link names."""

from __future__ import annotations

from collections.abc import Callable

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.studio.aiming import Aiming
from roomtone.studio.board import Board
from roomtone.studio.leafing import Leafing
from roomtone.studio.looking import Looking
from roomtone.studio.patience import getting_ready
from roomtone.studio.queueing import QueueThread
from roomtone.studio.together import Together
from roomtone.studio.together_facts import Drawn
from roomtone.studio.together_snapshot import PageView
from roomtone.wire.project.links import read_link


class Visiting:
    """``slow`` is the thread on which files are fetched and drawn; ``changed`` is told when there is more to see."""

    def __init__(
        self,
        board: Board,
        together: Together,
        clock: Clock,
        slow: QueueThread,
        aiming: Aiming,
        changed: Callable[[], None],
    ) -> None:
        self._board = board
        self._together = together
        self._clock = clock
        self._slow = slow
        self._aiming = aiming
        self._changed = changed
        self._looking = Looking(together)
        self._leafing = Leafing(together)
        self.selected = ""
        # Nothing is fetched for a window that is not there yet, or no more.
        self.open = False

    @property
    def drawn(self) -> dict[str, Drawn]:
        """What was drawn of other people's takes, by take."""
        return dict(self._looking.drawn)

    def pages(self) -> dict[str, PageView]:
        """What was drawn of PDFs, by take."""
        return self._leafing.pages()

    def choose_project(self, project: str) -> None:
        """Look at another project."""
        found = next((one for one in self._together.projects() if one.id == project), None)
        if found is None:
            raise UsageError("no-such-project", "The project was not opened", "It is not known here", "Join it first")
        self._aiming.release()
        self._together.choose(found.id, found.title)
        self.selected = ""
        self._changed()

    def look_at(self, take: str) -> None:
        """Look at a take on the review page. What is small comes here at once."""
        self.selected = take
        self._leafing.retry(take)
        self._changed()
        self.fetch(take)

    def fetch(self, take: str) -> None:
        """Have what is small of a take brought here, and drawn."""

        def look() -> None:
            self._looking.look(take)
            self._leafing.draw(take)
            self._changed()

        if self.open:
            self._slow.put(look)

    def fetch_selected(self) -> None:
        """Have the take that is looked at drawn, where it was not there before and may be now."""
        if self.selected and self.selected not in self._looking.drawn:
            self.fetch(self.selected)

    def turn_page(self, take: str, number: int) -> None:
        """Look at another page of a PDF."""
        self._leafing.turn(take, number)
        self._changed()
        self._slow.put(lambda: self._leafing.draw(take))
        self._slow.put(self._changed)

    def listen(self, take: str, at: float, begun: int) -> None:
        """Play a take, fetched first where it is not here; for ``begun`` see ``Playback``."""
        there = self._together.document().state.takes.get(take)
        title = there.title if there is not None and there.title else "the take"
        with getting_ready(self._board, self._clock, title):
            self._together.listen(take, at, seen=True, begun=begun)
        self._changed()

    def follow_link(self, link: str, listen: Callable[[str, float], None]) -> None:
        """Go to the place that a link names; at a second, ``listen`` plays it from there."""
        try:
            place = read_link(link)
        except ValueError as error:
            raise UsageError("bad-link", "Nothing was opened", str(error), "Copy the whole link") from error
        if place.project != self._together.project():
            self.choose_project(place.project)
        if place.item not in self._together.document().state.takes:
            self._changed()
            return
        self.look_at(place.item)
        if place.at is not None:
            listen(place.item, place.at)
