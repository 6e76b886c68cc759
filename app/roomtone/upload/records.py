"""What the sync worker remembers between two starts: one small file a take."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from roomtone.foundation.files import atomic_write
from roomtone.upload.core_events import TakeRecord

log = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True):
    """A record with the name of the folder that the take lies in."""

    folder: str
    record: TakeRecord


class Records:
    """The records in a folder. Losing one costs a few requests and no byte; a damaged one is as good as lost."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self) -> dict[str, Kept]:
        """Return all records by the ids of their takes."""
        found: dict[str, Kept] = {}
        for path in self._folder.glob("*.json"):
            try:
                kept = msgspec.json.decode(path.read_bytes(), type=Kept)
            except (OSError, msgspec.DecodeError) as error:
                log.info("a record could not be read: %s: %s", path.name, error)
                continue
            if kept.record.v == 1 and kept.record.take == path.stem:
                found[kept.record.take] = kept
        return found

    def remove(self, take: str) -> None:
        """Forget what was remembered of a take: it is sent anew."""
        (self._folder / f"{take}.json").unlink(missing_ok=True)

    def save(self, folder: str, record: TakeRecord) -> None:
        """Make a record durable. A full disk is no reason to stop sending, so it is only noted."""
        path = self._folder / f"{record.take}.json"
        try:
            atomic_write(path, msgspec.json.encode(Kept(folder, record)))
        except OSError as error:
            log.info("a record was not written: %s", error)
