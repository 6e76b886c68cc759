"""The takes that were made on this computer, as the server has them or will have them."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import to_builtins
from roomtone.takes.folder import JOURNAL, MANIFEST, take_folders
from roomtone.takes.follow import TakeFollower
from roomtone.takes.model import Take as LocalTake
from roomtone.wire import api
from roomtone.wire.project.items import TakeFields

# Takes that the server has not heard of stand behind all others.
_LAST: Final = 1 << 40


class OwnTakes:
    """Reads take folders, each again only when it changed. Safe to use from many threads."""

    def __init__(self, takes: Path) -> None:
        self._takes = takes
        self._lock = threading.Lock()
        self._read: dict[str, tuple[tuple[int, int], LocalTake | None]] = {}
        # A take that is being recorded changes all the time: of its journal only what is new is read.
        self._rolling: dict[str, TakeFollower] = {}
        self._told: dict[tuple[str, str], tuple[LocalTake, api.Take]] = {}

    def look(self) -> list[LocalTake]:
        """Return all takes that can be read and are not in the trash."""
        with self._lock:
            return self._look()

    def warm(self) -> None:
        """Read everything once, before anybody who holds something waits for it."""
        if not self._read:
            self.look()

    def _look(self) -> list[LocalTake]:
        found: dict[str, tuple[tuple[int, int], LocalTake | None]] = {}
        for folder in take_folders(self._takes):
            stamp = (_changed(folder / JOURNAL), _changed(folder / MANIFEST))
            before = self._read.get(folder.name)
            if before is not None and before[0] == stamp:
                found[folder.name] = before
                continue
            found[folder.name] = (stamp, self._look_into(folder))
        self._read = found
        self._rolling = {name: follower for name, follower in self._rolling.items() if name in found}
        return [take for _, take in found.values() if take is not None and not take.trashed]

    def _look_into(self, folder: Path) -> LocalTake | None:
        follower = self._rolling.pop(folder.name, None) or TakeFollower(folder)
        try:
            take = follower.poll()
        except (RoomtoneError, OSError):
            # The library says what is wrong with it.
            return None
        if take.manifest is None:
            self._rolling[folder.name] = follower
        return take

    def told(self, take: LocalTake, account: str) -> api.Take:
        """Return a take that ``look`` gave as the server is going to tell it; the same object while nothing changes."""
        known = self._told.get((take.id, account))
        if known is None or known[0] is not take:
            known = (take, as_told(take, account))
            self._told[take.id, account] = known
        return known[1]


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def as_told(take: LocalTake, account: str) -> api.Take:
    """Return a take as the server is going to tell it."""
    manifest = take.manifest
    named = manifest.tracks if manifest is not None else take.began.tracks
    state = api.TrackState.SEALED if manifest is not None else api.TrackState.UPLOADING
    return api.Take(
        id=take.id,
        project=take.began.project,
        title=take.title,
        part=take.began.part,
        person=take.began.person,
        started=take.began.started,
        seq=_LAST,
        sealed=manifest is not None,
        tracks=[api.Track(track.name, track.media, state) for track in named],
        maker=take.began.person,
        manifest=to_builtins(manifest) if manifest is not None else None,
        account=account,
    )


def purpose(take: LocalTake) -> TakeFields | None:
    """Return what a take's own journal says it is for; ``None`` where it says nothing."""
    began = take.began
    if not (began.call or began.prompt or began.lineage):
        return None
    return TakeFields(call=began.call or None, prompt=began.prompt[:300] or None, against=began.lineage[:200] or None)
