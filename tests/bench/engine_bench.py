"""What the engine costs: CPU seconds for a recorded minute against bare recorders, and its memory over time.

``python -m tests.bench.engine_bench [SECONDS]``: all of them record the same sound from one JACK server at once.
"""

from __future__ import annotations

import shutil
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program

_ROOT = Path(__file__).parents[2]
_RATE = 48_000
# The level that the engine's own tracks have; see engine.tracks.
_SAME_LEVEL = "0.25"
_WARM_SECONDS = 3.0


@dataclass(frozen=True)
class EngineCost:
    """CPU seconds a recorded minute, stereo, 24 bit, 48 kHz, FLAC; the engine with metering and one client.

    ``memory`` holds the engine's resident bytes after the first quarter of the time and at its end.
    """

    seconds: float
    engine: float
    bare_same_level: float
    bare_default_level: float
    memory: tuple[int, int]

    @property
    def ratio(self) -> float:
        """How many times as much as a bare recorder with the same compression the engine costs."""
        return self.engine / self.bare_same_level

    @property
    def ratio_default(self) -> float:
        """The same against a bare recorder with libsndfile's default compression."""
        return self.engine / self.bare_default_level


def music(seconds: float) -> signals.Samples:
    """Return something between a tone and noise, as music is: it compresses to about two thirds."""
    frames = int(seconds * _RATE)
    tone = signals.tone(frames, _RATE, 220.0, -9.0, 2) + signals.tone(frames, _RATE, 1310.0, -21.0, 2)
    quiet = (signals.noise(frames, 2) >> 7).astype(np.int32)
    both: signals.Samples = (tone + quiet).astype(np.int32)
    return both


def measure(seconds: float) -> EngineCost:
    """Record for ``seconds`` with all three and return what they cost."""
    home = make_home()
    pause = threading.Event()
    try:
        source = signals.write_wav(home.root / "music.wav", music(seconds + _WARM_SECONDS + 5), _RATE)
        with JackServer() as jack, RoomtoneHome(home, jack.env()) as app:
            bare = [
                Program(
                    [sys.executable, "-m", "tests.bench.bare_flac_recorder", home.root / name, "2", str(_RATE), *level],
                    env=jack.env(),
                    cwd=_ROOT,
                )
                for name, level in (("same.flac", [_SAME_LEVEL]), ("default.flac", []))
            ]
            for program in bare:
                program.wait_for_line("^ready$")
            app.start_engine()
            listener = app.listen()
            listener.engine.open_input(channels="1+2")
            listener.start_take("bench")
            inputs = sorted(jack.wait_ports("^PortAudio[^:]*:in_", 6))
            player = jack.player(source, inputs[:2])
            for port in inputs:
                jack.connect(player.ports[int(port[-1])], port)
            player.start()
            watched = [psutil.Process(pid) for pid in (app.pid("engine"), *(program.pid for program in bare))]
            pause.wait(_WARM_SECONDS)
            before = [_cpu(process) for process in watched]
            pause.wait(seconds / 4)
            early = watched[0].memory_info().rss
            pause.wait(seconds * 3 / 4)
            used = [(_cpu(process) - start) * 60 / seconds for process, start in zip(watched, before, strict=True)]
            late = watched[0].memory_info().rss
            listener.engine.stop_take()
            for program in bare:
                program.end()
        return EngineCost(seconds, used[0], used[1], used[2], (early, late))
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> int:
    """Print the figures."""
    cost = measure(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
    mebibytes = [size / 2**20 for size in cost.memory]
    lines = (
        f"CPU seconds a recorded minute (stereo, 24 bit, 48 kHz, FLAC; measured over {cost.seconds:g} s)",
        f"  engine                          {cost.engine:6.2f}",
        f"  rtmixer + soundfile, same level {cost.bare_same_level:6.2f}   engine / it: {cost.ratio:.2f}",
        f"  rtmixer + soundfile, default    {cost.bare_default_level:6.2f}   engine / it: {cost.ratio_default:.2f}",
        f"memory of the engine: {mebibytes[0]:.1f} MiB, at the end {mebibytes[1]:.1f} MiB",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
