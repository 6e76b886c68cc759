"""Following a take while somebody else records it: what the uploader stands on."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path

from roomtone.takes.documents import Dropout, Entry, Synced
from roomtone.takes.folder import JOURNAL, MANIFEST, decode_journal, decode_more, read_manifest
from roomtone.takes.model import Take, fold, step
from roomtone.takes.overflow import OverflowFinder


class TakeFollower:
    """Re-reads a take cheaply: a poll reads what the journal grew by, however long the take is.

    What lies in the take's overflow is part of it here; see ``takes.overflow``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at = 0
        self._take: Take | None = None
        self._finder = OverflowFinder(folder)
        self._overflow = (0, 0)

    def stamp(self) -> tuple[int, bool, tuple[int, int, bool]]:
        """Return what differs whenever there is something new to ``poll``; it costs a few stats."""
        try:
            size = os.stat(self.folder / JOURNAL).st_size
        except OSError:
            size = -1
        return size, os.path.exists(self.folder / MANIFEST), self._finder.stamp()

    def poll(self) -> Take:
        """Return the take as it stands now.

        Raises ``NewerFolderError`` or ``UnreadableFolderError``; ``OSError`` when the folder is gone.
        """
        path = self.folder / JOURNAL
        take = self._take
        if take is None:
            raw = path.read_bytes()
            take = fold(self.folder, decode_journal(self.folder, raw), read_manifest(self.folder))
            # A line that is only half there yet is read once more when it is whole.
            self._at = raw.rfind(b"\n") + 1
        elif path.stat().st_size > self._at:
            with path.open("rb") as file:
                file.seek(self._at)
                entries, used = decode_more(file.read())
            self._at += used
            for entry in entries:
                take = _more(take, entry)
        if take.manifest is None:
            take = replace(take, manifest=read_manifest(self.folder))
        if take.manifest is None:
            take = self._with_overflow(take)
        self._take = take
        return take

    def _with_overflow(self, take: Take) -> Take:
        """Add what the journal and the manifest in the overflow tell beyond the take's own."""
        overflow = self._finder.find()
        if overflow is None:
            return take
        # It may come home, and be gone, at any moment; then all that it held is in the folder.
        with contextlib.suppress(FileNotFoundError), (overflow / JOURNAL).open("rb") as file:
            one = os.fstat(file.fileno()).st_ino
            at = self._overflow[1] if self._overflow[0] == one else 0
            file.seek(at)
            entries, used = decode_more(file.read())
            self._overflow = one, at + used
            for entry in entries:
                take = _more(take, entry)
        return replace(take, manifest=read_manifest(overflow))


def _more(take: Take, entry: Entry) -> Take:
    """Return the take after an entry that may have been told before, or be behind what is known."""
    if isinstance(entry, Dropout) and entry in take.dropouts:
        return take
    if isinstance(entry, Synced):
        entry = Synced({name: max(mark, take.synced.get(name, mark)) for name, mark in entry.tracks.items()})
    return step(take, entry)
