"""The strict reading of a tus request's headers. Nothing is guessed: what is not clear is refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from roomtone.server.db.records import Concat
from roomtone.server.problems import RefusedError
from roomtone.wire import tus

_UPLOAD_URL = re.compile(r"(?:https?://[^/\s]+)?" + re.escape(tus.UPLOADS) + r"/([0-9a-f]{32})")
_ID = re.compile(r"[0-9a-f]{32}")
_TRACK = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9]{1,5}")
_MEDIA = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")
_MAX_TITLE: Final = 300
_DIGEST_SIZES: Final = {name: hashlib.new(name).digest_size for name in tus.CHECKSUMS}


class RequestHeaders:
    """The headers of one request, each asked for by its lower-case name."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._values = dict(raw)
        self._names = [name for name, _ in raw] if len(self._values) != len(raw) else []

    def one(self, name: str) -> str | None:
        """Return a header's value, or ``None``. Raises ``bad-header`` when it is there twice or is no ASCII."""
        wanted = name.encode()
        found = self._values.get(wanted)
        if found is None:
            return None
        if self._names.count(wanted) > 1:
            raise RefusedError("bad-header", f"{name} is there more than once")
        try:
            return found.decode("ascii")
        except UnicodeDecodeError as error:
            raise RefusedError("bad-header", f"{name} is not ASCII") from error

    def number(self, name: str) -> int | None:
        """Return a header's value as a number, or ``None``. Raises ``bad-header``."""
        text = self.one(name)
        if text is None:
            return None
        try:
            return tus.parse_number(text)
        except ValueError as error:
            raise RefusedError("bad-header", f"{name}: {error}") from error


@dataclass(frozen=True)
class Checksum:
    """What a body must hash to."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True)
class Place:
    """Where a finished upload belongs: a take's track, or a project where it becomes a take by itself."""

    take: str = ""
    track: str = ""
    project: str = ""
    filename: str = ""
    media: str = ""


@dataclass(frozen=True)
class Creation:
    """A request to create an upload. ``length`` is ``None`` while deferred."""

    length: int | None
    concat: Concat
    parts: tuple[str, ...]
    metadata: str
    place: Place


@dataclass(frozen=True)
class Appending:
    """A request to append. ``length`` is set where a deferred length is declared."""

    offset: int
    length: int | None
    checksum: Checksum | None


def check_version(headers: RequestHeaders) -> None:
    """Raise ``other-tus-version`` unless the client speaks ours."""
    if headers.one("tus-resumable") != tus.VERSION:
        raise RefusedError("other-tus-version", "", [(b"tus-version", tus.VERSION.encode())])


def read_creation(headers: RequestHeaders) -> Creation:
    """Read a creation's headers. Raises ``RefusedError``."""
    length = headers.number("upload-length")
    deferred = headers.one("upload-defer-length")
    concat, parts = _read_concat(headers.one("upload-concat"))
    if deferred not in (None, "1"):
        raise RefusedError("bad-header", "upload-defer-length can only be 1")
    if length is not None and (deferred or concat is Concat.FINAL):
        raise RefusedError("bad-header", "upload-length is there where it must not be")
    if length is None and not deferred and concat is not Concat.FINAL:
        raise RefusedError("bad-header", "upload-length or upload-defer-length is missing")
    if deferred and concat is Concat.FINAL:
        raise RefusedError("bad-header", "a joined upload cannot defer its length")
    check_length(length)
    metadata = headers.one("upload-metadata") or ""
    try:
        values = tus.parse_metadata(metadata)
    except ValueError as error:
        raise RefusedError("bad-metadata", str(error)) from error
    place = Place() if concat is Concat.PARTIAL else _read_place(values)
    return Creation(length, concat, parts, metadata, place)


def read_appending(headers: RequestHeaders) -> Appending:
    """Read an append's headers. Raises ``RefusedError``."""
    if headers.one("content-type") != tus.OFFSET_TYPE:
        raise RefusedError("wrong-type")
    offset = headers.number("upload-offset")
    if offset is None:
        raise RefusedError("bad-header", "upload-offset is missing")
    length = headers.number("upload-length")
    check_length(length)
    return Appending(offset, length, read_checksum(headers))


def read_checksum(headers: RequestHeaders) -> Checksum | None:
    """Read ``Upload-Checksum``. Raises ``bad-checksum`` for what cannot be checked."""
    text = headers.one("upload-checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    if algorithm not in tus.CHECKSUMS:
        raise RefusedError("bad-checksum", f"Only {' and '.join(tus.CHECKSUMS)} are known here")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise RefusedError("bad-checksum", "The digest is not Base64") from error
    if len(digest) != _DIGEST_SIZES[algorithm]:
        raise RefusedError("bad-checksum", f"A {algorithm} digest has {_DIGEST_SIZES[algorithm]} bytes")
    return Checksum(algorithm, digest)


def check_length(length: int | None) -> None:
    """Raise ``too-large`` for an upload that could never be taken in."""
    if length is not None and length > tus.MAX_UPLOAD_BYTES:
        raise RefusedError("too-large", f"An upload has at most {tus.MAX_UPLOAD_BYTES} bytes")


def _read_concat(text: str | None) -> tuple[Concat, tuple[str, ...]]:
    if text is None:
        return Concat.NONE, ()
    if text == "partial":
        return Concat.PARTIAL, ()
    kind, _, urls = text.partition(";")
    if kind != "final":
        raise RefusedError("bad-header", "upload-concat is neither partial nor final")
    found = [_UPLOAD_URL.fullmatch(url) for url in urls.split()]
    if not found or len(found) > tus.MAX_CONCAT_PARTS:
        raise RefusedError("bad-header", f"upload-concat names no parts or more than {tus.MAX_CONCAT_PARTS}")
    parts = tuple(match.group(1) for match in found if match)
    if len(parts) != len(found):
        raise RefusedError("bad-header", "upload-concat names something that is no upload")
    return Concat.FINAL, parts


def _read_place(values: dict[str, bytes]) -> Place:
    try:
        text = {key: value.decode("utf-8") for key, value in values.items()}
    except UnicodeDecodeError as error:
        raise RefusedError("bad-metadata", "A value is not UTF-8") from error
    if "take" in text or "track" in text:
        take, track = text.get("take", ""), text.get("track", "")
        if not _ID.fullmatch(take) or not _TRACK.fullmatch(track):
            raise RefusedError("bad-metadata", "take and track must be a take's id and the name of its track")
        return Place(take=take, track=track)
    project, filename = text.get("project", ""), text.get("filename", "")
    if not _ID.fullmatch(project) or not filename.strip():
        raise RefusedError("bad-metadata", "It must name a take and its track, or a project and a filename")
    if len(filename) > _MAX_TITLE or any(unicodedata.category(char) == "Cc" for char in filename):
        raise RefusedError("bad-metadata", "The filename is too long or holds control characters")
    media = text.get("filetype", "").partition(";")[0].strip().lower()
    if not _MEDIA.fullmatch(media):
        media = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return Place(project=project, filename=filename, track=track_name(filename), media=media)


def track_name(filename: str) -> str:
    """Make a track's name out of any file name."""
    decomposed = unicodedata.normalize("NFKD", filename.replace("\\", "/").rpartition("/")[2].casefold())
    plain = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    stem, _, ending = plain.rpartition(".")
    stem, ending = (stem, ending) if stem else (ending, "")
    stem = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:32].strip("-")
    ending = re.sub(r"[^a-z0-9]+", "", ending)[:5]
    return f"{stem or 'track'}.{ending or 'bin'}"
