"""Looking at somebody's take: what is small comes here at once, and what is here is drawn."""

from __future__ import annotations

import logging
from pathlib import Path

from roomtone.foundation.errors import RoomtoneError
from roomtone.studio.together import Together
from roomtone.studio.together_facts import Drawn, shown_files
from roomtone.upload.together_messages import LocalCopy
from roomtone.wire.previews import SMALL_BYTES, preview_of, size_of

log = logging.getLogger(__name__)


class Looking:
    """It belongs to a thread that may wait. ``drawn`` has, by take, what can be seen of it."""

    def __init__(self, together: Together) -> None:
        self._together = together
        self.drawn: dict[str, Drawn] = {}

    def look(self, take: str) -> None:
        """Bring a small take here, and draw one that is here. Without the server it is looked at without."""
        try:
            self._look(take)
        except RoomtoneError as error:
            log.info("%s is looked at without its files: %s", take, error)

    def draw(self, copy: LocalCopy) -> None:
        """Draw the waveforms and the small pictures of somebody's take that is here."""
        sounding = [path for media, path in shown_files(copy) if media.startswith(("audio/", "video/"))]
        found = []
        for path in sounding:
            try:
                if self._together.workshop.rendering.draw_sound(copy.take, path).file:
                    found.append(Path(path).name)
            except RoomtoneError as error:
                log.info("no waveform for %s: %s", path, error)
        self.drawn[copy.take] = Drawn(tuple(found), *self._pictures(copy))

    def _pictures(self, copy: LocalCopy) -> tuple[str, str]:
        """Return the files of a film's thumbnail and filmstrip, "" where there is nothing to see."""
        film = next((path for media, path in shown_files(copy) if media.startswith("video/")), "")
        if not film:
            return "", ""
        try:
            made = self._together.workshop.rendering.draw_file(copy.take, film)
        except RoomtoneError as error:
            log.info("no pictures for %s: %s", film, error)
            return "", ""
        return made.thumbnail, made.filmstrip

    def _look(self, take: str) -> None:
        facts = self._together.facts()
        there, copy = facts.state.takes.get(take), facts.copies.get(take)
        if there is None or take in facts.library or take in self.drawn:
            return
        if copy is not None and (copy.whole or copy.preview):
            self.draw(copy)
            return
        small = size_of(there) <= SMALL_BYTES
        wanted = small or preview_of(there) is not None
        if wanted and there.sealed and (copy is None or not copy.fetching):
            self._together.workshop.sync().fetch_take(facts.state.id, take, preview=not small)
