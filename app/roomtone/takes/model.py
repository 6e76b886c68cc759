"""A take as it stands: its journal and manifest, folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from roomtone.takes.documents import (
    Began,
    Dropout,
    Entry,
    Manifest,
    Noted,
    PictureGap,
    Placed,
    Renamed,
    Sealing,
    Starred,
    Synced,
    Trashed,
)
from roomtone.takes.folder import read_journal, read_manifest


class TakeState(StrEnum):
    """Where a take is in its life on this computer."""

    RECORDING = "recording"
    SEALED = "sealed"
    TRASHED = "trashed"


# From each state to those that may follow it.
TRANSITIONS: Final[dict[TakeState, frozenset[TakeState]]] = {
    TakeState.RECORDING: frozenset({TakeState.SEALED}),
    TakeState.SEALED: frozenset({TakeState.TRASHED}),
    TakeState.TRASHED: frozenset({TakeState.SEALED}),
}


class IllegalMoveError(Exception):
    """A take was asked to go where its state does not lead: a bug of the caller."""


def check_move(old: TakeState, new: TakeState) -> None:
    """Raise ``IllegalMoveError`` unless a take in ``old`` may become ``new``."""
    if new not in TRANSITIONS[old]:
        raise IllegalMoveError(f"a {old} take cannot become {new}")


@dataclass(frozen=True)
class Take:
    """A take on this computer. ``manifest`` is there once it is sealed."""

    folder: Path
    began: Began
    title: str
    starred: bool = False
    trashed: bool = False
    note: str = ""
    synced: dict[str, tuple[int, int]] = field(default_factory=dict)
    sealing: dict[str, Sealing] = field(default_factory=dict)
    dropouts: tuple[Dropout, ...] = ()
    picture_gaps: tuple[PictureGap, ...] = ()
    placed: Placed | None = None
    manifest: Manifest | None = None

    @property
    def id(self) -> str:
        return self.began.id

    @property
    def state(self) -> TakeState:
        """Where the take is in its life; a take that is being recorded cannot be in the trash."""
        if self.manifest is None:
            return TakeState.RECORDING
        return TakeState.TRASHED if self.trashed else TakeState.SEALED

    @property
    def seconds(self) -> float:
        """How long the take is, or has become so far."""
        if self.manifest is not None:
            return self.manifest.seconds
        lengths = [self.synced.get(track.name, (0, 0))[1] / track.rate for track in self.began.tracks if track.rate]
        return max(lengths, default=0.0)


def fold(folder: Path, entries: Iterable[Entry], manifest: Manifest | None) -> Take:
    """Fold a journal, whose first entry is ``Began``, into the take as it stands."""
    steps = iter(entries)
    began = next(steps)
    assert isinstance(began, Began)
    take = Take(folder, began, began.title, manifest=manifest)
    for entry in steps:
        take = step(take, entry)
    return take


def step(take: Take, entry: Entry) -> Take:
    """Return the take after one more entry of its journal."""
    change: dict[str, Any] = {}
    match entry:
        case Synced():
            change = {"synced": entry.tracks}
        case Sealing():
            change = {"sealing": {**take.sealing, entry.track: entry}}
        case Dropout():
            change = {"dropouts": (*take.dropouts, entry)}
        case PictureGap():
            change = {"picture_gaps": (*take.picture_gaps, entry)}
        case Placed():
            change = {"placed": entry}
        case Renamed():
            change = {"title": entry.title}
        case Starred():
            change = {"starred": entry.on}
        case Noted():
            change = {"note": entry.text}
        case Trashed():
            change = {"trashed": entry.on}
    return replace(take, **change)


def load_take(folder: Path) -> Take:
    """Read the take in ``folder``. Raises ``NewerFolderError`` or ``UnreadableFolderError``."""
    return fold(folder, read_journal(folder), read_manifest(folder))
