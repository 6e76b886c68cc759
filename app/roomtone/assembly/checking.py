"""Looking at a sealed take again: every byte hashed, every track decoded."""

from __future__ import annotations

from pathlib import Path

from roomtone.assembly.keeping import check_made
from roomtone.assembly.media import probe
from roomtone.assembly.messages import Checked
from roomtone.foundation.errors import UsageError, WorldError
from roomtone.takes.folder import read_manifest
from roomtone.wire.digest import CHUNK, Digest


def check_take(folder: Path) -> list[Checked]:
    """Check every track of a take against its manifest. Raises ``WorldError`` at the first that fails."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError("not-sealed", "The take was not checked", "It is not sealed yet", "Stop or recover it first")
    checked = []
    for track in manifest.tracks:
        path = folder / track.name
        digest = Digest()
        try:
            with path.open("rb") as file:
                while data := file.read(CHUNK):
                    digest.update(data)
        except OSError as error:
            raise _damaged(path, str(error.strerror)) from error
        if digest.text() != track.digest:
            raise _damaged(path, "Its bytes are not those that were sealed")
        why = check_made(path, track.media)
        if why:
            raise _damaged(path, why)
        if why is not None:
            checked.append(Checked(track.name, track.digest, 0))
            continue
        # A take that was stopped at once has a track without a frame, in which there is nothing to decode.
        found = probe(path) if track.frames or not track.rate else None
        # Where pictures were counted they are what is there: the sound beside those of a camera is for viewing only.
        wanted = track.frames if track.picture is None else track.picture.frames
        frames = 0 if found is None else found.frames if track.picture is None else found.pictures
        if frames != wanted:
            raise _damaged(path, f"{frames} of {wanted} frames can be decoded")
        checked.append(Checked(track.name, track.digest, frames))
    return checked


def _damaged(path: Path, why: str) -> WorldError:
    return WorldError(
        "damaged-take",
        f"“{path.name}” is damaged",
        why,
        "If the take is safe on the server, fetch it from there; the file here was left as it is",
    )
