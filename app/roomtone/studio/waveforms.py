"""How tracks look: waveforms for the faces, read from the cache as they grow."""

from __future__ import annotations

from roomtone.foundation.paths import Home
from roomtone.takes.peaks import PeaksReader, peaks_file


class Waveforms:
    """Hands out the waveform of a track, and keeps those that were asked for."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._readers: dict[tuple[str, str], PeaksReader] = {}

    def of(self, take_id: str, track: str) -> PeaksReader:
        """Return the waveform of a track as far as it is known; call ``update`` on it to read on."""
        key = (take_id, track)
        if key not in self._readers:
            self._readers[key] = PeaksReader(peaks_file(self._home, take_id, track))
        reader = self._readers[key]
        reader.update()
        return reader
