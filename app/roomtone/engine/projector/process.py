"""The process that shows a film. It is told and tells what ``messages`` says, and ends with its input.

One thread decodes and shows, one obeys: a decoder that hangs cannot be asked to end.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from typing import IO, Final, NoReturn

from av.error import FFmpegError

from roomtone.engine.projector.messages import Blind, Command, Follow, Load, Loaded
from roomtone.engine.projector.pace import Pace
from roomtone.engine.projector.reel import Reel
from roomtone.engine.projector.showing import Showing
from roomtone.foundation.clock import Clock, SystemClock
from roomtone.foundation.decoding import decode, decoder_of
from roomtone.foundation.errors import RoomtoneError, WorldError, from_os_error
from roomtone.foundation.workers.as_child import Outlet, limit_memory, private_output
from roomtone.takes.opening import opened

log = logging.getLogger(__name__)

# What the process may allocate: a frame of 8K is 50 MB, and decoders keep up to sixteen, on several threads.
_MEMORY_BYTES: Final = 3 << 30
# While nothing is due it is looked this often whether something is.
_IDLE_SECONDS: Final = 0.5


def run(home: str | None, arguments: list[str]) -> int:
    """Show one film until the input ends."""
    del home, arguments
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    limit_memory(_MEMORY_BYTES)
    out = private_output()
    line = sys.stdin.buffer.readline()
    if line:
        Projector(decode(line, Load), out, SystemClock()).run(sys.stdin.buffer)
    return 0


class Projector:
    """Everything about the one film of this process."""

    def __init__(self, load: Load, out: int, clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._outlet = Outlet(out, self._end)
        self._lock = threading.Lock()
        self._told: Follow | None = None
        self._wake = threading.Event()

    def run(self, commands: IO[bytes]) -> NoReturn:
        """Show the film; never returns."""
        threading.Thread(target=self._obey, args=(commands,), name="commands", daemon=True).start()
        try:
            self._show()
        except RoomtoneError as error:
            self._outlet.tell(Blind(error.problem))
        except (FFmpegError, ValueError) as error:
            log.info("the film cannot be shown: %s", error)
            self._outlet.tell(Blind(_unseen(error).problem))
        except MemoryError:
            self._outlet.tell(Blind(_unseen("It takes more memory than there is for it").problem))
        except OSError as error:
            self._outlet.tell(Blind(from_os_error(error, "showing a film").problem))
        never = threading.Event()
        while True:
            self._clock.wait(never, 3600.0)

    def _show(self) -> NoReturn:
        with opened(Path(self._load.file)) as container:
            reel = Reel(container)
            pace = Pace()
            showing: Showing | None = None
            while True:
                self._wake.clear()
                if not self._follow(pace, reel):
                    # Where it begins comes right behind what to load.
                    self._clock.wait(self._wake, _IDLE_SECONDS)
                    continue
                picture = reel.picture(pace.at(self._clock.monotonic()))
                if picture is not None:
                    if showing is None:
                        showing = Showing(Path(self._load.ring), picture, reel.aspect, self._load.longest)
                        self._outlet.tell(Loaded(self._load.ring))
                    showing.show(picture)
                self._clock.wait(self._wake, self._pause(pace, reel))

    def _follow(self, pace: Pace, reel: Reel) -> bool:
        """Be where the sound is; return whether that is known."""
        with self._lock:
            told, self._told = self._told, None
        if told is not None and pace.follow(told.at, told.moment, paused=told.paused):
            reel.seek(told.at)
        return pace.told

    def _pause(self, pace: Pace, reel: Reel) -> float:
        if pace.paused or reel.due is None:
            return _IDLE_SECONDS
        return min(_IDLE_SECONDS, max(0.0, reel.due - pace.at(self._clock.monotonic())))

    def _obey(self, commands: IO[bytes]) -> None:
        decoder = decoder_of(Command)
        for line in commands:
            command = decoder.decode(line)
            if isinstance(command, Follow):
                with self._lock:
                    self._told = command
                self._wake.set()
        self._end()

    def _end(self) -> NoReturn:
        """End now, also where the decoding thread hangs."""
        Path(self._load.ring).unlink(missing_ok=True)
        os._exit(0)


def _unseen(why: object) -> WorldError:
    said = why.strerror if isinstance(why, FFmpegError) and why.strerror else str(why)
    return WorldError("unseen-film", "The picture of this film cannot be shown", said, "Open it in another program")
