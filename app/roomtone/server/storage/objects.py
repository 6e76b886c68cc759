"""Bytes in an object store: nothing of them depends on the machine that the server runs on.

- ``staging/<upload>``: an empty object while the upload is staged.
- ``parts/<upload>/…``: its pieces, see ``pieces``.
- ``store/<key>``: a sealed object, as it is.
- ``index/<key>``: a sealed object that is larger than one piece: which pieces it consists of. They stay where they
  are, so sealing costs the same however long a take is: only what a replacement touches is stored again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.files import make_directory
from roomtone.server.problems import RefusedError
from roomtone.server.storage import pieces as named
from roomtone.server.storage.bucket import Bucket, missing, open_bucket
from roomtone.server.storage.contract import Object, Progress, Replacement, Staged
from roomtone.server.storage.incoming import PIECE, StagedObject
from roomtone.server.storage.pieces import Piece

_FORMAT: Final = 1
_FORMAT_PATH: Final = "roomtone-store.json"


class _Format(msgspec.Struct, frozen=True):
    format: int


class _Part(msgspec.Struct, frozen=True):
    path: str
    length: int


class _Index(msgspec.Struct, frozen=True):
    """What a large sealed object consists of, from its beginning to its end."""

    parts: tuple[_Part, ...]

    def pieces(self) -> list[Piece]:
        """Return the parts with their places."""
        found: list[Piece] = []
        for part in self.parts:
            found.append(Piece(part.path, found[-1].end if found else 0, part.length))
        return found


class _SealedObject:
    """A sealed object: one piece, or several."""

    def __init__(self, bucket: Bucket, pieces: Sequence[Piece]) -> None:
        self._bucket = bucket
        self._pieces = pieces

    @property
    def size(self) -> int:
        return self._pieces[-1].end

    def read(self, offset: int, size: int) -> bytes:
        size = max(0, min(size, self.size - offset))
        return _read(self._bucket, self._pieces, offset, size)

    def close(self) -> None:
        """There is no handle."""


def open_store(url: str, spool: Path) -> ObjectStorage:
    """Open the store at an ``s3:`` URL, see ``open_bucket``, and check that it can be used.

    Raises ``UsageError`` for what is no such URL, and ``WorldError``.
    """
    storage = ObjectStorage(open_bucket(url), spool)
    storage.check()
    return storage


class ObjectStorage:
    """``Storage`` in a bucket. ``spool`` is a local folder for what is not committed yet."""

    def __init__(self, bucket: Bucket, spool: Path, piece: int = PIECE) -> None:
        """Create the local folder. Raises ``WorldError``. ``piece`` is how many bytes a whole piece has."""
        self._bucket = bucket
        self._spool = spool
        self._piece = piece
        try:
            make_directory(spool, 0o700)
        except OSError as error:
            raise from_os_error(error, "keeping uploads") from error

    def check(self) -> None:
        """See to it that the bucket is there, can be written to and is of our format. Raises ``WorldError``."""
        try:
            found = self._bucket.get(_FORMAT_PATH)
            if found is None:
                self._bucket.create(_FORMAT_PATH, msgspec.json.encode(_Format(_FORMAT)))
                return
        except RefusedError as error:
            raise WorldError(
                "store-unreachable",
                "The store was not opened",
                _reason(error),
                "Check that it runs, its address, that the bucket is there, the keys and their rights",
            ) from error
        if decode(found, _Format).format > _FORMAT:
            raise WorldError(
                "newer-store",
                "The store was not opened",
                "A newer version of Roomtone wrote it",
                "Update Roomtone",
            )

    def stage(self, upload: str) -> Staged:
        return StagedObject(self._bucket, upload, self._spool, lambda: self._mark(upload), self._piece)

    def progress(self, upload: str) -> Progress:
        found = self._chain(upload)
        return Progress(found[-1].end if found else 0, named.touched(found))

    def staged(self) -> list[str]:
        return [path.rpartition("/")[2] for path, _ in self._bucket.list("staging")]

    def discard(self, upload: str) -> None:
        # One that was sealed is no longer marked, and its pieces may be in use for ever.
        if self._bucket.size(_marker(upload)) is not None:
            self._clear(upload, frozenset())

    def seal(self, upload: str, key: str, length: int, replacements: Sequence[Replacement]) -> None:
        used = self._used(key)
        if used is None:
            used = self._build(upload, key, length, replacements)
        self._clear(upload, frozenset(piece.path for piece in used))

    def open(self, key: str) -> Object:
        used = self._used(key)
        if used is None:
            raise missing(key)
        return _SealedObject(self._bucket, used)

    def keys(self) -> Iterator[tuple[str, int]]:
        found = {path.partition("/")[2]: size for path, size in self._bucket.list("store")}
        for path, _ in self._bucket.list("index"):
            used = self._index(path.partition("/")[2])
            # What is missing is not counted, so that whoever compares sizes notices.
            folders = {piece.path.rpartition("/")[0] for piece in used or ()}
            there = {part for folder in folders for part, _ in self._bucket.list(folder)}
            found[path.partition("/")[2]] = sum(piece.length for piece in used or () if piece.path in there)
        yield from sorted(found.items())

    def close(self) -> None:
        """There is no handle."""

    def _mark(self, upload: str) -> None:
        self._bucket.put(_marker(upload), b"")

    def _chain(self, upload: str) -> list[Piece]:
        return named.chain(self._bucket.list(named.folder(upload)))

    def _used(self, key: str) -> list[Piece] | None:
        """Return the pieces of a sealed object, or ``None`` where there is none."""
        size = self._bucket.size(f"store/{key}")
        return self._index(key) if size is None else [Piece(f"store/{key}", 0, size)]

    def _index(self, key: str) -> list[Piece] | None:
        raw = self._bucket.get(f"index/{key}")
        return None if raw is None else decode(raw, _Index).pieces()

    def _build(self, upload: str, key: str, length: int, replacements: Sequence[Replacement]) -> list[Piece]:
        """Make the sealed object. Until its last step nothing of the upload is changed."""
        found = self._chain(upload)
        if length > (found[-1].end if found else 0):
            raise RefusedError("unknown-upload", "The staged bytes are gone")
        found = named.cut(found, length)
        if length <= self._piece:
            data = named.patched(_read(self._bucket, found, 0, length), 0, replacements)
            self._bucket.create(f"store/{key}", data)
            return [Piece(f"store/{key}", 0, length)]
        used = [self._settled(upload, group, replacements) for group in self._groups(found)]
        index = _Index(tuple(_Part(piece.path, piece.length) for piece in used))
        self._bucket.create(f"index/{key}", msgspec.json.encode(index))
        return used

    def _groups(self, found: Sequence[Piece]) -> Iterator[list[Piece]]:
        """Gather small pieces, so that the sealed object consists of few; whole ones stay as they are."""
        group: list[Piece] = []
        for piece in found:
            alone = piece.length >= self._piece
            if group and (alone or piece.end - group[0].offset > self._piece):
                yield group
                group = []
            group.append(piece)
        if group:
            yield group

    def _settled(self, upload: str, group: Sequence[Piece], replacements: Sequence[Replacement]) -> Piece:
        if len(group) == 1 and not named.touches(group[0], replacements):
            return group[0]
        made = named.sealed_piece(upload, group[0].offset, group[-1].end - group[0].offset)
        data = _read(self._bucket, group, made.offset, made.length)
        self._bucket.put(made.path, named.patched(data, made.offset, replacements))
        return made

    def _clear(self, upload: str, used: frozenset[str]) -> None:
        """Remove what is staged of an upload, but for what a sealed object uses. The mark goes last."""
        self._bucket.delete([path for path, _ in self._bucket.list(named.folder(upload)) if path not in used])
        self._bucket.delete([_marker(upload)])


def _marker(upload: str) -> str:
    return f"staging/{upload}"


def _read(bucket: Bucket, pieces: Sequence[Piece], offset: int, size: int) -> bytes:
    found = [bucket.read(piece.path, skip, count) for piece, skip, count in named.slices(pieces, offset, size)]
    return found[0] if len(found) == 1 else b"".join(found)


def _reason(error: RefusedError) -> str:
    """Return what the store said: whoever runs the server has to know it, unlike whoever uses it."""
    return str(error.__cause__ or error).strip().partition("\n")[0]
