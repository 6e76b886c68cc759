"""The process of one open source of pictures. It is told and tells what ``messages`` says, and ends with its input.

Three threads: one reads the source and writes the shared memory, one obeys commands and ends the process (a driver
that hangs cannot be asked to), one says that nothing comes.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from pathlib import Path
from typing import IO, Final, NoReturn

import av
import msgspec

from roomtone.devices.pictures import frames
from roomtone.devices.pictures.messages import (
    Command,
    ControlSet,
    Dropped,
    Frame,
    Opened,
    OpenPicture,
    SetControl,
    Snap,
    Snapped,
)
from roomtone.devices.pictures.model import PictureKind
from roomtone.devices.pictures.reporting import Reporter
from roomtone.devices.pictures.sources import OpenSource, Picture, check_size
from roomtone.foundation.clock import Clock, SystemClock
from roomtone.foundation.decoding import decode, decoder_of
from roomtone.foundation.errors import BugError, Problem, RoomtoneError, WorldError, from_os_error, unexpected
from roomtone.foundation.files import atomic_write
from roomtone.foundation.workers.as_child import Outlet, limit_memory, private_output

log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 5.0
# What the process may allocate: the largest pictures are decoded in a tenth of it. The ring is not counted.
_MEMORY_BYTES: Final = 2 << 30


def run(home: str | None, arguments: list[str]) -> int:
    """Show one source until the input ends."""
    del home, arguments
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    # The last of several nets.
    limit_memory(_MEMORY_BYTES)
    out = private_output()
    line = sys.stdin.buffer.readline()
    if line:
        _Process(decode(line, OpenPicture), out, SystemClock()).run(sys.stdin.buffer)
    return 0


def open_source(command: OpenPicture, clock: Clock) -> OpenSource:
    """Open what a command names; only what that kind of source needs is loaded. Raises ``WorldError``."""
    match command.kind:
        case PictureKind.NETWORK:
            from roomtone.devices.pictures.network import open_address

            return open_address(command.source, command.mode, clock)
        case PictureKind.PRACTICE:
            from roomtone.devices.pictures.practice import PracticePicture

            return PracticePicture(command.mode, clock)
        case PictureKind.SCREEN | PictureKind.WINDOW:
            from roomtone.devices.pictures.screen import open_screen

            return open_screen(command.source, command.name, command.mode, clock)
        case PictureKind.CAMERA:
            from roomtone.devices.pictures.local import open_camera

            return open_camera(command.source, command.name, command.mode, clock)
    raise BugError("kind", "A source was not understood", str(command.kind), "Report this")


class _Process:
    """Everything about the one source of this process."""

    def __init__(self, command: OpenPicture, out: int, clock: Clock) -> None:
        self._command = command
        self._clock = clock
        self._outlet = Outlet(out, self._end)
        self._reporter = Reporter(command.name, self._outlet, clock)
        self._wanted: queue.SimpleQueue[SetControl] = queue.SimpleQueue()
        self._newest: av.VideoFrame | None = None
        self._feeder: frames.Feeder | None = None
        self._rings = 0
        self._number = 0
        self._pause = _FIRST_PAUSE

    def run(self, commands: IO[bytes]) -> NoReturn:
        """Show the source; never returns."""
        threading.Thread(target=self._obey, args=(commands,), name="commands", daemon=True).start()
        threading.Thread(target=self._reporter.attend_for_ever, name="attend", daemon=True).start()
        never = threading.Event()
        while True:
            self._reporter.lost(self._show())
            self._clock.wait(never, self._pause)
            self._pause = min(_LONGEST_PAUSE, self._pause * 2)

    # The reading thread.

    def _show(self) -> Problem:
        """Open the source and show it for as long as it lasts; return why it does not."""
        try:
            source = open_source(self._command, self._clock)
            try:
                self._read(source)
            finally:
                source.close()
        except RoomtoneError as error:
            return error.problem
        except MemoryError:
            return _too_much(self._command.name)
        except Exception:
            log.exception("the source failed")
            return unexpected("reading the camera").problem

    def _read(self, source: OpenSource) -> NoReturn:
        first = True
        while True:
            picture = source.read()
            image = picture.image
            size = (image.width, image.height)
            if first or self._feeder is None or size != self._feeder.size or not self._reporter.live:
                check_size(self._command.name, *size)
                self._begin(source, image)
                first = False
                self._pause = _FIRST_PAUSE
            self._take(source, picture)
            self._control(source)

    def _begin(self, source: OpenSource, image: av.VideoFrame) -> None:
        """Make a ring for frames of this size and tell that they follow."""
        old, self._feeder = self._feeder, None
        if old is not None:
            old.close()
        path = Path(self._command.ring + (f".{self._rings}" if self._rings else ""))
        self._rings += 1
        try:
            feeder = frames.Feeder(path, image.width, image.height, self._command.preview_width)
        except OSError as error:
            raise from_os_error(error, "making room for the pictures") from error
        self._feeder = feeder
        promise = source.promise
        self._reporter.opened(
            Opened(
                ring=str(path),
                width=feeder.shape.width,
                height=feeder.shape.height,
                fps=promise.fps,
                full_range=frames.full_range(frames.as_planar(image)),
                numbered=promise.numbered,
                controls=source.controls(),
            )
        )

    def _take(self, source: OpenSource, picture: Picture) -> None:
        feeder = self._feeder
        assert feeder is not None
        image = frames.as_planar(picture.image)
        # Before anybody is told of it: they may ask for it at once.
        self._newest = picture.image
        slot = None if self._outlet.would_wait() else feeder.frame(image)
        if slot is not None:
            self._number += 1
            event = Frame(self._number - 1, slot, picture.source_time, picture.arrival)
        elif not self._outlet.would_wait():
            self._reporter.tell(Dropped(1))
        self._reporter.frame(event if slot is not None else None)
        feeder.preview(image, picture.arrival)
        self._reporter.judge.frame(
            frames.luma(image),
            full_range=frames.full_range(image),
            arrival=picture.arrival,
            promise=source.promise,
        )

    def _control(self, source: OpenSource) -> None:
        while not self._wanted.empty():
            wanted = self._wanted.get()
            source.set_control(wanted.name, wanted.value, automatic=wanted.automatic)
            self._reporter.tell(ControlSet(source.controls()))

    # The obeying thread.

    def _obey(self, commands: IO[bytes]) -> None:
        decoder = decoder_of(Command)
        for line in commands:
            try:
                command = decoder.decode(line)
            except msgspec.DecodeError:
                log.warning("an unknown command: %r", line[:200])
                continue
            if isinstance(command, Snap):
                self._reporter.tell(Snapped(command.file, self._snap(Path(command.file))))
            elif isinstance(command, SetControl):
                self._wanted.put(command)
        self._end()

    def _snap(self, file: Path) -> Problem | None:
        image = self._newest
        if image is None:
            return WorldError(
                "no-picture",
                f"“{self._command.name}” sends no picture",
                "None has arrived yet",
                "Check that it is switched on, then try again",
            ).problem
        if file.exists():
            return WorldError(
                "exists", "No picture was taken", f"“{file.name}” is there already", "Choose another name"
            ).problem
        try:
            atomic_write(file, frames.png(image))
        except OSError as error:
            return from_os_error(error, "keeping the picture").problem
        except (av.FFmpegError, MemoryError):
            log.exception("no PNG could be made")
            return unexpected("keeping the picture").problem
        return None

    def _end(self) -> NoReturn:
        """End now, also where the reading thread hangs in a driver."""
        feeder = self._feeder
        if feeder is not None:
            feeder.path.unlink(missing_ok=True)
        os._exit(0)


def _too_much(name: str) -> Problem:
    return WorldError(
        "camera-memory",
        f"The pictures of “{name}” need too much memory",
        f"More than {_MEMORY_BYTES >> 30} GiB",
        "Choose a smaller picture, or restart the camera",
    ).problem
