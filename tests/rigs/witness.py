"""A second pair of ears on the JACK rig: it knows which sample the card had delivered when a process was killed.

Run as a program it records one channel and answers each line ``kill PID`` or ``look`` on its standard input
with ``delivered SAMPLE`` (24 bits), read right after the SIGKILL, so that it never counts too little as lost.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import rtmixer

from tests.rigs.jack import JackServer
from tests.rigs.processes import Program
from tests.rigs.signals import FULL_SCALE, Samples

_SPAN = 2 * FULL_SCALE
_LOOK_SECONDS = 0.02


class Witness:
    """Hears what ``player`` plays, beside whatever is recorded from it."""

    def __init__(self, jack: JackServer) -> None:
        before = set(jack.ports(":in_"))
        self._program = Program([sys.executable, "-m", "tests.rigs.witness"], env=jack.env(), cwd=_ROOT)
        self._program.wait_for_line("^listening$")
        self.ports = [port for port in jack.wait_ports(":in_", len(before) + 1) if port not in before]
        self._lock = threading.Lock()
        self._asked = 0

    def kill(self, pid: int) -> int:
        """End a process as a crash would; return the ramp's sample that the card had delivered by then."""
        return self._ask(f"kill {pid}")

    def delivered(self) -> int:
        """Return the ramp's sample that the card has delivered by now."""
        return self._ask("look")

    def _ask(self, question: str) -> int:
        with self._lock:
            self._asked += 1
            self._program.write(f"{question}\n")
            found = self._program.wait_for_line(rf"^{self._asked} delivered (-?[0-9]+)$")
            return int(found.group(1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.end()


def lost_frames(recorded: Samples, delivered: int) -> int:
    """Return how many frames of a ramp are missing at the end of a recording of it, shape (frames, channels)."""
    return (delivered - int(recorded[-1, 0])) % _SPAN


def main() -> int:
    """Record, and kill on request."""
    recorder = rtmixer.Recorder(channels=1)
    ring = rtmixer.RingBuffer(4, 1 << 17)
    latest = 0.0
    lock = threading.Lock()
    ending = threading.Event()

    def drain() -> None:
        nonlocal latest
        with lock:
            if ring.read_available:
                latest = float(np.frombuffer(ring.read(ring.read_available), np.float32)[-1])

    def keep_empty() -> None:
        while not ending.wait(_LOOK_SECONDS):
            drain()

    with recorder:
        recorder.record_ringbuffer(ring)
        keeper = threading.Thread(target=keep_empty)
        keeper.start()
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        for count, line in enumerate(sys.stdin, 1):
            if line.startswith("kill "):
                os.kill(int(line.split()[1]), signal.SIGKILL)
            drain()
            sys.stdout.write(f"{count} delivered {round(latest * FULL_SCALE)}\n")
            sys.stdout.flush()
        ending.set()
        keeper.join()
    return 0


_ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    sys.exit(main())
