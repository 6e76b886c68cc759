"""How takes look: has the render worker draw what the cache misses."""

from __future__ import annotations

import logging

from roomtone.assembly.drawn import read_drawn
from roomtone.foundation.errors import RoomtoneError
from roomtone.studio.board import Board
from roomtone.studio.views import has_pictures, has_sound
from roomtone.studio.waveforms import Waveforms
from roomtone.studio.workshop import Workshop
from roomtone.takes.library import LibraryItem

log = logging.getLogger(__name__)


class Drawing:
    """It belongs to the thread of the errands; a take that cannot be drawn is a take all the same."""

    def __init__(self, board: Board, workshop: Workshop) -> None:
        self._board = board
        self._workshop = workshop
        self._waveforms = Waveforms(workshop.home)
        self._closing = False

    def close(self) -> None:
        """Draw nothing more."""
        self._closing = True

    def draw(self, item: LibraryItem) -> None:
        """Draw the waveforms and the small pictures of a take."""
        if not self._closing and item.tracks:
            self._draw_waveforms(item)
        if not self._closing:
            self._draw_pictures(item)

    def _draw_waveforms(self, item: LibraryItem) -> None:
        if item.seconds <= 0:
            return
        missing = [t for t in item.tracks if has_sound(t) and not len(self._waveforms.of(item.id, t.name).lows)]
        if any(t.frames for t in missing):
            try:
                self._workshop.draw_peaks(item)
            except RoomtoneError as error:
                log.info("no waveform for %s: %s", item.title, error)
            self._board.publish()

    def _draw_pictures(self, item: LibraryItem) -> None:
        track = next((track for track in item.tracks if has_pictures(track)), None)
        if track is None:
            return
        # Looked for here first: no process is started for what is there.
        drawn = read_drawn(self._workshop.home, item.id, track.name)
        if drawn is None:
            try:
                drawn = self._workshop.rendering.draw_pictures(item, track)
            except RoomtoneError as error:
                log.info("no pictures for %s: %s", item.title, error)
                return
        with self._board.changing() as model:
            model.set_drawn(item.id, drawn)
