"""Bringing home what a full disk refused: from a take's overflow into its own folder.

Called by the engine worker, which is the only recorder, for takes that it does not record. It only adds: the
overflow is removed once everything of it is in the folder, and done again after a crash it goes on where it was.
"""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.foundation.files import free_bytes, sync_data
from roomtone.takes.documents import Entry, Manifest, Synced
from roomtone.takes.folder import JOURNAL, MANIFEST, decode_more, read_journal, read_manifest, write_manifest
from roomtone.takes.journal import Journal
from roomtone.takes.model import Take, TakeState, load_take
from roomtone.takes.overflow import OverflowFinder, Spill, remove_overflow, spills
from roomtone.takes.recovery import apply_patches, digest_file, recover

log = logging.getLogger(__name__)

_BLOCK: Final = 1 << 20
# What the journal, the manifest and the file system itself may need beside the sound.
_SPARE: Final = 256 << 10

WAITING: Final = Problem(
    "waiting-for-room",
    "A take waits for room on the disk",
    "The disk is full, so its end is kept in memory, and sent to the server from there",
    "Free some space, and leave the computer on until then",
)


def bring_all_home(folders: list[Path], clock: Clock) -> list[Take]:
    """Bring home what there is room for, recover what nobody has sealed, and return the takes that are whole again."""
    home = []
    for folder in folders:
        try:
            bring_home(folder)
            take = load_take(folder)
            home.append(recover(take, clock) if take.state is TakeState.RECORDING else take)
        except (OSError, RoomtoneError) as error:
            log.info("still waiting: %s: %s", folder.name, error)
    return home


def bring_home(folder: Path) -> None:
    """Bring home what the overflow of one take holds.

    Raises ``OSError``, with nothing changed where there is no room for it, and ``RoomtoneError`` for a folder that
    cannot be read.
    """
    overflow = OverflowFinder(folder).find()
    if overflow is None:
        return
    told = _told(overflow)
    missing = [entry for entry in told if not isinstance(entry, Synced)]
    here = list(read_journal(folder))
    missing = [entry for entry in missing if entry not in here]
    parts = spills(overflow)
    _check_room(folder, parts)
    sealed = read_manifest(folder)
    if sealed is None:
        for part in parts:
            _append(folder / part.track, part)
    journal = Journal(folder)
    try:
        for entry in missing:
            journal.append(entry)
    finally:
        journal.close()
    if sealed is None:
        _seal(folder, overflow)
    log.info("came home: %s", folder.name)
    remove_overflow(overflow)


def _told(overflow: Path) -> list[Entry]:
    try:
        return decode_more((overflow / JOURNAL).read_bytes())[0]
    except FileNotFoundError:
        return []


def _check_room(folder: Path, parts: list[Spill]) -> None:
    """Raise ``OSError`` where the rest of the take would only fill up the disk once more."""
    needed = sum(max(0, part.end - _size(folder / part.track)) for part in parts) + _SPARE
    if free_bytes(folder) < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _append(path: Path, part: Spill) -> None:
    """Add to a track what its file lacks of its spill. Raises ``OSError``."""
    size = _size(path)
    if size < part.at:
        raise OSError(errno.EIO, f"the track ends at {size}, before what is to follow it at {part.at}", str(path))
    with path.open("ab") as file, part.path.open("rb") as rest:
        rest.seek(size - part.at)
        while data := rest.read(_BLOCK):
            file.write(data)
        file.flush()
        sync_data(file.fileno())


def _seal(folder: Path, overflow: Path) -> None:
    """Seal the take as its overflow was, where that is what lies on the disk now; else leave it to recovery."""
    try:
        manifest = decode((overflow / MANIFEST).read_bytes(), Manifest)
    except FileNotFoundError:
        return
    for track in manifest.tracks:
        apply_patches(folder / track.name, track.patches)
        if digest_file(folder / track.name) != track.digest:
            log.warning("not what was sealed: %s in %s", track.name, folder.name)
            return
    write_manifest(folder, manifest)


def _size(path: Path) -> int:
    return path.stat().st_size
