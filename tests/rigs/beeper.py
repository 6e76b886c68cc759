"""Beeps on the JACK rig at moments of choice: what is heard when the network camera of the rigs flashes.

Run as a program it reads moments (``time.monotonic``, one a line, in order) and beeps at each: 50 ms of 1 kHz.
rtmixer's C callback starts each at its sample; ``Pa_GetStreamTime`` and the latency that JACK tells place it on the
machine's clock. That is done shortly before each beep, because JACK's own clock stands still whenever the machine keeps
it from working.
What one client writes in a cycle another reads in the same one, as if it had been heard in the cycle before; a beep is
written that much later, so that it is where a microphone would have had it. Another cycle is what PortAudio leaves out
of the latency that it tells, but not of the times in its callback.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import rtmixer

from tests.rigs.jack import JackServer
from tests.rigs.processes import Program

BEEP_HZ: Final = 1000.0
BEEP_SECONDS: Final = 0.05
_LEVEL: Final = 0.5
# So long ahead a beep is handed over.
_AHEAD_SECONDS: Final = 1.0
_ROOT: Final = Path(__file__).parents[2]


class Beeper:
    """Beeps into whatever records from one JACK server. As a context manager it ends on the way out."""

    def __init__(self, jack: JackServer) -> None:
        before = set(jack.ports(":out_"))
        self._jack = jack
        self._program = Program(
            [sys.executable, "-m", "tests.rigs.beeper", str(jack.period / jack.rate)], env=jack.env(), cwd=_ROOT
        )
        self._program.wait_for_line("^ready$")
        self.port = next(port for port in jack.wait_ports(":out_", len(before) + 1) if port not in before)

    def lead_into(self, ports: Iterable[str]) -> None:
        """Let these input ports hear the beeps."""
        for port in ports:
            self._jack.connect(self.port, port)

    def beep_at(self, moments: Iterable[float]) -> None:
        """Beep at each of these moments, which lie ahead."""
        for moment in moments:
            self._program.write(f"{moment!r}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.end()


def main() -> int:
    """Beep on request, until the requests end."""
    cycle = float(sys.argv[1])
    mixer = rtmixer.Mixer(channels=1, latency="low")
    rate = int(mixer.samplerate)
    length = np.arange(int(BEEP_SECONDS * rate)) / rate
    beep = (_LEVEL * np.sin(2 * np.pi * BEEP_HZ * length)).astype(np.float32)
    with mixer:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            time.sleep(max(0.0, float(line) - _AHEAD_SECONDS - time.monotonic()))
            # Taken between two looks at the machine's clock, as near to each other as the system allows.
            offsets = []
            for _ in range(20):
                before = time.monotonic()
                stream = mixer.time
                offsets.append((time.monotonic() - before, stream - (before + time.monotonic()) / 2))
            mixer.play_buffer(beep, channels=1, start=float(line) + min(offsets)[1] + mixer.latency + 2 * cycle)
    return 0


if __name__ == "__main__":
    sys.exit(main())
