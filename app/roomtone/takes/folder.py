"""The folder of a take: the on-disk contract, of which ``documents`` has what is written. Schema 1.

::

    takes/<title> [<first 8 digits of the id>]/
        journal.jsonl    one JSON entry a line, only ever appended to; the first one is ``began``
        mic-1.flac …     the tracks; they grow by appending, and sealing changes only their first bytes
        take.json        the manifest; it appears, whole, when the take is sealed, and never changes again

Whoever reads a folder folds its journal in order. A last line without a line end was cut off by a crash and
is not there. Entries of unknown kind are skipped: they come from a newer version of the same schema. A folder
whose schema is newer is left alone.

While the disk has no room, a take that is being recorded, or was not brought home yet, goes on in its overflow; see
``overflow``. Whoever knows nothing of that sees a take that has not grown since, and is not sealed yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.decoding import decode, decoder_of
from roomtone.foundation.errors import WorldError
from roomtone.foundation.files import atomic_write, safe_name
from roomtone.takes.documents import SCHEMA, Began, Entry, Manifest

# What decoding raises for bytes that are no document: no JSON, no UTF-8, or nested beyond all bounds.
BROKEN: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
JOURNAL: Final = "journal.jsonl"
MANIFEST: Final = "take.json"


class NewerFolderError(WorldError):
    """The folder was made by a newer version; it is left alone."""

    def __init__(self, folder: Path, schema: int) -> None:
        super().__init__(
            "newer-take",
            f"The take in “{folder.name}” was left alone",
            f"It was made by a newer version of Roomtone (format {schema}, this one knows {SCHEMA})",
            "Update Roomtone to open it",
        )


class UnreadableFolderError(WorldError):
    """The folder holds no take that can be read."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            "unreadable-take",
            f"“{folder.name}” could not be read as a take",
            why,
            "Nothing was changed; its files can be opened by hand",
        )


def folder_name(title: str, take_id: str) -> str:
    """Return the name of a take's folder: readable, and unique by the start of its id."""
    return f"{safe_name(title, 'take')} [{take_id[:8]}]"


def take_folders(takes: Path) -> list[Path]:
    """Return the folders below ``takes`` that may be takes, by name. Hidden ones are not takes yet."""
    try:
        return sorted(path for path in takes.iterdir() if not path.name.startswith(".") and path.is_dir())
    except FileNotFoundError:
        return []


class _Schema(msgspec.Struct, frozen=True):
    schema: int


def encode_entry(entry: Entry) -> bytes:
    """Return one line of the journal."""
    return msgspec.json.encode(entry) + b"\n"


def read_journal(folder: Path) -> Iterator[Entry]:
    """Go through the entries of a take's journal, the first being ``Began``.

    One at a time: the journal of an hour has tens of thousands. Raises ``NewerFolderError`` or
    ``UnreadableFolderError`` before the first.
    """
    try:
        raw = (folder / JOURNAL).read_bytes()
    except OSError as error:
        raise UnreadableFolderError(folder, f"Its journal cannot be opened: {error.strerror}") from error
    yield from decode_journal(folder, raw)


def decode_more(raw: bytes) -> tuple[list[Entry], int]:
    """Read what was added to a journal; return the entries and how many bytes they took up."""
    whole = raw.rfind(b"\n") + 1
    entries: list[Entry] = []
    for line in raw[:whole].split(b"\n")[:-1]:
        with contextlib.suppress(*BROKEN):
            entries.append(_ENTRY.decode(line))
    return entries, whole


def decode_journal(folder: Path, raw: bytes) -> Iterator[Entry]:
    """Go through a journal's bytes; see ``read_journal``."""
    if b"\n" not in raw:
        raise UnreadableFolderError(folder, "Its journal is empty")
    for number, line in enumerate(BytesIO(raw)):
        if not line.endswith(b"\n"):
            return
        try:
            entry = _ENTRY.decode(line)
        except BROKEN as error:
            if number == 0:
                raise _first_line_error(folder, line, str(error)) from error
            continue
        if number == 0:
            if not isinstance(entry, Began):
                raise UnreadableFolderError(folder, "Its journal does not begin with a beginning")
            if entry.schema > SCHEMA:
                raise NewerFolderError(folder, entry.schema)
        yield entry


def _first_line_error(folder: Path, line: bytes, why: str) -> WorldError:
    """A newer schema may have changed the first entry in ways that this version cannot decode."""
    try:
        schema = decode(line, _Schema).schema
    except BROKEN:
        return UnreadableFolderError(folder, f"Its journal is damaged: {why}")
    if schema > SCHEMA:
        return NewerFolderError(folder, schema)
    return UnreadableFolderError(folder, f"Its journal is damaged: {why}")


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest, or ``None`` while the take is not sealed.

    Raises ``NewerFolderError`` or ``UnreadableFolderError``.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableFolderError(folder, f"Its manifest cannot be opened: {error.strerror}") from error
    try:
        schema = decode(raw, _Schema).schema
        if schema > SCHEMA:
            raise NewerFolderError(folder, schema)
        return decode(raw, Manifest)
    except BROKEN as error:
        raise UnreadableFolderError(folder, f"Its manifest is damaged: {error}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, once. Raises ``OSError``; ``FileExistsError`` when the take is sealed already."""
    path = folder / MANIFEST
    if path.exists():
        raise FileExistsError(path)
    atomic_write(path, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


_ENTRY: msgspec.json.Decoder[Entry] = decoder_of(Entry)
