"""Puts the parts of a project together on the side of whoever asked, and keeps them for the next time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from roomtone.upload.together_messages import GetProject, ProjectDocument, ProjectPart
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Item
from roomtone.wire.project.people import Member
from roomtone.wire.project.state import ProjectState

# Whoever looks at more projects than this asks for the oldest of them anew.
_KEPT: Final = 8


@dataclass
class _Known:
    run: str = ""
    version: int = 0
    items: dict[str, Item] = field(default_factory=dict)
    takes: dict[str, Take] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)


class WholeProjects:
    """The projects that were asked for last. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}

    def get(self, project: str, ask: Callable[[GetProject], ProjectPart]) -> ProjectDocument:
        """Return a whole project; ``ask`` is called for each part of what is new."""
        with self._lock:
            known = self._known.pop(project, _Known())
            while True:
                part = ask(GetProject(project, known.run, known.version))
                if part.run != known.run:
                    known = _Known(part.run)
                known.version = part.version
                known.items |= {item.id: item for item in part.items}
                known.takes |= {take.id: take for take in part.takes}
                if part.members is not None:
                    known.members = {member.account: member for member in part.members}
                if not part.more:
                    break
            self._known[project] = known
            if len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
            return _document(project, known, part)


def _document(project: str, known: _Known, part: ProjectPart) -> ProjectDocument:
    # Copies, because what is kept here goes on changing.
    state = ProjectState(project, dict(known.items), dict(known.takes), dict(known.members))
    return ProjectDocument(
        state=state,
        pending=part.pending,
        me=part.me,
        role=part.role,
        synced=part.synced,
        online=part.online,
        server=part.server,
        here=part.here,
        version=part.version,
    )
