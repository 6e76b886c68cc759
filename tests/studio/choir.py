"""A choir's project, built of edits as people make them: for views that need no server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from roomtone.foundation.errors import Problem
from roomtone.studio.together_facts import Facts
from roomtone.upload.replica.states import EditState
from roomtone.upload.together_messages import PendingEdit, ProjectDocument
from roomtone.wire.api import Take, Track, TrackState
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import Fields, ProjectFields
from roomtone.wire.project.merging import apply, begin, write_stamp
from roomtone.wire.project.people import Member, Role
from roomtone.wire.project.state import ProjectState

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
PROJECT, LEADER, MEMBER, GUEST = (letter * 32 for letter in "abcd")
_MEDIA = {"flac": "audio/flac", "mp4": "video/mp4", "png": "image/png", "txt": "text/plain", "json": "application/json"}


class Choir:
    """A project with a leader, a member and a guest; ``minutes`` before ``NOW`` say when something happened."""

    def __init__(self) -> None:
        joined = write_stamp(NOW - timedelta(days=30))
        people = ((LEADER, "Ana Ruiz", Role.OWNER), (MEMBER, "Ben", Role.CONTRIBUTOR), (GUEST, "Cy", Role.GUEST))
        members = {
            account: Member(account, name, role, joined, guest=role is Role.GUEST) for account, name, role in people
        }
        self.state = ProjectState(PROJECT, {}, {}, members)
        self.pending: list[PendingEdit] = []
        self._number = 0
        self.edit(LEADER, PROJECT, ProjectFields(title="Evening choir"), 60 * 24 * 3)

    def edit(self, who: str, item: str, fields: Fields, minutes: float = 60) -> str:
        """Make an edit; return the item's id ("" makes one)."""
        self._number += 1
        identity = item or f"{self._number:032x}"
        edit = Edit(f"{self._number:032x}", identity, write_stamp(NOW - timedelta(minutes=minutes)), fields)
        before: Item = self.state.items.get(identity) or begin(edit, who)
        self.state.items[identity] = apply(before, edit)
        return identity

    def wait(self, item: str, state: EditState = EditState.WAITING, problem: Problem | None = None) -> None:
        """Let the item's edit be one that has not reached the server."""
        edit = Edit("e" * 32, item, write_stamp(NOW), self.state.items[item].fields)
        self.pending.append(PendingEdit(edit, state, problem))

    def take(self, who: str, title: str, *files: str, seconds: float = 10.0, **manifest: Any) -> str:
        """Let a sealed take arrive; return its id."""
        self._number += 1
        identity = f"{self._number:032x}"
        tracks = [Track(name, _MEDIA[name.rpartition(".")[2]], TrackState.SEALED) for name in files or ("mic-1.flac",)]
        sound = [{"name": t.name, "rate": 48_000, "frames": int(48_000 * seconds), "peak": -6.0} for t in tracks]
        document = {"tracks": sound if tracks[0].media == "audio/flac" else [], **manifest}
        name = self.state.members[who].name
        started = (NOW - timedelta(hours=1)).isoformat()
        self.state.takes[identity] = Take(
            identity, PROJECT, title, "", name, started, self._number, True, tracks, name, document, who
        )
        return identity

    def document(self, me: str = LEADER, *, online: bool | None = True, here: bool = False) -> ProjectDocument:
        """Return the project as it is seen on somebody's computer."""
        server = "" if here else "https://choir.example"
        return ProjectDocument(self.state, self.pending, me, self.state.role(me), "", online, server, here, 1)

    def facts(self, me: str = LEADER, **more: Any) -> Facts:
        """Return what the pages of somebody are made of."""
        return Facts(self.document(me), NOW, **more)
