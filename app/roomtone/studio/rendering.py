"""The render worker's jobs as one call each. They take as long as they take: call them on a thread that may wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from roomtone.assembly import messages as m
from roomtone.assembly.client import RenderClient
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers.client import WorkerGoneError
from roomtone.takes.library import LibraryItem, TrackItem
from roomtone.wire.project.items import Tempo

T = TypeVar("T")


class Rendering:
    """The render worker of a home, started when it is first needed, and once more for a job that it did not survive."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._lock = threading.Lock()
        # What takes long has a connection of its own: the worker answers each one thing after the other.
        self._client: RenderClient | None = None
        self._patient: RenderClient | None = None
        self._closed = False

    def close(self) -> None:
        """Let go of the worker, which finishes its job; whoever waits for one hears ``WorkerGoneError``."""
        with self._lock:
            self._closed = True
            clients = [client for client in (self._client, self._patient) if client is not None]
            self._client = self._patient = None
        for client in clients:
            client.close()

    def bring_in(self, command: m.BringIn) -> m.BroughtIn:
        """Make a take of a file."""
        return self._long_job(lambda render: render.bring_in(command))

    def draw_peaks(self, item: LibraryItem) -> None:
        """Make the waveforms of a take that the cache misses."""
        for track in item.tracks:
            if track.media.startswith(("audio/", "video/")):
                self._job(partial(_peaks, item.id, track_file(item, track)))

    def draw_sound(self, take: str, file: str) -> m.Drawn:
        """Make the waveform of a file of somebody's take."""
        return self._job(partial(_peaks, take, file))

    def draw_pictures(self, item: LibraryItem, track: TrackItem) -> m.Pictures:
        """Make the thumbnail and the filmstrip of a track where the cache misses them."""
        return self._job(lambda render: render.draw_pictures(item.id, track_file(item, track)))

    def listening_copy(self, item: LibraryItem, file: str, rate: int) -> str:
        """Make the sound of a track playable; return the file."""
        return self._job(lambda render: render.listening_copy(item.id, file, rate)).file

    def make_guide(self, files: list[str], rate: int, tempo: Sequence[Tempo] = (), count_in: int = 0) -> str:
        """Mix the sound of files to be heard while somebody records, after so many bars; return the file."""
        return self._job(lambda render: render.make_guide(m.MakeGuide(files, rate, list(tempo), count_in))).file

    def draw_file(self, take: str, file: str) -> m.Pictures:
        """Make the thumbnail of a file of somebody's take."""
        return self._job(lambda render: render.draw_pictures(take, file))

    def draw_page(self, take: str, file: str, number: int) -> m.DrawnPage:
        """Draw one page of a PDF of a take; pages count from 1."""
        return self._job(lambda render: render.draw_page(take, file, number))

    def loudness(self, item: LibraryItem) -> dict[str, m.Loudness]:
        """Measure every sound track of a take."""
        return {
            track.name: self._job(partial(_loudness, track_file(item, track)))
            for track in item.tracks
            if track.media.startswith("audio/") and track.frames
        }

    def check(self, item: LibraryItem) -> list[m.Checked]:
        """Read, hash and decode a take again."""
        return self._long_job(lambda render: render.check(item.folder))

    def begin_preview(self, item: LibraryItem) -> None:
        """Let the preview of a take be made, where it needs one; it is sent by itself."""
        self._job(lambda render: render.begin_preview(item.folder))

    def export_film(self, command: m.ExportFilm) -> m.Exported:
        """Write the pictures of a take with its sound as a film of constant rate."""
        return self._long_job(lambda render: render.export_film(command))

    def align(self, command: m.Align) -> m.Aligned:
        """Bring a file in and place it against a take by their sound."""
        return self._long_job(lambda render: render.align(command))

    def nudge(self, command: m.Nudge) -> None:
        """Place a take by hand."""
        self._job(lambda render: render.nudge(command))

    def keep_stills(self, command: m.KeepStills) -> m.BroughtIn:
        """Make a take of the pictures of a draft."""
        return self._long_job(lambda render: render.keep_stills(command))

    def keep_text(self, command: m.KeepText) -> m.Page:
        """Make a take of the writing of a draft."""
        return self._job(lambda render: render.keep_text(command))

    def _long_job(self, job: Callable[[RenderClient], T]) -> T:
        return self._job(job, patient=True)

    def _job(self, job: Callable[[RenderClient], T], *, patient: bool = False) -> T:
        try:
            return job(self._reach(patient, again=False))
        except RoomtoneError as error:
            if error.code != "worker-gone" or self._closed:
                raise
        # It ended between two jobs, or a file took it down; a fresh one gets a second try.
        return job(self._reach(patient, again=True))

    def _reach(self, patient: bool, *, again: bool) -> RenderClient:
        with self._lock:
            if self._closed:
                raise WorkerGoneError(m.NAME)
            client = self._patient if patient else self._client
            if client is None or again:
                client = RenderClient.ensure(self._home, self._clock)
                if patient:
                    self._patient = client
                else:
                    self._client = client
            return client


def track_file(item: LibraryItem, track: TrackItem) -> str:
    """Return where a track of a take lies."""
    return str(Path(item.folder) / track.name)


def _peaks(take: str, file: str, render: RenderClient) -> m.Drawn:
    return render.draw_peaks(take, file)


def _loudness(file: str, render: RenderClient) -> m.Loudness:
    return render.loudness(file)
