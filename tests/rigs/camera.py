"""A network camera of the test's own: motion JPEG over HTTP, with a clock, a jitter and faults that the test chooses.

It runs in a process of its own, so that it can be stopped, killed and started again at the same address. Frame ``k``
is taken at ``start + k / (fps · (1 + ppm · 10⁻⁶))`` on ``time.monotonic`` whether anybody watches or not. Every frame
carries its number as a bar code along its top, which survives H.264; every second one flash of 100 ms makes the rest
white. Which frame that begins with, and when it is taken, follows from ``start`` alone: see ``Timeline``.
"""

from __future__ import annotations

import contextlib
import math
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import cv2

from tests.rigs.barcodes import Gray, Pictures, frame_number
from tests.rigs.processes import Program, free_port

__all__ = ["CameraRig", "Fault", "Gray", "Pictures", "Timeline", "frame_number"]

_ROOT: Final = Path(__file__).parents[2]
_FLASH_SECONDS: Final = 0.1
# A camera whose viewer takes nothing for this long goes on with its newest frame, as cameras do.
_BEHIND_SECONDS: Final = 0.5


class Fault(StrEnum):
    """What the camera can be told to do instead of its work."""

    NONE = "none"
    SILENT = "silent"
    """The connection stays, nothing comes."""
    GARBAGE = "garbage"
    """Random bytes that are no multipart at all."""
    BROKEN = "broken"
    """Parts that hold random bytes instead of a JPEG."""
    ENDLESS = "endless"
    """A part without a length that never ends."""
    ENORMOUS = "enormous"
    """A part that announces 2 GB and sends them as fast as they are taken."""
    TINY = "tiny"
    """Frames of 1 × 1."""
    HUGE = "huge"
    """Frames whose header says 20,000 × 20,000."""
    FROZEN = "frozen"
    """The same frame again and again."""
    BLACK = "black"
    """Black frames, as with a cap on the lens."""
    HALF = "half"
    """Every second frame only, as in low light."""


@dataclass(frozen=True)
class Timeline:
    """Which frame is taken when, and which of them are white. ``start`` is by ``time.monotonic``."""

    start: float
    fps: float
    ppm: float = 0.0

    @property
    def real_fps(self) -> float:
        """The rate by the machine's clock."""
        return self.fps * (1 + self.ppm * 1e-6)

    def taken(self, number: int) -> float:
        """Return when frame ``number`` is taken."""
        return self.start + number / self.real_fps

    def latest(self, now: float) -> int:
        """Return the number of the newest frame that is taken by ``now``."""
        return max(0, math.floor((now - self.start) * self.real_fps))

    def flash_frame(self, flash: int) -> int:
        """Return the number of the first white frame of flash ``flash`` (from 0, one a second)."""
        return math.ceil(flash * self.real_fps - 1e-9)

    def flash_time(self, flash: int) -> float:
        """Return when the first white frame of a flash is taken: the moment to beep at."""
        return self.taken(self.flash_frame(flash))

    def white(self, number: int) -> bool:
        """Return whether frame ``number`` lies in a flash."""
        first = self.flash_frame(math.floor(number / self.real_fps + 1e-9))
        return 0 <= number - first < max(1, round(_FLASH_SECONDS * self.fps))


