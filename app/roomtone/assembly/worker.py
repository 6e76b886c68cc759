"""The render worker's process: its composition root.

Orphan policy: it finishes its jobs, then ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from roomtone.assembly import messages as m
from roomtone.assembly.aligning import align, nudge
from roomtone.assembly.checking import check_take
from roomtone.assembly.drawing import draw_peaks
from roomtone.assembly.exporting import export_film
from roomtone.assembly.guiding import make_guide
from roomtone.assembly.importing import bring_in, remove_leftovers
from roomtone.assembly.keeping import keep_stills, keep_text
from roomtone.assembly.leaves import draw_leaf
from roomtone.assembly.listening import make_listening_copy
from roomtone.assembly.loudness import loudness_of
from roomtone.assembly.previewing import make_preview
from roomtone.assembly.strips import draw_pictures
from roomtone.foundation.clock import Clock, SystemClock
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.errors import RoomtoneError, from_os_error
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import spawn
from roomtone.foundation.workers.host import WorkerHost
from roomtone.foundation.workers.process import run_worker
from roomtone.takes.library import Library

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 5.0
# What takes as long as what it is about, or longer.
_LONG: Final = (m.BringIn, m.Check, m.ExportFilm, m.Align, m.KeepStills)
_NICENESS: Final = 10
_LOOK_SECONDS: Final = 0.5


class RenderWorker:
    """Carries out what somebody waits for, one job at a time, and beside it one that takes long.

    The long one gives way to everything else on this machine, above all to a recording.
    """

    def __init__(self, home: Home, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._library = Library(home.library, home.takes)
        self._decoder: msgspec.json.Decoder[m.Command] = decoder_of(m.Command)
        self._job = threading.Lock()
        self._long_job = threading.Lock()
        self._ending = threading.Event()
        self._host = WorkerHost(home, m.NAME, self._handle, list)

    def serve(self) -> None:
        """Accept clients and return when nobody needs this process."""
        remove_leftovers(self._home)
        with self._host:
            spawn.say_ready()
            idle_since = self._clock.monotonic()
            while not self._clock.wait(self._ending, _LOOK_SECONDS):
                now = self._clock.monotonic()
                if self._host.clients or self._job.locked() or self._long_job.locked():
                    idle_since = now
                elif now - idle_since > IDLE_SECONDS:
                    break
        self._library.close()

    def end(self) -> None:
        """Ask the worker to end."""
        self._ending.set()

    def _handle(self, raw: msgspec.Raw) -> object:
        command = self._decoder.decode(raw)
        try:
            if isinstance(command, _LONG):
                with self._long_job, _giving_way():
                    return self._carry_out(command)
            with self._job:
                return self._carry_out(command)
        except OSError as error:
            raise from_os_error(error, "working on a file") from error

    def _carry_out(self, command: m.Command) -> object:
        match command:
            case m.BringIn():
                answer: object = bring_in(self._home, self._clock, self._library, command)
            case m.DrawPeaks():
                answer = draw_peaks(self._home, command.take, Path(command.file))
            case m.MakeListeningCopy():
                answer = make_listening_copy(self._home, command.take, Path(command.file), command.rate)
            case m.MakeGuide():
                answer = make_guide(self._home, command)
            case m.Measure():
                answer = loudness_of(Path(command.file))
            case m.Check():
                answer = check_take(Path(command.folder))
            case m.DrawPictures():
                answer = draw_pictures(self._home, command.take, Path(command.file))
            case m.DrawPage():
                answer = draw_leaf(self._home, command.take, Path(command.file), command.number)
            case m.MakePreview():
                threading.Thread(target=self._make_preview, args=(Path(command.folder),), name="preview").start()
                answer = m.Drawn("")
            case m.ExportFilm():
                answer = export_film(command)
            case m.Align() | m.Nudge():
                answer = self._place(command)
            case m.KeepStills() | m.KeepText():
                answer = self._keep(command)
        return answer

    def _make_preview(self, folder: Path) -> None:
        """Nobody waits for a preview: whoever gave the take away has gone on."""
        with self._long_job, _giving_way():
            try:
                make_preview(self._home, folder)
            except (RoomtoneError, OSError) as error:
                log.info("no preview of %s: %s", folder.name, error)

    def _place(self, command: m.Align | m.Nudge) -> m.Aligned | m.Drawn:
        if isinstance(command, m.Align):
            return align(self._home, self._clock, self._library, command)
        return nudge(self._clock, command)

    def _keep(self, command: m.KeepStills | m.KeepText) -> m.BroughtIn | m.Page:
        if isinstance(command, m.KeepText):
            return keep_text(self._home, self._clock, self._library, command)
        return keep_stills(self._home, self._clock, self._library, command)


@contextlib.contextmanager
def _giving_way() -> Iterator[None]:
    """Let everything else go first while this thread works, and the threads that it begins. Only Linux can do that."""
    if sys.platform != "linux":
        yield
        return
    thread = threading.get_native_id()
    before = os.getpriority(os.PRIO_PROCESS, thread)
    os.setpriority(os.PRIO_PROCESS, thread, min(19, before + _NICENESS))
    try:
        yield
    finally:
        # Who may not go first again stays where they are.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, before)


def run(home: str | None, arguments: list[str]) -> int:
    """Run the render worker of a home until nobody needs it."""
    del arguments
    run_worker(home, m.NAME, lambda place: RenderWorker(place, SystemClock()))
    return 0
