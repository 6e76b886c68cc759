"""A project to derive things from, made of edits as they travel."""

from __future__ import annotations

import itertools
from typing import Any

from roomtone.wire.api import Take, Track, TrackState
from roomtone.wire.project import merging
from roomtone.wire.project.edits import Edit
from roomtone.wire.project.items import Fields, ProjectFields, TakeFields, Verdict
from roomtone.wire.project.people import Member, Role
from roomtone.wire.project.state import ProjectState

PROJECT = "f" * 32
LEADER, ANA, BEN = "1" * 32, "2" * 32, "3" * 32


def ident(number: int) -> str:
    """Return an id."""
    return f"{number:032x}"


class Making:
    """Builds a state edit by edit; each edit is a minute after the one before."""

    def __init__(self) -> None:
        self._minutes = itertools.count()
        self.state = ProjectState(PROJECT)
        for account, name, role in (
            (LEADER, "Lea", Role.OWNER),
            (ANA, "Ana", Role.CONTRIBUTOR),
            (BEN, "Ben", Role.CONTRIBUTOR),
        ):
            self.state.members[account] = Member(account, name, role, "2026-11-01T00:00:00.000Z")
        self.say(PROJECT, ProjectFields(title="Song"), LEADER)

    def now(self) -> str:
        """Return when the next edit is made."""
        minutes = next(self._minutes)
        return f"2026-11-{1 + minutes // 1440:02d}T{minutes // 60 % 24:02d}:{minutes % 60:02d}:00.000Z"

    def say(self, item: str, fields: Fields, author: str = ANA) -> str:
        """Make an edit; return when."""
        at = self.now()
        edit = Edit(ident(hash((item, at)) & 0xFFFFFFFF), item, at, fields)
        before = self.state.items.get(item) or merging.begin(edit, author)
        self.state.items[item] = merging.apply(before, edit)
        return at

    def take(
        self, number: int, account: str = ANA, seconds: float = 10.0, media: str = "audio/flac", **more: Any
    ) -> str:
        """Add a sealed take; ``more`` goes into its track in the manifest."""
        identity = ident(number)
        name = self.state.members[account].name
        track = {"name": "t.x", "media": media, "frames": round(seconds * 48000), "rate": 48000, **more}
        self.state.takes[identity] = Take(
            id=identity,
            project=PROJECT,
            title=f"Take {number}",
            part="",
            person=name,
            started=self.now(),
            seq=number,
            sealed=True,
            tracks=[Track("t.x", media, TrackState.SEALED)],
            maker=name,
            manifest={"tracks": [track], "dropouts": []},
            account=account,
        )
        return identity

    def submit(self, take: str, author: str = ANA, **said: Any) -> str:
        """Submit a take, with whatever else is said of it."""
        return self.say(take, TakeFields(submitted=True, **said), author)

    def accept(self, take: str) -> str:
        """Accept a take."""
        return self.say(take, TakeFields(heard=True, verdict=Verdict.ACCEPTED), LEADER)
