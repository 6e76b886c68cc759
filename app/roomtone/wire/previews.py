"""Previews: a small track that comes to a take after its seal, so that others can look before they fetch it whole.

A preview is no part of the take: its manifest does not name it, its bytes come of the take's own, and it can be made
again. So it is the one thing that a sealed take still takes in, once.
"""

from __future__ import annotations

from typing import Final

from roomtone.wire.api import Take, Track, TrackState

# What a preview is called, by what it is.
SOUND: Final = "preview-1.ogg"
FILM: Final = "preview-1.mp4"
PICTURE: Final = "preview-1.jpg"
MEDIA: Final = {SOUND: "audio/ogg", FILM: "video/mp4", PICTURE: "image/jpeg"}

# A take of this size or less is its own preview: to fetch it takes no longer.
SMALL_BYTES: Final = 4 * 1024 * 1024
# Twenty minutes of a small film.
MAX_PREVIEW_BYTES: Final = 64 * 1024 * 1024


def is_preview(name: str) -> bool:
    """Return whether a track of this name is a preview."""
    return name in MEDIA


def own_tracks(take: Take) -> list[Track]:
    """Return the tracks that a take consists of. Where a file merely happens to be called like a preview, it is one."""
    return [track for track in take.tracks if not is_preview(track.name)] or take.tracks


def preview_of(take: Take) -> Track | None:
    """Return the preview of a take once the server has all of it."""
    return next((t for t in take.tracks if is_preview(t.name) and t.state is TrackState.SEALED), None)


def size_of(take: Take) -> int:
    """Return how many bytes a take has, without its preview."""
    return sum(track.received for track in own_tracks(take))
