"""What the sync worker remembers between two starts: one small file a take, for each server that takes went to."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.files import atomic_write, make_directory
from roomtone.upload.core_events import TakeRecord

log = logging.getLogger(__name__)

# The server of this home, by whatever address it is reached today.
HERE: Final = "here"


class Kept(msgspec.Struct, frozen=True):
    """A record with the name of the folder that the take lies in, and the server that it is about.

    What one server has says nothing about another one, so a record that does not name its server is not believed.
    """

    folder: str
    record: TakeRecord
    server: str = ""


class Records:
    """The records in a folder. Losing one costs a few requests and no byte; a damaged one is as good as lost.

    Those about other servers than this home's own lie in a folder for each below it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, server: str) -> dict[str, Kept]:
        """Return all records about a server by the ids of their takes."""
        found: dict[str, Kept] = {}
        for path in self._place(server).glob("*.json"):
            try:
                kept = decode(path.read_bytes(), Kept)
            except (OSError, msgspec.DecodeError) as error:
                log.info("a record could not be read: %s: %s", path.name, error)
                continue
            if kept.record.v == 1 and kept.record.take == path.stem and kept.server == server:
                found[kept.record.take] = kept
        return found

    def save(self, server: str, folder: str, record: TakeRecord) -> None:
        """Make a record durable. A full disk is no reason to stop sending, so it is only noted."""
        place = self._place(server)
        try:
            make_directory(place)
            atomic_write(place / f"{record.take}.json", msgspec.json.encode(Kept(folder, record, server)))
        except OSError as error:
            log.info("a record was not written: %s", error)

    def _place(self, server: str) -> Path:
        if server == HERE:
            return self._folder
        return self._folder / f"at-{hashlib.sha256(server.encode()).hexdigest()[:16]}"
