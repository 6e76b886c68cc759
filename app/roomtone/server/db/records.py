"""What the repository is given and gives back: plain data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from roomtone.wire.api import ChangeKind
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.people import Role, Scope


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
    """A person or program that may sign in. ``passphrase`` is what argon2id made of it, "" for none."""

    id: str
    name: str
    created: datetime
    guest: bool = False
    passphrase: str = ""


class KeyRecord(msgspec.Struct, frozen=True):
    """A token, of which the hash is kept. ``project`` is the only one that a key for recording opens."""

    hash: str
    account: AccountRecord
    created: datetime
    device: str = ""
    scope: Scope = Scope.FULL
    project: str = ""
    used: datetime | None = None


class MemberRecord(msgspec.Struct, frozen=True):
    """Somebody in a project, also one who is ``gone``."""

    account: str
    name: str
    role: Role
    joined: datetime
    guest: bool = False
    gone: bool = False


class InviteRecord(msgspec.Struct, frozen=True):
    """A link that opens a project; of its code the hash is kept."""

    id: str
    hash: str
    project: str
    role: Role
    maker: str
    created: datetime
    expires: datetime
    uses_left: int
    note: str = ""
    revoked: bool = False
    maker_name: str = ""


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
    changed: int = 0
    withdrawn: bool = False

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


class ItemRecord(msgspec.Struct, frozen=True):
    """An item with the change that it is told after."""

    item: Item
    seq: int


class PastRecord(msgspec.Struct, frozen=True):
    """An edit as it was taken."""

    edit: Edit
    account: str
    received: datetime


class TakePlace(msgspec.Struct, frozen=True):
    """Where a take belongs, and to whom: what decides who may do what with it."""

    project: str
    maker: str
    withdrawn: bool = False


class StateRecord(msgspec.Struct, frozen=True):
    """What is new in a project, read in one moment. ``head`` is the newest change of its feed.

    ``items`` and ``takes`` are the oldest so many of each; ``members`` is ``None`` where nothing about them is new.
    """

    items: list[ItemRecord]
    takes: list[TakeRecord]
    members: list[MemberRecord] | None
    head: int


class Known(msgspec.Struct, frozen=True):
    """What decides about some edits of one person: their role, and what the edits speak of, as far as it is here."""

    role: Role | None
    items: dict[str, Item]
    past: dict[str, PastRecord]
    takes: dict[str, TakePlace]
    members: frozenset[str]


class Decided(msgspec.Struct, frozen=True):
    """What is to be written: items as they are now, ``new`` ones among them, and the edits that were taken.

    ``retold`` takes are to be told again to those who follow; ``withdrawn`` says for some of them whether they are.
    """

    items: list[Item]
    new: frozenset[str]
    edits: list[PastRecord]
    retold: list[str] = []
    withdrawn: dict[str, bool] = {}
