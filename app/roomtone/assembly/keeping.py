"""Making a take of a draft: written beside the takes, sealed, read back, and moved among them in one step.

The take has the id of its draft. So whenever a crash comes there is a draft or its take, and whoever asks again gets
the same take.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import av.error
import msgspec

from roomtone import __version__
from roomtone.assembly.importing import INCOMING, copy_in, seal_of
from roomtone.assembly.location import take_location_out
from roomtone.assembly.media import Media, UnreadableFileError, probe
from roomtone.assembly.messages import BroughtIn, KeepStills, KeepText, Page
from roomtone.assembly.stills_film import ENCODER, UnreadablePictureError, check_archive, make_archive, make_film
from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import UsageError, WorldError, from_os_error
from roomtone.foundation.files import free_bytes, sync_directory
from roomtone.foundation.paths import Home
from roomtone.takes.documents import (
    SCHEMA,
    Began,
    Ending,
    Manifest,
    PictureFacts,
    Source,
    TrackSeal,
    TrackStart,
    sealed_manifest,
)
from roomtone.takes.draft_editing import mark_kept
from roomtone.takes.drafts import Draft, DraftKind, DraftState, Picture, Revision, find_draft, take_of
from roomtone.takes.editing import MAX_TITLE
from roomtone.takes.folder import folder_name, read_manifest, write_manifest
from roomtone.takes.journal import append_entry
from roomtone.takes.library import Library
from roomtone.takes.naming import next_number, take_title
from roomtone.takes.recovery import digest_file
from roomtone.wire.digest import digest_of

# Each picture of a still is a track of its own.
MAX_STILLS: Final = 100
MAX_FPS: Final = 60
_ARCHIVE: Final = "application/zip"
_REVISIONS: Final = "application/json"
_ROOM: Final = 64 << 20

Command = KeepStills | KeepText
Fill = Callable[[Path], list[TrackSeal]]


class RevisionsDocument(msgspec.Struct, frozen=True):
    """The track ``revisions-1.json``: every revision of a page, oldest first; the last one is the page itself."""

    schema: int
    revisions: list[Revision]


def keep_stills(home: Home, clock: Clock, library: Library, command: KeepStills) -> BroughtIn:
    """Make a take of the pictures of a draft. Raises ``RoomtoneError`` with the draft as it was."""
    draft = find_draft(home.drafts, home.takes, command.draft)
    if draft.kind is DraftKind.WRITING:
        raise _not_kept(draft, "It is a page of writing", "Keep it as one: roomtone write keep")
    if not 1 <= command.fps <= MAX_FPS:
        raise _not_kept(draft, f"{command.fps} pictures a second cannot be shown", f"Choose from 1 to {MAX_FPS}")
    fill = _stills(draft) if draft.kind is DraftKind.STILL else _film(draft, command.fps)
    folder, manifest = _keep(home, clock, library, draft, command, fill)
    return BroughtIn(str(folder), manifest)


def keep_text(home: Home, clock: Clock, library: Library, command: KeepText) -> Page:
    """Make a take of the writing of a draft. Raises ``RoomtoneError`` with the draft as it was."""
    draft = find_draft(home.drafts, home.takes, command.draft)
    if draft.kind is not DraftKind.WRITING:
        raise _not_kept(draft, "It is no page of writing", "Keep it as artwork: roomtone artwork keep")
    folder, manifest = _keep(home, clock, library, draft, command, _page(draft))
    return Page(str(folder), manifest)


def check_made(path: Path, media: str) -> str | None:
    """Read a track that only Roomtone makes; return why it is damaged, or "", or ``None`` for any other track."""
    if media == _ARCHIVE:
        return check_archive(path)
    if media == _REVISIONS:
        try:
            decode(path.read_bytes(), RevisionsDocument)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return str(error)
        return ""
    return None


def _keep(
    home: Home, clock: Clock, library: Library, draft: Draft, command: Command, fill: Fill
) -> tuple[Path, Manifest]:
    there = take_of(draft, home.takes)
    found = read_manifest(there) if there is not None else None
    if there is not None and found is not None:
        # Asked twice, or once more after a crash between the take and its draft's last entry.
        mark_kept(draft, there, clock)
        return there, found
    _check(home, draft)
    staging = home.takes / f"{INCOMING}{draft.id}"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        for picture in draft.pictures:
            _forget_place(picture)
        began, manifest = _seal(staging, clock, library, draft, command, fill)
        final = home.takes / folder_name(began.title, began.id)
        staging.rename(final)
        sync_directory(home.takes)
        mark_kept(draft, final, clock)
    except OSError as error:
        raise from_os_error(error, f"keeping “{draft.shown_title}”") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return final, manifest


def _check(home: Home, draft: Draft) -> None:
    """Raise ``RoomtoneError`` unless a take can be made of a draft."""
    if draft.state is DraftState.KEPT:
        raise _not_kept(draft, "It was kept before, and its take is gone", "Look for the take where it was moved to")
    if draft.state is DraftState.THROWN_AWAY:
        raise _not_kept(draft, "It was thrown away", "Bring it back first")
    if draft.kind is DraftKind.WRITING and not draft.text.strip():
        raise _not_kept(draft, "Nothing is written on it yet", "Write something first")
    if draft.kind is not DraftKind.WRITING and not draft.pictures:
        raise _not_kept(draft, "It has no pictures yet", "Add one first: roomtone artwork add, or snap")
    if draft.kind is DraftKind.STILL and len(draft.pictures) > MAX_STILLS:
        raise _not_kept(draft, f"It has more than {MAX_STILLS} pictures", "Make several takes, or a stop-motion film")
    if free_bytes(home.takes) < 2 * sum(picture.bytes for picture in draft.pictures) + _ROOM:
        raise WorldError(
            "disk-full", f"“{draft.shown_title}” was not kept", "The disk has no room for it", "Free some space"
        )


def _forget_place(picture: Picture) -> None:
    """Take out of a draft's copy of a photo where it was made; it keeps its length, and the photo itself stays."""
    # One that cannot be read is refused, with its name, when the take is made of it.
    with contextlib.suppress(UnreadableFileError):
        take_location_out(picture.file, probe(picture.file).media)


