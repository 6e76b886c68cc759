"""What the engine costs: CPU seconds for a recorded minute against bare recorders, and its memory over time.

``python -m tests.bench.engine_bench [SECONDS [RUNS]]``: all of them record the same sound from one JACK server at once;
of several runs the medians are printed. Who starts first alternates, because JACK wakes its clients in that order.
"""

from __future__ import annotations

import shutil
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from tests.rigs import signals
from tests.rigs.app import Listener, RoomtoneHome, make_home
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

    ``bare_promising`` is the bare recorder with the same compression that also wakes 21 times a second and syncs 5
    times, as the engine does to keep what it promises of a crash. ``memory`` holds the engine's resident bytes after
    the first quarter of the time and at its end.
    """

    seconds: float
    engine: float
    bare_same_level: float
    bare_default_level: float
    bare_promising: float
    memory: tuple[int, int]


def music(seconds: float) -> signals.Samples:
    """Return something between a tone and noise, as music is: it compresses to about two thirds."""
    frames = int(seconds * _RATE)
    tone = signals.tone(frames, _RATE, 220.0, -9.0, 2) + signals.tone(frames, _RATE, 1310.0, -21.0, 2)
    quiet = (signals.noise(frames, 2) >> 7).astype(np.int32)
    both: signals.Samples = (tone + quiet).astype(np.int32)
    return both


_BARE = {
    "same.flac": ["--level", _SAME_LEVEL],
    "default.flac": [],
    "promising.flac": ["--level", _SAME_LEVEL, "--wakes", "21", "--syncs", "5"],
}


def measure(seconds: float, *, engine_first: bool = False) -> EngineCost:
    """Record for ``seconds`` with all of them and return what they cost."""
    home = make_home()
    pause = threading.Event()
    try:
        source = signals.write_wav(home.root / "music.wav", music(seconds + _WARM_SECONDS + 5), _RATE)
        with JackServer(period=256) as jack, RoomtoneHome(home, jack.env()) as app:
            if engine_first:
                app.start_engine()
                listener = _listen(app)
            bare = [_bare(home.root / name, options, jack) for name, options in _BARE.items()]
            if not engine_first:
                app.start_engine()
                listener = _listen(app)
            listener.start_take("bench")
            inputs = sorted(jack.wait_ports("^PortAudio[^:]*:in_", 8))
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
        engine, same, default, promising = used
        return EngineCost(seconds, engine, same, default, promising, (early, late))
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def _listen(app: RoomtoneHome) -> Listener:
    listener = app.listen()
    listener.engine.open_input(channels="1+2")
    return listener


def _bare(out: Path, options: list[str], jack: JackServer) -> Program:
    recorder: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.bench.bare_flac_recorder",
        out,
        "2",
        str(_RATE),
        *options,
    ]
    program = Program([*recorder, *options], env=jack.env(), cwd=_ROOT)
    program.wait_for_line("^ready$")
    return program


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> int:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    costs = [measure(seconds, engine_first=run % 2 == 1) for run in range(runs)]
    engine = median(cost.engine for cost in costs)
    lines = [
        f"CPU seconds a recorded minute (stereo, 24 bit, 48 kHz, FLAC; median of {runs} over {seconds:g} s)",
        f"  engine                                      {engine:6.2f}",
    ]
    for name, figures in (
        ("rtmixer + soundfile, same level", [cost.bare_same_level for cost in costs]),
        ("the same, 21 wakes and 5 fdatasync a second", [cost.bare_promising for cost in costs]),
        ("rtmixer + soundfile, default level", [cost.bare_default_level for cost in costs]),
    ):
        ratio = median(cost.engine / figure for cost, figure in zip(costs, figures, strict=True))
        lines.append(f"  {name:43s} {median(figures):6.2f}   engine / it: {ratio:.2f}")
    mebibytes = [size / 2**20 for size in costs[-1].memory]
    lines.append(f"memory of the engine: {mebibytes[0]:.1f} MiB, at the end {mebibytes[1]:.1f} MiB")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
