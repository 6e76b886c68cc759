"""Bringing an existing file in as a take: copied, decoded to its end, hashed; or refused with nothing changed."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from pathlib import Path
from typing import Final

from roomtone import __version__
from roomtone.assembly.location import take_location_out
from roomtone.assembly.media import Media, UnreadableFileError, probe
from roomtone.assembly.messages import BringIn, BroughtIn
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.files import free_bytes, sync_directory
from roomtone.foundation.paths import Home
from roomtone.takes.documents import (
    SCHEMA,
    Began,
    Ending,
    Manifest,
    Noted,
    PictureFacts,
    Source,
    TrackSeal,
    TrackStart,
    sealed_manifest,
)
from roomtone.takes.editing import MAX_TITLE
from roomtone.takes.folder import folder_name, write_manifest
from roomtone.takes.journal import append_entry
from roomtone.takes.library import Library
from roomtone.takes.naming import next_number, one_line, take_title
from roomtone.takes.recovery import digest_file
from roomtone.wire.digest import CHUNK, Digest

LOCATED: Final = "The file said where it was made. That was taken out of this copy; the file itself still says it."
# A folder that begins so is not a take yet; whoever finds one after a crash may remove it.
INCOMING: Final = ".incoming-"


def remove_leftovers(home: Home) -> None:
    """Remove what an import that was cut off left behind: copies of files that are still where they were."""
    for folder in home.takes.glob(f"{INCOMING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def bring_in(home: Home, clock: Clock, library: Library, command: BringIn) -> BroughtIn:
    """Make a take of a file. Raises ``UnreadableFileError`` or ``WorldError`` with nothing changed."""
    source = Path(command.file)
    size = _size(source)
    if free_bytes(home.takes) < size + (64 << 20):
        raise WorldError(
            "disk-full", f"“{source.name}” was not brought in", "The disk has no room for a copy", "Free some space"
        )
    media = probe(source)
    take_id = uuid.uuid4().hex
    staging = home.takes / f"{INCOMING}{take_id}"
    try:
        staging.mkdir()
        began = _began(clock, library, command, media, take_id, source.stem)
        manifest, located = _fill(staging, source, size, media, began, clock, keep_location=command.keep_location)
        final = home.takes / folder_name(manifest.title, take_id)
        staging.rename(final)
        sync_directory(home.takes)
    except OSError as error:
        raise from_os_error(error, f"bringing “{source.name}” in") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return BroughtIn(str(final), manifest, located)


def _size(source: Path) -> int:
    """Return how large an ordinary file is; anything else could block, or never end. Raises ``UnreadableFileError``."""
    try:
        found = source.stat()
    except (OSError, ValueError) as error:
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError))
        why = "There is no such file" if missing else str(getattr(error, "strerror", error))
        raise UnreadableFileError(source, why, "Check its name and whether you may read it") from error
    if stat.S_ISDIR(found.st_mode):
        raise UnreadableFileError(source, "It is a folder", "Name the files in it")
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFileError(source, "It is a device or a pipe, not an ordinary file")
    return found.st_size


def _began(clock: Clock, library: Library, command: BringIn, media: Media, take_id: str, stem: str) -> Began:
    known = ((i.project, i.part, i.person, i.number) for i in library.refresh() if i.problem is None)
    number = next_number(known, command.project, command.part, command.person)
    return Began(
        schema=SCHEMA,
        id=take_id,
        title=_title(command, stem, number)[:MAX_TITLE],
        project=command.project,
        project_title=command.project_title,
        part=command.part,
        person=command.person,
        number=number,
        started=clock.now().isoformat(),
        source=Source.IMPORTED,
        app=__version__,
        tracks=[TrackStart(f"file-1.{media.ending}", media.media, media.rate, media.channels, media.bits)],
        lineage=command.lineage,
        call=command.call,
        prompt=command.prompt,
    )


def _title(command: BringIn, stem: str, number: int) -> str:
    """What answers a call is named by it; everything else keeps the name that its maker gave it."""
    if command.title or not command.part:
        return one_line(command.title) or one_line(stem) or "take"
    return take_title(command.project_title, command.part, command.person, number)


def _fill(
    folder: Path, source: Path, expected: int, media: Media, began: Began, clock: Clock, *, keep_location: bool
) -> tuple[Manifest, str]:
    track = began.tracks[0]
    size, digest = copy_in(source, folder / track.name, expected)
    located = LOCATED if not keep_location and take_location_out(folder / track.name, media.media) else ""
    if located:
        digest = digest_file(folder / track.name)
    # What is kept is what was decoded, even if somebody changes the file meanwhile.
    if size != expected or probe(folder / track.name) != media:
        raise UnreadableFileError(source, "It changed while it was copied")
    append_entry(folder, began)
    if located:
        append_entry(folder, Noted(located, clock.now().isoformat()))
    pages = PictureFacts(media.pictures, 0.0) if media.media == "application/pdf" else None
    seal = seal_of(track.name, media, size, digest, pages)
    manifest = sealed_manifest(began, Ending.IMPORTED, clock.now().isoformat(), [seal], [])
    write_manifest(folder, manifest)
    return manifest, located


def seal_of(name: str, media: Media, size: int, digest: str, picture: PictureFacts | None = None) -> TrackSeal:
    """Return the seal of a track whose file was decoded to its end. Of a PDF, the pages count as ``picture`` frames."""
    return TrackSeal(
        name=name,
        media=media.media,
        bytes=size,
        digest=digest,
        rate=media.rate,
        channels=media.channels,
        bits=media.bits,
        frames=media.frames,
        width=media.width,
        height=media.height,
        seconds=media.seconds,
        picture=picture,
    )


def copy_in(source: Path, target: Path, expected: int) -> tuple[int, str]:
    """Copy a file, durably; return its size and ``wire.digest``. One that grows beyond ``expected`` is not followed."""
    digest = Digest()
    with source.open("rb") as old, target.open("xb") as new:
        while digest.length <= expected and (data := old.read(CHUNK)):
            digest.update(data)
            new.write(data)
        new.flush()
        os.fsync(new.fileno())
    return digest.length, digest.text()
