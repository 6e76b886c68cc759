"""The covers of projects: a small picture of the take that each project chose."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from roomtone.foundation.errors import RoomtoneError
from roomtone.studio.together import Together
from roomtone.studio.together_facts import shown_files
from roomtone.studio.views import has_pictures
from roomtone.wire.previews import SMALL_BYTES, preview_of, size_of
from roomtone.wire.project.state import ProjectState

log = logging.getLogger(__name__)
_SEEN = ("image/", "video/", "application/pdf")


class Covers:
    """It belongs to a thread that may wait. ``drawn`` has, by project, the cover's take and its picture file."""

    def __init__(self, together: Together) -> None:
        self._together = together
        self.drawn: dict[str, tuple[str, str]] = {}

    def file(self, project: str) -> str:
        """Return the picture file of a project's cover, "" while there is none."""
        return self.drawn.get(project, ("", ""))[1]

    def is_current(self, state: ProjectState) -> bool:
        """Return whether what is drawn is the cover of a project as it is now."""
        take, file = self.drawn.get(state.id, ("", ""))
        return take == (state.project.cover or "") and bool(file) == bool(take)

    def look(self, projects: Iterable[str]) -> None:
        """Draw the covers of projects anew where they became others. A project that cannot be read has none."""
        for project in projects:
            try:
                state = self._together.workshop.sync().get_project(project).state
                if not self.is_current(state):
                    take = state.project.cover or ""
                    self.drawn[project] = take, self._draw(state, take) if take else ""
            except (RoomtoneError, OSError) as error:
                self.drawn.setdefault(project, ("", ""))
                log.info("no cover for the project %s: %s", project, error)

    def _draw(self, state: ProjectState, take: str) -> str:
        item, rendering = self._together.local(take), self._together.workshop.rendering
        if item is not None:
            track = next((track for track in item.tracks if has_pictures(track)), None)
            return rendering.draw_pictures(item, track).thumbnail if track is not None else ""
        sync = self._together.workshop.sync()
        copy = next((copy for copy in sync.list_copies(state.id) if copy.take == take), None)
        files = shown_files(copy) if copy is not None else []
        path = next((path for media, path in files if media.startswith(_SEEN) and Path(path).exists()), "")
        if path:
            return rendering.draw_file(take, path).thumbnail
        there = state.takes.get(take)
        if there is not None and there.sealed and (copy is None or not copy.fetching):
            small = size_of(there) <= SMALL_BYTES
            if small or preview_of(there) is not None:
                # It is drawn once it came, which is told.
                sync.fetch_take(state.id, take, preview=not small)
        return ""
