"""Playing takes: as they are, or first made playable, and for who can see it with their film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roomtone.engine import messages as told
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.placed import PlacedFilm, film_of, shown
from roomtone.studio.rendering import track_file
from roomtone.studio.views import has_sound
from roomtone.takes.library import LibraryItem

if TYPE_CHECKING:
    from roomtone.studio.workshop import Workshop

# What the engine's player decodes itself; of anything else it is given a listening copy.
_PLAYED_AS_THEY_ARE: Final = frozenset({"audio/flac", "audio/wav", "audio/aiff", "audio/mpeg", "audio/ogg"})


class Playback:
    """Every call may take as long as it takes to make something playable.

    ``begun`` is ``Workshop.begun`` when somebody asked: what they asked for before a take is not heard in it.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def play(self, item: LibraryItem, at: float = 0.0, *, seen: bool = False, begun: int | None = None) -> told.Playing:
        """Play the first track of a take that has sound; for who can see it, with the pictures of its film."""
        film = film_of(item, self._workshop.takes) if seen else None
        for track in item.tracks:
            if has_sound(track):
                file = track_file(item, track)
                if track.media not in _PLAYED_AS_THEY_ARE:
                    return self._play_copy(item, file, at, 0, film, begun)
                try:
                    return self.start(item.id, item.title, file, at, *shown(film), begun=begun)
                except RoomtoneError as error:
                    rate = self.output_rate()
                    if error.code != "device-refused" or rate in (0, track.rate):
                        raise
                    return self._play_copy(item, file, at, rate, film, begun)
        if film is not None:
            return self.start(item.id, item.title, "", at, *shown(film), seconds=item.seconds, begun=begun)
        raise UsageError("no-sound", f"“{item.title}” is not played", "It has no sound", "Open it in its folder")

    def start(
        self,
        take: str,
        title: str,
        file: str,
        at: float,
        film: str = "",
        offset: float = 0.0,
        *,
        seconds: float = 0.0,
        begun: int | None = None,
    ) -> told.Playing:
        """Play what can be played as it is."""
        engine = self._workshop.engine()
        if begun is not None and begun != self._workshop.begun and engine.status().rolling is not None:
            why = "A take began while it was made ready"
            raise UsageError("recording-began", f"“{title}” is not played", why, "Play it after the take")
        return engine.play(take, file, at, self._workshop.settings.output, film, offset, seconds)

    def output_rate(self) -> int:
        """Return the rate of the output that is played to, 0 where none is known."""
        output = self._workshop.settings.output
        outputs = [device for device in self._workshop.devices().devices if device.outputs]
        chosen = [d for d in outputs if d.id == output] or [d for d in outputs if d.default_output]
        return chosen[0].rate if chosen else 0

    def _play_copy(
        self, item: LibraryItem, file: str, at: float, rate: int, film: PlacedFilm | None, begun: int | None
    ) -> told.Playing:
        copy = self._workshop.rendering.listening_copy(item, file, rate or self.output_rate())
        return self.start(item.id, item.title, copy, at, *shown(film), begun=begun)
