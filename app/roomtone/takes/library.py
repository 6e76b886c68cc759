"""The library: an index over the take folders, which can be thrown away and made again at any time."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.errors import Problem, RoomtoneError, UsageError
from roomtone.takes.documents import Ending, Source
from roomtone.takes.folder import BROKEN, JOURNAL, MANIFEST, NewerFolderError, take_folders
from roomtone.takes.model import Take, TakeState, load_take

log = logging.getLogger(__name__)
T = TypeVar("T")

# SQLite's answers that say nothing against the index: used by another process, or no room, right or disk for it.
_PASSING: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
}
# How long to wait for another process that is writing the index.
_WAIT_SECONDS = 10.0
# Raise this when LibraryItem changes: an index of another version is made again.
VERSION: Final = 2


class TrackItem(msgspec.Struct, frozen=True):
    """A track as the library lists it."""

    name: str
    media: str
    rate: int
    channels: int
    bits: int
    bytes: int
    frames: int
    digest: str
    peak: float | None = None
    noise_floor: float | None = None
    clipped: int = 0
    width: int = 0
    height: int = 0
    fps: float = 0.0


class LibraryItem(msgspec.Struct, frozen=True):
    """A take as the library lists it.

    One that was placed belongs to the take ``against`` (its id), ``offset`` seconds after it; ``confidence`` is from 0
    to 1, 1 where a person moved it (``by_hand``). With ``problem`` set the folder could not be read, and
    was left alone.
    """

    folder: str
    id: str = ""
    title: str = ""
    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    number: int = 0
    started: str = ""
    state: TakeState = TakeState.SEALED
    seconds: float = 0.0
    starred: bool = False
    note: str = ""
    source: Source = Source.RECORDED
    ending: Ending | None = None
    dropouts: int = 0
    tracks: list[TrackItem] = []
    against: str = ""
    offset: float = 0.0
    confidence: float = 0.0
    by_hand: bool = False
    problem: Problem | None = None


def item_of(take: Take) -> LibraryItem:
    """Return how the library lists ``take``."""
    began, manifest = take.began, take.manifest
    if manifest is not None:
        tracks = [
            TrackItem(
                t.name,
                t.media,
                t.rate,
                t.channels,
                t.bits,
                t.bytes,
                t.frames,
                t.digest,
                t.peak,
                t.noise_floor,
                t.clipped,
                t.width,
                t.height,
                t.picture.fps if t.picture else 0.0,
            )
            for t in manifest.tracks
        ]
    else:
        tracks = [
            TrackItem(
                t.name,
                t.media,
                t.rate,
                t.channels,
                t.bits,
                *take.synced.get(t.name, (0, 0)),
                "",
                width=t.width,
                height=t.height,
                fps=t.fps,
            )
            for t in began.tracks
        ]
    return LibraryItem(
        folder=str(take.folder),
        id=take.id,
        title=take.title,
        project=began.project,
        project_title=began.project_title,
        part=began.part,
        person=began.person,
        number=began.number,
        started=began.started,
        state=take.state,
        seconds=take.seconds,
        starred=take.starred,
        note=take.note,
        source=began.source,
        ending=manifest.ending if manifest else None,
        dropouts=len(take.dropouts),
        tracks=tracks,
        against=take.placed.against if take.placed else "",
        offset=take.placed.offset if take.placed else 0.0,
        confidence=take.placed.confidence if take.placed else 0.0,
        by_hand=take.placed.by_hand if take.placed else False,
    )


class Library:
    """The index of one home. Safe to use from several threads and, through SQLite, several processes."""

    def __init__(self, index: Path, takes: Path) -> None:
        self._index = index
        self._takes = takes
        self._lock = threading.Lock()
        self._decoder = decoder_of(LibraryItem)
        self._encoder = msgspec.json.Encoder()
        self._connection: sqlite3.Connection | None = None

    def refresh(self) -> list[LibraryItem]:
        """Bring the index up to date with the folders; return every take, newest first.

        Only folders that changed are read. A missing, stale or corrupt index is made again.
        """
        with self._lock:
            items = self._mended(self._refresh)
        return sorted(items, key=lambda item: (item.started, item.folder), reverse=True)

    def find(self, reference: str) -> LibraryItem:
        """Return the take with this id, start of an id, folder, title or end of a title. Raises ``UsageError``.

        The end is what the window shows of an automatic title: it leaves out the project, as in “take 3”.
        """
        items = [item for item in self.refresh() if item.problem is None]
        exact = [i for i in items if reference in (i.id, i.title, i.folder, Path(i.folder).name)]
        found = exact or [i for i in items if len(reference) >= 4 and i.id.startswith(reference.lower())]
        found = found or [i for i in items if reference and i.title.endswith(f" – {reference}")]
        if len(found) == 1:
            return found[0]
        raise UsageError(
            "no-such-take" if not found else "ambiguous-take",
            f"No take is called “{reference}”" if not found else f"{len(found)} takes answer to “{reference}”",
            "It is neither an id nor a title in this library" if not found else "The name is not unique",
            "roomtone takes list shows all of them with their ids",
        )

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._forget()

    def _refresh(self, db: sqlite3.Connection) -> list[LibraryItem]:
        known: dict[str, tuple[str, bytes]] = {
            name: (stamp, document) for name, stamp, document in db.execute("SELECT name, stamp, document FROM takes")
        }
        items: list[LibraryItem] = []
        changed: list[tuple[str, str, bytes]] = []
        seen: set[str] = set()
        for folder in take_folders(self._takes):
            stamp = _stamp(folder)
            if stamp is None:
                continue
            if not _is_unicode(folder.name):
                items.append(_unnameable(folder))
                continue
            seen.add(folder.name)
            old = known.get(folder.name)
            if old is not None and old[0] == stamp:
                items.append(self._decoder.decode(old[1]))
                continue
            item = _read(folder)
            items.append(item)
            changed.append((folder.name, stamp, self._encoder.encode(item)))
        gone = [(name,) for name in known.keys() - seen]
        if changed or gone:
            with db:
                db.executemany("INSERT OR REPLACE INTO takes VALUES (?, ?, ?)", changed)
                db.executemany("DELETE FROM takes WHERE name = ?", gone)
        return items

    def _mended(self, use: Callable[[sqlite3.Connection], T]) -> T:
        """Call ``use`` with the open index; make the index again where it turns out to be broken."""
        try:
            return use(self._open())
        except (sqlite3.DatabaseError, *BROKEN) as error:
            self._forget()
            if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING:
                # Nothing is wrong with the index itself, and another process may be using it.
                log.info("the library is read without its index: %s", error)
                return self._without_index(use)
            log.info("the library index is made again: %s", error)
        try:
            for suffix in ("", "-wal", "-shm"):
                self._index.with_name(self._index.name + suffix).unlink(missing_ok=True)
            return use(self._open())
        except (sqlite3.DatabaseError, OSError) as error:
            log.info("the library index cannot be made again: %s", error)
            self._forget()
            return self._without_index(use)

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _without_index(self, use: Callable[[sqlite3.Connection], T]) -> T:
        """Read the folders themselves: a disk that holds no index any more still shows its takes."""
        memory = sqlite3.connect(":memory:")
        try:
            _create(memory)
            return use(memory)
        finally:
            memory.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._index.exists():
            return self._connection
        self._forget()
        self._connection = sqlite3.connect(self._index, timeout=_WAIT_SECONDS, check_same_thread=False)
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"index version {version}, not {VERSION}")
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        _create(self._connection)
        return self._connection


def _create(db: sqlite3.Connection) -> None:
    with db:
        db.execute("CREATE TABLE IF NOT EXISTS takes (name TEXT PRIMARY KEY, stamp TEXT, document BLOB)")
        db.execute(f"PRAGMA user_version = {VERSION}")


def _stamp(folder: Path) -> str | None:
    """Return what changes whenever the folder's journal or manifest does; ``None`` where there is no take."""
    try:
        journal = (folder / JOURNAL).stat()
    except OSError:
        return None
    try:
        manifest = (folder / MANIFEST).stat().st_mtime_ns
    except OSError:
        manifest = 0
    return f"{journal.st_size}:{journal.st_mtime_ns}:{manifest}:{folder}"


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _unnameable(folder: Path) -> LibraryItem:
    """A folder from a disk with another encoding: it can be seen, but neither be written down nor sent."""
    name = os.fsencode(folder.name).decode("utf-8", "replace")
    problem = Problem(
        "unreadable-take", f"“{name}” could not be read as a take", "Its name is no valid Unicode", "Rename the folder"
    )
    return LibraryItem(folder=str(folder.with_name(name)), title=name, problem=problem)


def _read(folder: Path) -> LibraryItem:
    try:
        return item_of(load_take(folder))
    except RoomtoneError as error:
        if not isinstance(error, NewerFolderError):
            log.info("not listed: %s", error)
        return LibraryItem(folder=str(folder), title=folder.name, problem=error.problem)
