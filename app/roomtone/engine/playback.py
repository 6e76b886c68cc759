"""Playing a track of a take, with seek and pause."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import soundfile

from roomtone.devices.system import OutputStream
from roomtone.engine.messages import Playing
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import WorldError
from roomtone.takes.decode import UnplayableError

log = logging.getLogger(__name__)

_FEED_SECONDS: Final = 0.05


class Player:
    """Plays one file. A thread of its own decodes; the device is fed by rtmixer's callback.

    ``on_change`` is called on that thread about ten times a second with where playing is, and with ``None``
    at the end.
    """

    def __init__(
        self,
        path: Path,
        take: str,
        at: float,
        open_output: Callable[[int, int], OutputStream],
        clock: Clock,
        on_change: Callable[[Playing | None], None],
    ) -> None:
        """Open the file and the output. Raises ``UnplayableError`` or ``WorldError``."""
        try:
            self._file = soundfile.SoundFile(path)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise UnplayableError(path, str(error)) from error
        self._take = take
        self._clock = clock
        self._open_output = open_output
        self._on_change = on_change
        self._lock = threading.Lock()
        self._paused = False
        self._ending = threading.Event()
        self._rate: int = self._file.samplerate
        self._length = self._file.frames / self._rate
        # The frame that the present output began with.
        self._began: int = self._file.seek(self._frame(at))
        try:
            self._output = self._open()
        except WorldError:
            self._file.close()
            raise
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def playing(self) -> Playing:
        """Return where playing is: what is heard now, not what was read ahead."""
        with self._lock:
            return Playing(self._take, self._heard() / self._rate, self._length, self._paused)

    def seek(self, at: float) -> None:
        """Go on at ``at`` seconds. What was read ahead is dropped."""
        with self._lock:
            self._output.close()
            self._began = self._file.seek(self._frame(at))
            self._output = self._open()

    def pause(self, on: bool) -> None:
        """Pause, or go on where playing was paused."""
        with self._lock:
            if on == self._paused:
                return
            self._paused = on
            if on:
                # What was read ahead is read again later.
                heard = self._heard()
                self._output.close()
                self._began = self._file.seek(heard)
                self._output = self._open()

    def stop(self) -> None:
        """Stop and release everything."""
        self._ending.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _heard(self) -> int:
        """Return the frame that is heard now, not the one that was read ahead or waits in the driver."""
        played = self._file.tell() - self._output.waiting()
        heard: int = played - int(self._output.delay * self._rate)
        return max(self._began, heard)

    def _open(self) -> OutputStream:
        return self._open_output(self._rate, self._file.channels)

    def _frame(self, at: float) -> int:
        return int(min(max(0, int(at * self._rate)), self._file.frames))

    def _run(self) -> None:
        turn = 0
        try:
            while not self._clock.wait(self._ending, _FEED_SECONDS):
                with self._lock:
                    done = self._feed()
                if done:
                    return
                turn += 1
                if turn % 2 == 0:
                    self._on_change(self.playing())
        except (soundfile.LibsndfileError, RuntimeError, WorldError):
            log.exception("playback failed")
        finally:
            self._output.close()
            self._file.close()
            self._on_change(None)

    def _feed(self) -> bool:
        """Hand over what fits; return whether everything was heard."""
        if self._paused:
            return False
        room = self._output.room()
        if room:
            data = self._file.read(room, dtype="float32", always_2d=True)
            if len(data):
                self._output.write(data)
                return False
        at_end = self._file.tell() >= self._file.frames
        return (at_end and not self._output.waiting()) or not self._output.active()
