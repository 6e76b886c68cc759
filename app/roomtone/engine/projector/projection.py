"""A film that plays, as the engine has it: its process is told where the sound is, and tells where the picture is."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from roomtone.engine.projector import messages as pm
from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.errors import Problem, WorldError, from_os_error
from roomtone.foundation.workers.child import ChildProcess

log = logging.getLogger(__name__)


class Projection:
    """The picture of a film. Whatever becomes of it, the sound goes on. Safe to use from several threads."""

    def __init__(self, film: Path, ring: Path, log_file: Path, clock: Clock, changed: Callable[[], None]) -> None:
        """Begin to show a film. ``changed`` is called on a thread of its own when ``picture`` or ``trouble`` did."""
        self._clock = clock
        self._changed = changed
        self._ring = ring
        self._ended = False
        self._process: ChildProcess[pm.Event] | None = None
        self.picture = ""
        self.trouble: Problem | None = None
        try:
            self._process = ChildProcess(pm.NAME, decoder_of(pm.Event), log_file)
        except OSError as error:
            self.trouble = from_os_error(error, "showing a film").problem
            return
        self._tell(pm.Load(str(film), str(ring)))
        threading.Thread(target=self._listen, args=(self._process,), name="projection", daemon=True).start()

    def follow(self, at: float, *, paused: bool) -> None:
        """The sound is at ``at`` seconds now."""
        self._tell(pm.Follow(at, self._clock.monotonic(), paused))

    def end(self) -> None:
        """Show nothing more."""
        self._ended = True
        if self._process is not None:
            self._process.end(at_once=True)
        self._ring.unlink(missing_ok=True)

    def _tell(self, command: pm.Command) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                # That it ended is heard on the other pipe.
                self._process.tell(command)

    def _listen(self, process: ChildProcess[pm.Event]) -> None:
        for event in process.events():
            match event:
                case pm.Loaded():
                    self.picture = event.ring
                case pm.Blind():
                    self.trouble = event.problem
            self._changed()
        if self._ended:
            return
        log.warning("the process that shows a film ended by itself")
        self.picture = ""
        if self.trouble is None:
            self.trouble = WorldError(
                "film-crashed",
                "The picture of this film cannot be shown",
                "The program that decodes it ended",
                "Open it in another program",
            ).problem
        self._changed()