def _seal(
    folder: Path, clock: Clock, library: Library, draft: Draft, command: Command, fill: Fill
) -> tuple[Began, Manifest]:
    """Fill the folder of a take; return its first entry and its manifest."""
    try:
        seals = fill(folder)
    except UnreadablePictureError as error:
        raise _unreadable(draft, error.name, str(error)) from error
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise from_os_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "making a film") from error
        raise WorldError(
            "no-film", f"“{draft.shown_title}” was not kept", f"The film cannot be made ({error.strerror})", "Try again"
        ) from error
    known = ((i.project, i.part, i.person, i.number) for i in library.refresh() if i.problem is None)
    number = next_number(known, command.project, command.part, command.person)
    title = take_title(command.project_title, command.part or draft.shown_title, command.person, number)
    began = Began(
        schema=SCHEMA,
        id=draft.id,
        title=(draft.shown_title if draft.title or draft.text else title)[:MAX_TITLE],
        project=command.project,
        project_title=command.project_title,
        part=command.part,
        person=command.person,
        number=number,
        started=clock.now().isoformat(),
        source=Source.MADE,
        app=__version__,
        tracks=[TrackStart(s.name, s.media, width=s.width, height=s.height) for s in seals],
        lineage=draft.began.lineage,
        call=command.call,
        prompt=command.prompt,
    )
    append_entry(folder, began)
    manifest = sealed_manifest(began, Ending.MADE, clock.now().isoformat(), seals, [])
    write_manifest(folder, manifest)
    return began, manifest


def _stills(draft: Draft) -> Fill:
    def fill(folder: Path) -> list[TrackSeal]:
        seals = []
        for number, picture in enumerate(draft.pictures, 1):
            name = f"still-{number}{picture.file.suffix}"
            size, digest = copy_in(picture.file, folder / name, picture.bytes)
            try:
                media = probe(folder / name)
            except UnreadableFileError as error:
                raise UnreadablePictureError(picture.file.name, error.detail) from error
            if size != picture.bytes or not media.media.startswith("image/"):
                raise UnreadablePictureError(picture.file.name, "It is not the picture that was added")
            seals.append(seal_of(name, media, size, digest))
        return seals

    return fill


def _film(draft: Draft, fps: int) -> Fill:
    def fill(folder: Path) -> list[TrackSeal]:
        film, archive = folder / "film-1.mp4", folder / "stills-1.zip"
        make_film([picture.file for picture in draft.pictures], film, fps)
        make_archive(draft.pictures, archive)
        for made in (film, archive):
            _make_durable(made)
        frames = len(draft.pictures)
        media = probe(film)
        why = check_archive(archive)
        if media.pictures != frames or why:
            raise WorldError(
                "no-film",
                f"“{draft.shown_title}” was not kept",
                why or f"{media.pictures} of {frames} pictures can be read back",
                "Try again; the draft is as it was",
            )
        facts = PictureFacts(frames, float(fps), encoder=ENCODER)
        seal = seal_of(film.name, media, film.stat().st_size, digest_file(film), facts)
        stored = seal_of(
            archive.name,
            Media("zip", _ARCHIVE),
            archive.stat().st_size,
            digest_file(archive),
            PictureFacts(frames, 0.0),
        )
        return [msgspec.structs.replace(seal, seconds=round(frames / fps, 6)), stored]

    return fill


def _page(draft: Draft) -> Fill:
    def fill(folder: Path) -> list[TrackSeal]:
        document = msgspec.json.encode(RevisionsDocument(SCHEMA, list(draft.revisions)))
        made = (
            ("text-1.txt", draft.text.encode(), Media("txt", "text/plain")),
            ("revisions-1.json", msgspec.json.format(document, indent=1) + b"\n", Media("json", _REVISIONS)),
        )
        seals = []
        for name, content, media in made:
            (folder / name).write_bytes(content)
            _make_durable(folder / name)
            digest = digest_file(folder / name)
            if digest != digest_of(content):
                raise OSError(errno.EIO, os.strerror(errno.EIO), name)
            seals.append(seal_of(name, media, len(content), digest))
        return seals

    return fill


def _make_durable(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _unreadable(draft: Draft, name: str, why: str) -> WorldError:
    return WorldError(
        "unreadable-picture",
        f"“{draft.shown_title}” was not kept",
        f"Its picture {name} cannot be read: {why}",
        "Leave that picture out, and keep it again",
    )


def _not_kept(draft: Draft, why: str, remedy: str) -> UsageError:
    return UsageError("not-kept", f"“{draft.shown_title}” was not kept", why, remedy)
