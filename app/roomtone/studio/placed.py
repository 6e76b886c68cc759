"""The film of a take: its own, or that of a camera whose file was placed against it by their sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec import structs

from roomtone.assembly.messages import ExportFilm
from roomtone.studio.rendering import track_file
from roomtone.studio.views import is_film
from roomtone.takes.library import LibraryItem, TrackItem
from roomtone.takes.model import TakeState


class PlacedFilm(NamedTuple):
    """``track`` of the take ``item`` begins ``offset`` seconds after the take whose film it is."""

    item: LibraryItem
    track: TrackItem
    offset: float


def film_of(item: LibraryItem, others: Callable[[], Iterable[LibraryItem]]) -> PlacedFilm | None:
    """Return the film of a take; of several that were placed, the one whose place is surest.

    ``others`` are asked for where it has none of its own.
    """
    own = _first_film(item)
    if own is not None:
        return PlacedFilm(item, own, 0.0)
    placed = [
        PlacedFilm(other, track, other.offset)
        for other in others()
        if other.against == item.id and other.state is TakeState.SEALED and other.problem is None
        if (track := _first_film(other)) is not None
    ]
    return max(placed, key=lambda film: film.item.confidence, default=None)


def shown(film: PlacedFilm | None) -> tuple[str, float]:
    """Return the file of a film and when it begins, as the engine is told."""
    return (track_file(film.item, film.track), film.offset) if film is not None else ("", 0.0)


def export_of(item: LibraryItem, others: Callable[[], Iterable[LibraryItem]], command: ExportFilm) -> ExportFilm:
    """Return what is to be exported of a take: with the pictures of another where it has none of its own."""
    film = film_of(item, others)
    if film is None or film.item.id == item.id:
        return command
    return structs.replace(command, film=film.item.folder, offset=film.offset)


def _first_film(item: LibraryItem) -> TrackItem | None:
    return next((track for track in item.tracks if is_film(track)), None)
