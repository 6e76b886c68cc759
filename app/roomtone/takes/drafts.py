"""The folder of a draft: something begun that is no take yet. The on-disk contract. Schema 1.

::

    drafts/<title> [<first 8 digits of the id>]/
        draft.jsonl     one JSON entry a line, only ever appended to; the first one is ``began``
        0001.png …      the pictures; one that no entry names was cut off while it was added, and is not there
        text.txt        the page as it is now; the journal holds its revisions

The rules of the take folder hold here too: a last line without a line end is not there, entries of unknown kind are
skipped, and a folder whose schema is newer is left alone. A draft becomes the take that has its id.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from roomtone.foundation.decoding import decode, decoder_of
from roomtone.foundation.errors import RoomtoneError, UsageError, WorldError
from roomtone.takes.folder import BROKEN, read_manifest, take_folders
from roomtone.takes.naming import one_line
from roomtone.wire.api import Id

SCHEMA: Final = 1
DRAFT_JOURNAL: Final = "draft.jsonl"
TEXT: Final = "text.txt"
_LONG_LINE: Final = 80


class DraftKind(StrEnum):
    """What a draft is going to be."""

    STILL = "still"
    STOP_MOTION = "stop-motion"
    TIME_LAPSE = "time-lapse"
    WRITING = "writing"


class DraftState(StrEnum):
    """Where a draft is in its life."""

    OPEN = "open"
    THROWN_AWAY = "thrown-away"
    KEPT = "kept"


# From each state to those that may follow it.
TRANSITIONS: Final[dict[DraftState, frozenset[DraftState]]] = {
    DraftState.OPEN: frozenset({DraftState.THROWN_AWAY, DraftState.KEPT}),
    DraftState.THROWN_AWAY: frozenset({DraftState.OPEN}),
    DraftState.KEPT: frozenset(),
}
_TITLES: Final = {
    DraftKind.STILL: "Still",
    DraftKind.STOP_MOTION: "Stop-motion",
    DraftKind.TIME_LAPSE: "Time-lapse",
    DraftKind.WRITING: "Page",
}


class DraftBegan(msgspec.Struct, frozen=True, tag_field="e", tag="began"):
    """The first entry of every draft. ``at`` is RFC 3339 in UTC; ``lineage`` holds the takes that it goes on from."""

    schema: int
    id: Id
    kind: DraftKind
    title: str
    at: str
    app: str
    lineage: list[str] = []


class DraftTitled(msgspec.Struct, frozen=True, tag_field="e", tag="titled"):
    """The draft has another title now; its folder keeps its name."""

    title: str
    at: str


class PictureAdded(msgspec.Struct, frozen=True, tag_field="e", tag="picture-added"):
    """The file ``name`` is whole, ``bytes`` long, and the draft's newest picture."""

    name: str
    bytes: int
    at: str


class PictureDropped(msgspec.Struct, frozen=True, tag_field="e", tag="picture-dropped"):
    """The picture was left out, or put back where it was. Its file stays."""

    name: str
    on: bool
    at: str


class Wrote(msgspec.Struct, frozen=True, tag_field="e", tag="wrote"):
    """A revision: the whole text as it was at ``at``."""

    text: str
    at: str


class ThrownAway(msgspec.Struct, frozen=True, tag_field="e", tag="thrown-away"):
    """The draft was put aside or brought back. Its files stay."""

    on: bool
    at: str


class Kept(msgspec.Struct, frozen=True, tag_field="e", tag="kept"):
    """The draft became a take, whose folder has this name."""

    folder: str
    at: str


DraftEntry = DraftBegan | DraftTitled | PictureAdded | PictureDropped | Wrote | ThrownAway | Kept


@dataclass(frozen=True)
class Picture:
    """A picture of a draft."""

    file: Path
    bytes: int
    at: str
    dropped: bool = False


@dataclass(frozen=True)
class Revision:
    """How a page once read."""

    text: str
    at: str


