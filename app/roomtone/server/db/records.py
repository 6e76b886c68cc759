"""What the repository is given and gives back: plain data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from roomtone.wire.api import ChangeKind


class UploadState(StrEnum):
    """Where an upload is between its creation and its end."""

    RECEIVING = "receiving"
    SEALING = "sealing"
    SEALED = "sealed"
    GONE = "gone"


# ``SEALING`` means that the seal was checked and recorded; it can only be finished, never taken back.
MOVES: Final[dict[UploadState, frozenset[UploadState]]] = {
    UploadState.RECEIVING: frozenset({UploadState.SEALING, UploadState.GONE}),
    UploadState.SEALING: frozenset({UploadState.SEALED}),
    UploadState.SEALED: frozenset({UploadState.GONE}),
    UploadState.GONE: frozenset(),
}


class Concat(StrEnum):
    """What part an upload has in a concatenation."""

    NONE = ""
    PARTIAL = "partial"
    FINAL = "final"


class AccountRecord(msgspec.Struct, frozen=True):
    """A person or program that may sign in."""

    id: str
    name: str
    created: datetime


class ProjectRecord(msgspec.Struct, frozen=True):
    """A project with the size of its list of takes and the head of its feed."""

    id: str
    title: str
    created: datetime
    takes: int = 0
    cursor: int = 0


class TrackRecord(msgspec.Struct, frozen=True):
    """A track; ``key``, ``size`` and ``digest`` once sealed; ``upload`` while one is open for it."""

    name: str
    media: str
    digest: str = ""
    size: int = 0
    key: str = ""
    upload: str = ""


class TakeRecord(msgspec.Struct, frozen=True):
    """A take with its tracks in the order of their declaration."""

    id: str
    project: str
    maker: str
    maker_name: str
    title: str
    part: str
    person: str
    started: str
    created: datetime
    seq: int = 0
    sealed: bool = False
    manifest: dict[str, Any] | None = None
    tracks: tuple[TrackRecord, ...] = ()

    def track(self, name: str) -> TrackRecord | None:
        """Return the track of that name."""
        return next((track for track in self.tracks if track.name == name), None)


class Declared(msgspec.Struct, frozen=True):
    """Where a track's bytes would belong: what of its take decides who may send them, and the track if it is there."""

    project: str
    maker: str
    sealed: bool
    track: TrackRecord | None


class SealPatch(msgspec.Struct, frozen=True):
    """A header patch as it is recorded before it is made."""

    offset: int
    data: bytes


class Sealing(msgspec.Struct, frozen=True):
    """A checked seal: everything needed to finish it after a crash."""

    key: str
    length: int
    digest: str
    patches: tuple[SealPatch, ...] = ()


class UploadRecord(msgspec.Struct, frozen=True):
    """A tus upload. ``length`` is ``None`` while deferred; ``filename`` is set when it makes its own take."""

    id: str
    account: str
    created: datetime
    state: UploadState = UploadState.RECEIVING
    length: int | None = None
    metadata: str = ""
    concat: Concat = Concat.NONE
    parts: tuple[str, ...] = ()
    project: str = ""
    take: str = ""
    track: str = ""
    filename: str = ""
    media: str = ""
    sealing: Sealing | None = None


class ChangeRecord(msgspec.Struct, frozen=True):
    """One entry of a project's feed."""

    kind: ChangeKind
    subject: str
    at: datetime
    detail: str = ""
    seq: int = 0
