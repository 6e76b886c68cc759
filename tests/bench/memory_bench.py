"""Memory of every process while one take rolls, the window's too: ``python -m tests.bench.memory_bench [MINUTE …]``.

The window on an X server of its own records stereo brown noise from JACK, by its space bar; nothing is restarted. Each
process of the home is looked at after so many minutes of the take, by default 1 and 30.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from tests.rigs import signals
from tests.rigs.app import Listener, RoomtoneHome, make_home
from tests.rigs.display import VirtualDisplay
from tests.rigs.jack import JackServer
from tests.rigs.processes import until

_RATE: Final = 48_000
_BLOCK_SECONDS: Final = 30
Sizes = dict[str, tuple[float, float]]


def measure(minutes: list[float]) -> list[Sizes]:
    """Return the resident and the private mebibytes of each process after so many minutes."""
    home = make_home()
    try:
        with JackServer() as jack, VirtualDisplay() as display:
            env = {**jack.env(), **display.env()}
            with RoomtoneHome(home, env) as app:
                return _record(app, jack, display, minutes)
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def _record(app: RoomtoneHome, jack: JackServer, display: VirtualDisplay, minutes: list[float]) -> list[Sizes]:
    app.start()
    display.wait_window("Roomtone")
    until((app.home.run / "engine.json").exists, 30, "the engine")
    engine = app.listen()
    inputs = jack.wait_ports("^PortAudio[^:]*:in_", 2)
    source = _brown(app.home.root / "brown.wav", max(minutes) * 60 + 60)
    _press_until_it_rolls(engine, display)
    jack.play_file(source, inputs)
    found = []
    for minute in sorted(minutes):
        engine.wait_frames(int(minute * 60 * _RATE), minute * 60 + 60)
        found.append(_sizes(app.home))
        # Otherwise this program would keep every event of the take.
        engine.heard.clear()
    engine.engine.stop_take()
    return found


def _press_until_it_rolls(engine: Listener, display: VirtualDisplay) -> None:
    """Press the space bar until the take rolls: the window may not have heard yet that the input is open."""

    def press() -> bool:
        display.key("space")
        before = len(engine.of(m.Status))
        until(lambda: len(engine.of(m.Status)) >= before + 2, 10, "two more statuses")
        return engine.engine.status().rolling is not None

    until(press, 30, "the take to roll")


def _brown(path: Path, seconds: float) -> Path:
    """Write stereo brown noise, the same half minute again and again: what sounds alike does not take up memory."""
    white = np.random.default_rng(1).standard_normal((_BLOCK_SECONDS * _RATE, 2))
    walk = np.cumsum(white, axis=0)
    walk -= np.linspace(walk[0], walk[-1], len(walk))
    block = (walk / abs(walk).max() * 0.5 * signals.FULL_SCALE).astype(np.int32)
    return signals.write_wav(path, np.tile(block, (int(seconds / _BLOCK_SECONDS) + 1, 1)), _RATE)


def _sizes(home: Home) -> Sizes:
    return {name: _size(process) for name, process in sorted(_processes(home), key=lambda pair: pair[0])}


def _size(process: psutil.Process) -> tuple[float, float]:
    whole = process.memory_full_info()
    return whole.rss / 2**20, whole.uss / 2**20


def _processes(home: Home) -> Iterator[tuple[str, psutil.Process]]:
    """Go through the processes of a home, each by what its command line says it is, and those that they started."""
    ours = [p for p in psutil.process_iter(["cmdline"]) if str(home.root) in (p.info["cmdline"] or [])]
    for process in ours:
        line = [word for word in process.info["cmdline"] if word != str(home.root)]
        words = [word for word in line[line.index("--home") + 1 :] if not word.startswith("-")]
        name = " ".join(words[:2]) or "window"
        yield name, process
        for child in process.children():
            if child not in ours:
                yield f"{name}: a child", child


def main() -> int:
    """Print the figures."""
    minutes = sorted(float(word) for word in sys.argv[1:]) or [1.0, 30.0]
    found = measure(minutes)
    sys.stdout.write(
        "resident (private) MiB after  " + "".join(f"{f'{minute:g} min':>18}" for minute in minutes) + "\n"
    )
    for name in found[0]:
        sizes = [sizes.get(name) for sizes in found]
        told = "".join(f"{f'{s[0]:.1f} ({s[1]:.1f})' if s else 'gone':>18}" for s in sizes)
        sys.stdout.write(f"  {name:<28}{told}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