@dataclass(frozen=True)
class Draft:
    """A draft as it stands. ``changed`` (RFC 3339 in UTC) is when anything about it last changed.

    ``text`` is the page as it is now, since ``text_at``; ``recorded`` are the revisions in the journal, of which the
    last one may be older than the text.
    """

    folder: Path
    began: DraftBegan
    title: str
    changed: str
    all_pictures: tuple[Picture, ...] = ()
    recorded: tuple[Revision, ...] = ()
    text: str = ""
    text_at: str = ""
    thrown_away: bool = False
    kept: str = ""

    @property
    def id(self) -> str:
        return self.began.id

    @property
    def kind(self) -> DraftKind:
        return self.began.kind

    @property
    def state(self) -> DraftState:
        if self.kept:
            return DraftState.KEPT
        return DraftState.THROWN_AWAY if self.thrown_away else DraftState.OPEN

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures that were not left out, oldest first."""
        return tuple(picture for picture in self.all_pictures if not picture.dropped)

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """Every revision, oldest first; the last one is the text as it is now."""
        last = self.recorded[-1].text if self.recorded else ""
        return self.recorded if self.text == last else (*self.recorded, Revision(self.text, self.text_at))

    @property
    def shown_title(self) -> str:
        """The title, or where there is none the beginning of the text, or the kind."""
        if self.title:
            return self.title
        first = next((line for raw in self.text.splitlines() if (line := one_line(raw).lstrip("# "))), "")
        short = first if len(first) <= _LONG_LINE else first[: _LONG_LINE - 1].rstrip() + "…"
        return short or _TITLES[self.kind]


class NewerDraftError(WorldError):
    """The draft was made by a newer version; it is left alone."""

    def __init__(self, folder: Path, schema: int) -> None:
        super().__init__(
            "newer-draft",
            f"The draft in “{folder.name}” was left alone",
            f"It was made by a newer version of Roomtone (format {schema}, this one knows {SCHEMA})",
            "Update Roomtone to open it",
        )


class UnreadableDraftError(WorldError):
    """The folder holds no draft that can be read."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            "unreadable-draft",
            f"“{folder.name}” could not be read as a draft",
            why,
            "Nothing was changed; its files can be opened by hand",
        )


class _Schema(msgspec.Struct, frozen=True):
    schema: int


_ENTRY: Final[msgspec.json.Decoder[DraftEntry]] = decoder_of(DraftEntry)


def read_draft(folder: Path) -> Draft:
    """Read the draft in ``folder``. Raises ``NewerDraftError`` or ``UnreadableDraftError``."""
    try:
        raw = (folder / DRAFT_JOURNAL).read_bytes()
    except OSError as error:
        raise UnreadableDraftError(folder, f"Its journal cannot be opened: {error.strerror}") from error
    lines = raw.split(b"\n")[:-1]
    if not lines:
        raise UnreadableDraftError(folder, "Its journal is empty")
    folding = _Folding(Draft(folder, began := _first(folder, lines[0]), began.title, began.at))
    for line in lines[1:]:
        with contextlib.suppress(*BROKEN):
            folding.add(_ENTRY.decode(line))
    return _with_text(folding.draft())


class _Folding:
    """A journal on its way into a draft. A draft may have thousands of pictures, so nothing is copied on the way."""

    def __init__(self, start: Draft) -> None:
        self._start = start
        self._change: dict[str, Any] = {}
        self._pictures: dict[str, Picture] = {}
        self._revisions: list[Revision] = []

    def add(self, entry: DraftEntry) -> None:
        """Go on with one more entry."""
        match entry:
            case DraftBegan():
                return
            case DraftTitled():
                self._change["title"] = entry.title
            case PictureAdded():
                # A name leads to a file in the folder of the draft and nowhere else.
                file = self._start.folder / Path(entry.name).name
                self._pictures[entry.name] = Picture(file, entry.bytes, entry.at)
            case PictureDropped():
                if entry.name in self._pictures:
                    self._pictures[entry.name] = replace(self._pictures[entry.name], dropped=entry.on)
            case Wrote():
                self._revisions.append(Revision(entry.text, entry.at))
                self._change |= {"text": entry.text, "text_at": entry.at}
            case ThrownAway():
                self._change["thrown_away"] = entry.on
            case Kept():
                self._change["kept"] = entry.folder
        self._change["changed"] = entry.at

    def draft(self) -> Draft:
        """Return the draft as it now stands."""
        pictures, revisions = tuple(self._pictures.values()), tuple(self._revisions)
        return replace(self._start, all_pictures=pictures, recorded=revisions, **self._change)