class _Camera:
    """The serving side: one thread for each viewer."""

    def __init__(self, timeline: Timeline, size: tuple[int, int], jitter: float, flashes: bool, seed: int) -> None:
        self._timeline = timeline
        self._jitter = jitter
        self._flashes = flashes
        self._seed = seed
        self._held = 0
        self._viewers: set[socket.socket] = set()
        self.pictures = Pictures(*size)
        self.fault = Fault.NONE
        self.drop = 0.0
        self.lengths = True

    def serve(self, listener: socket.socket) -> None:
        """Take viewers until the process ends."""
        while True:
            viewer, _ = listener.accept()
            viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._show, args=(viewer,), daemon=True).start()

    def hang_up(self) -> None:
        """End all connections; a new one is taken at once."""
        for viewer in list(self._viewers):
            with contextlib.suppress(OSError):
                viewer.shutdown(socket.SHUT_RDWR)

    def set_fault(self, fault: Fault) -> None:
        """From now on."""
        self._held = self._timeline.latest(time.monotonic())
        self.fault = fault

    def _show(self, viewer: socket.socket) -> None:
        self._viewers.add(viewer)
        try:
            asked = b""
            while b"\r\n\r\n" not in asked:
                more = viewer.recv(4096)
                if not more:
                    return
                asked += more
            viewer.sendall(
                b"HTTP/1.0 200 OK\r\nConnection: close\r\nCache-Control: no-cache\r\n"
                b"Content-Type: multipart/x-mixed-replace; boundary=roomtone-rig\r\n\r\n"
            )
            self._send_frames(viewer)
        except OSError:
            # The viewer left; that is its right.
            return
        finally:
            self._viewers.discard(viewer)
            viewer.close()

    def _send_frames(self, viewer: socket.socket) -> None:
        line, number, before = self._timeline, self._timeline.latest(time.monotonic()) + 1, 0.0
        while True:
            dice = random.Random(f"{self._seed} {number}")
            due = max(line.taken(number) + dice.uniform(0.0, self._jitter), before)
            while (pause := due - time.monotonic()) > 0:
                time.sleep(pause)
            before = due
            if dice.random() >= self.drop and not (self.fault is Fault.HALF and number % 2):
                self._send(viewer, number, dice)
            newest = line.latest(time.monotonic())
            number = newest if newest - number > _BEHIND_SECONDS * line.fps + self._jitter * line.fps else number + 1

    def _send(self, viewer: socket.socket, number: int, dice: random.Random) -> None:
        fault = self.fault
        if fault is Fault.SILENT:
            return
        if fault is Fault.GARBAGE:
            viewer.sendall(dice.randbytes(50_000))
        elif fault in (Fault.ENDLESS, Fault.ENORMOUS):
            length = b"Content-Length: 2000000000\r\n" if fault is Fault.ENORMOUS else b""
            viewer.sendall(b"--roomtone-rig\r\nContent-Type: image/jpeg\r\n" + length + b"\r\n\xff\xd8")
            while self.fault is fault:
                viewer.sendall(b"\x5a" * (1 << 20))
                time.sleep(0.01)
        else:
            viewer.sendall(self._part(self._jpeg(fault, number, dice)))

    def _jpeg(self, fault: Fault, number: int, dice: random.Random) -> bytes:
        pictures, white = self.pictures, self._flashes and self._timeline.white(number)
        if fault is Fault.BLACK:
            return pictures.black
        if fault is Fault.TINY:
            return pictures.tiny
        if fault is Fault.HUGE:
            return pictures.huge(number)
        if fault is Fault.BROKEN:
            return dice.randbytes(20_000)
        if fault is Fault.FROZEN:
            return pictures.frame(self._held, white=False)
        return pictures.frame(number, white)

    def _part(self, jpeg: bytes) -> bytes:
        length = b"Content-Length: %d\r\n" % len(jpeg) if self.lengths else b""
        return b"--roomtone-rig\r\nContent-Type: image/jpeg\r\n" + length + b"\r\n" + jpeg + b"\r\n"


