"""The takes of this computer, looked at cheaply: what began, grew and was sealed since the last look."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import Manifest, to_builtins
from roomtone.takes.folder import JOURNAL
from roomtone.takes.follow import TakeFollower
from roomtone.takes.model import Take, TakeState
from roomtone.upload.core_events import FinalTrack, Grown, LocalTake, LocalTrack, TakeGrew, TakeSealed
from roomtone.upload.progress import Progress

log = logging.getLogger(__name__)

SCAN_SECONDS: Final = 1.0
LIVE_SECONDS: Final = 0.05
# A track got its last byte: the manifest is about to appear, and somebody waits for what follows.
ENDING_SECONDS: Final = 0.01
# A take that has not grown for this long is looked at less often: its recorder may have died.
QUIET_AFTER: Final = 10.0
QUIET_SECONDS: Final = 1.0
# And after this long nobody is recording it any more.
STALE_AFTER: Final = 60.0
# A folder that cannot be read may just be on its way into being; later it is worth a rare look.
YOUNG_SECONDS: Final = 10.0
OLD_SECONDS: Final = 30.0


@dataclass(eq=False)
class LocalEntry:
    """A take folder that is being followed."""

    folder: Path
    follower: TakeFollower
    take: Take
    grew_at: float
    due: float
    stamp: tuple[int, bool, tuple[int, int, bool]]
    rates: dict[str, int] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    sealed: bool = False

    def fresh(self, now: float) -> bool:
        """Return whether somebody seems to be recording it."""
        return not self.sealed and now - self.grew_at < STALE_AFTER


@dataclass
class _Unread:
    since: float
    due: float


class LocalTakes:
    """Follows the folders below ``takes``. Folders named in ``settled`` are known to be safe and never read."""

    def __init__(self, takes: Path, settled: set[str]) -> None:
        self._takes = takes
        self._settled = settled
        self._stamp = -1
        self._again = False
        self._unread: dict[str, _Unread] = {}
        self._resting: dict[str, tuple[Take, int]] = {}
        self._scan_due = 0.0
        self.entries: dict[str, LocalEntry] = {}

    # When to look

    def due(self) -> float:
        """Return when to look again."""
        return min([self._scan_due, *(entry.due for entry in self.entries.values() if not entry.sealed)])

    def poke(self, name: str) -> None:
        """Look at once, and at this folder whatever was seen of it before."""
        self._scan_due = 0.0
        self._stamp = -1
        for entry in self.entries.values():
            if entry.folder.name == name:
                entry.due = 0.0
        if name in self._unread:
            self._unread[name].due = 0.0

    def settle(self, take: str) -> None:
        """A take is safe: nothing of it is followed any more."""
        entry = self.entries.pop(take)
        self._settled.add(entry.folder.name)

    def unsettle(self, name: str) -> None:
        """A folder is to be followed again."""
        self._settled.discard(name)
        self._stamp = -1
        self._scan_due = 0.0

    # Looking

    def look(self, now: float) -> tuple[list[LocalEntry], list[TakeGrew | TakeSealed]]:
        """Return the takes that are new, and what happened to all of them."""
        fresh: list[LocalEntry] = []
        if now >= self._scan_due:
            self._scan_due = now + SCAN_SECONDS
            fresh = self._scan(now)
        events: list[TakeGrew | TakeSealed] = []
        for entry in list(self.entries.values()):
            if entry in fresh:
                events += self._tell(entry)
            elif not entry.sealed and now >= entry.due:
                events += self._follow(entry, now)
        return fresh, events

    def _scan(self, now: float) -> list[LocalEntry]:
        try:
            stamp = self._takes.stat().st_mtime_ns
        except OSError:
            return []
        names: list[str] = [name for name, unread in self._unread.items() if now >= unread.due]
        if stamp != self._stamp or self._again:
            # A time stamp is only so fine: what came in the same moment is seen by looking once more.
            self._again = stamp != self._stamp
            self._stamp = stamp
            followed = {entry.folder.name for entry in self.entries.values()}
            known = followed | self._settled | self._unread.keys() | self._resting.keys()
            names += [name for name in os.listdir(self._takes) if name not in known and not name.startswith(".")]
        names += self._woken()
        return [entry for name in names if (entry := self._open(name, now)) is not None]

    def _woken(self) -> list[str]:
        """Return the takes that rest in the trash and whose journal has changed."""
        woken = [name for name, (take, size) in self._resting.items() if _size(take.folder / JOURNAL) not in (size, -1)]
        for name in woken:
            del self._resting[name]
        return woken

    def _open(self, name: str, now: float) -> LocalEntry | None:
        folder = self._takes / name
        follower = TakeFollower(folder)
        stamp = follower.stamp()
        try:
            take = follower.poll()
        except (RoomtoneError, OSError) as error:
            unread = self._unread.setdefault(name, _Unread(now, now))
            young = now - unread.since < YOUNG_SECONDS
            unread.due = now + (SCAN_SECONDS if young else OLD_SECONDS)
            if not young:
                log.info("not followed: %s: %s", name, error)
            return None
        self._unread.pop(name, None)
        if take.id in self.entries:
            log.info("a copy of a take is left alone: %s", name)
            self._settled.add(name)
            return None
        rates = {track.name: track.rate for track in take.began.tracks if track.rate}
        entry = LocalEntry(folder, follower, take, now, now + LIVE_SECONDS, stamp, rates)
        self.entries[take.id] = entry
        return entry

    def rest(self, take: str) -> None:
        """Leave a take that lies in the trash alone until it is taken out."""
        entry = self.entries.pop(take)
        self._resting[entry.folder.name] = (entry.take, _size(entry.folder / JOURNAL))

    def _follow(self, entry: LocalEntry, now: float) -> list[TakeGrew | TakeSealed]:
        before = entry.take
        stamp = entry.follower.stamp()
        try:
            if stamp != entry.stamp:
                entry.take = entry.follower.poll()
                entry.stamp = stamp
        except (RoomtoneError, OSError) as error:
            log.info("cannot be followed now: %s: %s", entry.folder.name, error)
            entry.due = now + QUIET_SECONDS
            return []
        changed = entry.take != before
        if changed:
            entry.grew_at = now
        entry.due = now + _pause(entry, now)
        return self._tell(entry) if changed else []

    def _tell(self, entry: LocalEntry) -> list[TakeGrew | TakeSealed]:
        try:
            return [self._told(entry)]
        except ValueError as error:
            log.info("the manifest makes no sense: %s: %s", entry.folder.name, error)
            return []

    def _told(self, entry: LocalEntry) -> TakeGrew | TakeSealed:
        take = entry.take
        for name, (size, frames) in take.synced.items():
            entry.progress.setdefault(name, Progress()).synced(size, frames)
        for name, sealing in take.sealing.items():
            entry.progress.setdefault(name, Progress()).synced(sealing.bytes, sealing.frames)
        if take.manifest is not None:
            entry.sealed = True
            return _sealed(take.manifest)
        grown = {name: Grown(size) for name, (size, _) in take.synced.items()}
        grown |= {name: Grown(sealing.bytes, ending=True) for name, sealing in take.sealing.items()}
        return TakeGrew(take.id, grown)


def about(take: Take) -> LocalTake:
    """Return what the server is told of a take. Tracks that only the manifest knows are among its tracks."""
    began = take.began
    tracks = {track.name: track.media for track in began.tracks}
    if take.manifest is not None:
        tracks |= {track.name: track.media for track in take.manifest.tracks}
    return LocalTake(
        id=take.id,
        project=began.project,
        project_title=began.project_title,
        title=began.title,
        part=began.part,
        person=began.person,
        started=began.started,
        tracks=tuple(LocalTrack(name, media) for name, media in tracks.items()),
    )


def in_trash(take: Take) -> bool:
    """Return whether the take lies in the trash."""
    return take.state is TakeState.TRASHED


def _sealed(manifest: Manifest) -> TakeSealed:
    tracks = {
        track.name: FinalTrack(
            track.bytes, track.digest, tuple((offset, bytes.fromhex(data)) for offset, data in track.patches)
        )
        for track in manifest.tracks
    }
    return TakeSealed(manifest.id, tracks, to_builtins(manifest))


def _pause(entry: LocalEntry, now: float) -> float:
    if now - entry.grew_at > QUIET_AFTER:
        return QUIET_SECONDS
    return ENDING_SECONDS if entry.take.sealing else LIVE_SECONDS


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
