"""Exporting: a film of constant rate from a track of true time stamps, with the take's lossless sound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import av.error

from roomtone.assembly.films import FilmForm, FilmTrack, write_film
from roomtone.assembly.messages import Exported, ExportFilm
from roomtone.foundation.errors import RoomtoneError, UsageError, WorldError
from roomtone.takes.documents import Manifest, TrackSeal
from roomtone.takes.folder import read_manifest

RATES: Final = (24, 25, 30, 50, 60)
_MEDIA: Final = "video/"
_ENCODER: Final = {"preset": "faster", "crf": "18", "profile": "high"}
_SOUND_BITS: Final = 256_000


def export_film(command: ExportFilm) -> Exported:
    """Write the film, whole or not at all. Raises ``RoomtoneError``, or ``OSError`` from the disk."""
    folder, target = Path(command.folder), Path(command.file)
    if command.fps not in RATES:
        raise UsageError(
            "bad-fps", "Nothing was exported", f"{command.fps} is no rate to export", "Choose 24, 25, 30, 50 or 60"
        )
    if target.exists():
        raise UsageError(
            "exists", "Nothing was exported", f"“{target.name}” is there already", "Choose another name for the film"
        )
    if not target.parent.is_dir():
        raise UsageError(
            "no-folder", "Nothing was exported", f"There is no folder {target.parent}", "Choose another place"
        )
    manifest = _sealed(folder)
    filmed = Path(command.film) if command.film else folder
    track = _picture_track(manifest if filmed == folder else _sealed(filmed), command.track)
    film = FilmTrack(filmed, track, command.offset)
    growing = target.with_name(f".{target.name}.exporting")
    try:
        counts = write_film(folder, manifest, film, growing, FilmForm(command.fps, _ENCODER, _SOUND_BITS))
        with growing.open("rb") as file:
            os.fsync(file.fileno())
        growing.replace(target)
    except (av.error.FFmpegError, ValueError) as error:
        why = error.strerror if isinstance(error, av.error.FFmpegError) and error.strerror else str(error)
        raise WorldError(
            "not-exported", f"“{target.name}” was not exported", why, "roomtone takes verify looks at the take"
        ) from error
    finally:
        growing.unlink(missing_ok=True)
    return Exported(str(target), counts.frames, float(command.fps), counts.twice, counts.left_out)


def _sealed(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError("not-sealed", "Nothing was exported", "The take is still being recorded", "Stop it first")
    return manifest


def _picture_track(manifest: Manifest, wanted: str) -> TrackSeal:
    films = [track for track in manifest.tracks if track.media.startswith(_MEDIA)]
    found = [track for track in films if wanted in ("", track.name)]
    if found:
        return found[0]
    names = ", ".join(track.name for track in films) or "none"
    raise _no_film(f"“{wanted}” is no film of this take; there is {names}" if wanted else "The take has no pictures")


def _no_film(why: str) -> RoomtoneError:
    return UsageError("no-film", "Nothing was exported", why, "Choose a take with video")