class CameraRig:
    """The test's side. As a context manager it starts the camera, and ends it on the way out.

    ``jitter`` is the longest random delay of a delivery in seconds; frames stay in order, so a late one holds up the
    next. ``lengths`` tells each frame's length ahead, as most cameras do.
    """

    def __init__(
        self,
        width: int = 1280,
        height: int = 720,
        fps: float = 30.0,
        ppm: float = 0.0,
        jitter: float = 0.0,
        flashes: bool = True,
        seed: int = 1,
        lengths: bool = True,
    ) -> None:
        self.size = (width, height)
        self.port = free_port()
        self.timeline = Timeline(time.monotonic(), fps, ppm)
        self._options = (jitter, flashes, seed, lengths)
        self._program: Program | None = None
        self._told = 0

    @property
    def url(self) -> str:
        """Where the camera is watched."""
        return f"http://127.0.0.1:{self.port}/video"

    @property
    def pid(self) -> int:
        """The camera's process id."""
        return self._running.pid

    def start(self) -> Self:
        """Start the camera, or start it again after ``kill``: at the same address, on the same timeline."""
        jitter, flashes, seed, lengths = self._options
        line = self.timeline
        numbers = [self.port, *self.size, line.start, line.fps, line.ppm, jitter, int(flashes), seed, int(lengths)]
        argv = [sys.executable, "-m", "tests.rigs.camera", *map(str, numbers)]
        self._program = Program(argv, env={**os.environ, "PYTHONUNBUFFERED": "1"}, cwd=_ROOT)
        self._program.wait_for_line("^ready$")
        return self

    def flash_times(self, begin: float, end: float) -> list[float]:
        """Return when the flashes between two moments begin, all by ``time.monotonic``."""
        line = self.timeline
        times = (line.flash_time(n) for n in range(int(begin - line.start), math.ceil(end - line.start) + 2) if n >= 0)
        return [when for when in times if begin <= when < end]

    def fault(self, fault: Fault) -> None:
        """Misbehave from the next frame on; ``Fault.NONE`` ends it. A connection may not survive some of them."""
        self._tell(f"fault {fault}")

    def resize(self, width: int, height: int) -> None:
        """Send frames of another size from now on."""
        self._tell(f"size {width} {height}")
        self.size = (width, height)

    def drop(self, share: float) -> None:
        """Leave out this share of the frames, at random."""
        self._tell(f"drop {share}")

    def hang_up(self) -> None:
        """End every connection; the camera can be reached again at once."""
        self._tell("hang-up")

    def stop(self) -> None:
        """Freeze the whole process (SIGSTOP): connections stay, nothing comes."""
        self._running.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a stopped process go on."""
        self._running.signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the camera as a power cut would. ``start`` brings it back."""
        self._running.kill()
        self._program = None

    def end(self) -> None:
        """End the camera."""
        if self._program is not None:
            self._program.signal(signal.SIGCONT)
            self._program.end()
            self._program = None

    @property
    def _running(self) -> Program:
        if self._program is None:
            raise RuntimeError("the camera does not run")
        return self._program

    def _tell(self, text: str) -> None:
        self._told += 1
        self._running.write(f"{self._told} {text}\n")
        self._running.wait_for_line(f"^done {self._told}$")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


def main(arguments: Sequence[str]) -> int:
    """Be the camera; commands come on standard input, and its end ends the process."""
    port, width, height = map(int, arguments[:3])
    start, fps, ppm, jitter = map(float, arguments[3:7])
    flashes, seed, lengths = map(int, arguments[7:10])
    cv2.setNumThreads(1)
    camera = _Camera(Timeline(start, fps, ppm), (width, height), jitter, bool(flashes), seed)
    camera.lengths = bool(lengths)
    with socket.create_server(("127.0.0.1", port)) as listener:
        threading.Thread(target=camera.serve, args=(listener,), daemon=True).start()
        sys.stdout.write("ready\n")
        for line in sys.stdin:
            number, command, *values = line.split()
            if command == "fault":
                camera.set_fault(Fault(values[0]))
            elif command == "size":
                camera.pictures = Pictures(int(values[0]), int(values[1]))
            elif command == "drop":
                camera.drop = float(values[0])
            elif command == "hang-up":
                camera.hang_up()
            sys.stdout.write(f"done {number}\n")
        sys.stdout.flush()
        # A viewer's thread may hang in a send that nobody takes.
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
