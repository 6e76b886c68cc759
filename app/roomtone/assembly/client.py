"""The render worker as the layers above see it."""

from __future__ import annotations

from roomtone.assembly import messages as m
from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home
from roomtone.foundation.workers.client import WorkerClient
from roomtone.foundation.workers.spawn import ensure

# Decoding an hour of video takes its time; the caller waits on a thread of its own.
_JOB_SECONDS = 3600.0
# Encoding an hour of it takes longer than the hour on a small machine.
_FILM_SECONDS = 6 * 3600.0


class RenderClient:
    """A typed connection to the render worker of a home. Every call raises ``RoomtoneError`` subclasses."""

    def __init__(self, client: WorkerClient) -> None:
        self._client = client

    @staticmethod
    def ensure(home: Home, clock: Clock) -> RenderClient:
        """Connect, starting the worker where none runs."""
        return RenderClient(ensure(home, m.NAME, clock, _unheard, _unheard))

    def bring_in(self, command: m.BringIn) -> m.BroughtIn:
        return self._client.call(command, m.BroughtIn, _JOB_SECONDS)

    def draw_peaks(self, take: str, file: str) -> m.Drawn:
        return self._client.call(m.DrawPeaks(take, file), m.Drawn, _JOB_SECONDS)

    def listening_copy(self, take: str, file: str, rate: int = 0) -> m.Drawn:
        return self._client.call(m.MakeListeningCopy(take, file, rate), m.Drawn, _JOB_SECONDS)

    def make_guide(self, command: m.MakeGuide) -> m.Drawn:
        return self._client.call(command, m.Drawn, _JOB_SECONDS)

    def loudness(self, file: str) -> m.Loudness:
        return self._client.call(m.Measure(file), m.Loudness, _JOB_SECONDS)

    def draw_pictures(self, take: str, file: str) -> m.Pictures:
        return self._client.call(m.DrawPictures(take, file), m.Pictures, _JOB_SECONDS)

    def draw_page(self, take: str, file: str, number: int) -> m.DrawnPage:
        return self._client.call(m.DrawPage(take, file, number), m.DrawnPage, _JOB_SECONDS)

    def begin_preview(self, folder: str) -> m.Drawn:
        return self._client.call(m.MakePreview(folder), m.Drawn, _FILM_SECONDS)

    def export_film(self, command: m.ExportFilm) -> m.Exported:
        return self._client.call(command, m.Exported, _FILM_SECONDS)

    def align(self, command: m.Align) -> m.Aligned:
        return self._client.call(command, m.Aligned, _FILM_SECONDS)

    def nudge(self, command: m.Nudge) -> m.Drawn:
        return self._client.call(command, m.Drawn, _JOB_SECONDS)

    def keep_stills(self, command: m.KeepStills) -> m.BroughtIn:
        return self._client.call(command, m.BroughtIn, _FILM_SECONDS)

    def keep_text(self, command: m.KeepText) -> m.Page:
        return self._client.call(command, m.Page, _JOB_SECONDS)

    def check(self, folder: str) -> list[m.Checked]:
        return self._client.call(m.Check(folder), list[m.Checked], _JOB_SECONDS)

    def close(self) -> None:
        """End the connection; the worker finishes its job and ends."""
        self._client.close()


def _unheard(*_: object) -> None:
    """The render worker has no events yet, and its end is noticed by the next call."""