def list_drafts(drafts: Path, takes: Path) -> tuple[list[Draft], list[RoomtoneError]]:
    """Return every draft, the last changed first, and why others cannot be read.

    One that became a take just before a crash is listed as kept, although its journal does not say so yet.
    """
    found: list[Draft] = []
    troubles: list[RoomtoneError] = []
    for folder in take_folders(drafts):
        if not (folder / DRAFT_JOURNAL).exists():
            # It was cut off while it was begun.
            continue
        try:
            found.append(read_draft(folder))
        except RoomtoneError as error:
            troubles.append(error)
    if any(draft.state is DraftState.OPEN for draft in found):
        names = take_folders(takes)
        found = [replace(d, kept=take.name) if (take := _take_of(d, names)) is not None else d for d in found]
    return sorted(found, key=lambda draft: (draft.changed, draft.folder.name), reverse=True), troubles


def take_of(draft: Draft, takes: Path) -> Path | None:
    """Return the folder of the take that a draft became."""
    return _take_of(draft, take_folders(takes))


def find_draft(drafts: Path, takes: Path, reference: str) -> Draft:
    """Return the draft with this id, start of an id, folder or title, or of the open ones the one that has this in its
    title. Open ones come first. Raises ``UsageError``."""
    listed, _ = list_drafts(drafts, takes)
    lower = reference.lower()
    named = [d for d in listed if reference in (d.id, d.title, d.shown_title, d.folder.name, str(d.folder))]
    found = named or [d for d in listed if len(reference) >= 4 and d.id.startswith(lower)]
    found = found or [d for d in listed if lower.strip() and lower in d.shown_title.lower() and not d.kept]
    found = [d for d in found if d.state is DraftState.OPEN] or found
    if len(found) == 1:
        return found[0]
    raise UsageError(
        "ambiguous-draft" if found else "no-such-draft",
        f"{len(found)} drafts answer to “{reference}”" if found else f"No draft is called “{reference}”",
        "The name is not unique" if found else "It is neither an id nor a title of something begun here",
        "roomtone artwork list and roomtone write list show them with their ids",
    )


def _take_of(draft: Draft, takes: list[Path]) -> Path | None:
    """Return the take with the id of a draft; the names of the folders tell which ones are worth a look."""
    if draft.kept:
        return takes[0].with_name(draft.kept) if takes else None
    for folder in takes:
        if folder.name.endswith(f"[{draft.id[:8]}]"):
            with contextlib.suppress(RoomtoneError):
                manifest = read_manifest(folder)
                if manifest is not None and manifest.id == draft.id:
                    return folder
    return None


def _first(folder: Path, line: bytes) -> DraftBegan:
    try:
        schema = decode(line, _Schema).schema
        if schema > SCHEMA:
            raise NewerDraftError(folder, schema)
        entry = _ENTRY.decode(line)
    except BROKEN as error:
        raise UnreadableDraftError(folder, f"Its journal is damaged: {error}") from error
    if not isinstance(entry, DraftBegan):
        raise UnreadableDraftError(folder, "Its journal does not begin with a beginning")
    return entry


def _with_text(draft: Draft) -> Draft:
    """Add the page as it is now, which is newer than the last revision, or the same."""
    path = draft.folder / TEXT
    try:
        text = path.read_bytes().decode("utf-8", "replace")
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
    except OSError:
        return draft
    return replace(draft, text=text, text_at=at, changed=max(draft.changed, at))
