"""Following a take while somebody else records it: what the uploader stands on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from roomtone.takes.folder import JOURNAL, decode_journal, decode_more, read_manifest
from roomtone.takes.model import Take, fold, step


class TakeFollower:
    """Re-reads a take cheaply: a poll reads what the journal grew by, however long the take is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at = 0
        self._take: Take | None = None

    def poll(self) -> Take:
        """Return the take as it stands now.

        Raises ``NewerFolderError`` or ``UnreadableFolderError``; ``OSError`` when the folder is gone.
        """
        path = self.folder / JOURNAL
        if self._take is None:
            raw = path.read_bytes()
            self._take = fold(self.folder, decode_journal(self.folder, raw), read_manifest(self.folder))
            # A line that is only half there yet is read once more when it is whole.
            self._at = raw.rfind(b"\n") + 1
            return self._take
        if path.stat().st_size > self._at:
            with path.open("rb") as file:
                file.seek(self._at)
                entries, used = decode_more(file.read())
            self._at += used
            for entry in entries:
                self._take = step(self._take, entry)
        if self._take.manifest is None:
            self._take = replace(self._take, manifest=read_manifest(self.folder))
        return self._take
