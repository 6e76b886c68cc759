"""Figures of the window, on an X server of its own: ``python -m tests.bench.window_bench``.

Not a test: it prints what it measures. How long it takes to the first frame, against an empty PySide6 window in the
same run, in turns; and how evenly frames follow each other while a take of the practice tone rolls at 1440 × 900.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import psutil

from roomtone.foundation.paths import Home
from tests.rigs.display import VirtualDisplay

ROOT: Final = Path(__file__).resolve().parents[2]
FRAMES_UNDER: Final = 20.0


@dataclass(frozen=True)
class Start:
    """Milliseconds from the start of the process to its first frame on the screen, medians."""

    empty: float
    ours: float
    ratio: float
    runs: int


@dataclass(frozen=True)
class Frames:
    """Milliseconds between frames while a take rolls, and the share of them under 20 ms."""

    what: str
    frames: int
    median: float
    p95: float
    p99: float
    worst: float
    share_under_20: float
    cpu_share: float


def starts(display: VirtualDisplay, runs: int) -> Start:
    """Measure both windows in turns."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory(prefix="rt-bench-") as folder:
        home = Home(Path(folder)).prepare()
        for number in range(runs + 1):
            pair = [_child(display, home, child) for child in ("empty", "start")]
            # The first run reads everything from the disk, for the one that comes first as for the other.
            if number:
                empty.append(pair[0] * 1000)
                ours.append(pair[1] * 1000)
    one, other = statistics.median(empty), statistics.median(ours)
    return Start(round(one, 1), round(other, 1), round(other / one, 3), runs)


def frames(display: VirtualDisplay, child: str, seconds: float) -> Frames:
    """Look at the window's frames while a take rolls.

    With "recording" it is the practice tone and the real workers; with "staged" the list is full of takes, and states
    and levels come thirty times a second from a thread.
    """
    folder = tempfile.mkdtemp(prefix="rt-bench-")
    home = Home(Path(folder)).prepare()
    try:
        said = _run(display, home, child, str(seconds))
        return _frames_of(json.loads(said), child)
    finally:
        _end_workers(home)
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _child(display: VirtualDisplay, home: Home, child: str) -> float:
    before = time.monotonic()
    return float(_run(display, home, child)) - before


def _run(display: VirtualDisplay, home: Home, child: str, *arguments: str) -> str:
    environment = {
        **display.env(),
        "ROOMTONE_HOME": str(home.root),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "app"), str(ROOT))),
    }
    command = [sys.executable, str(Path(__file__).with_name("window_child.py")), child, *arguments]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def _end_workers(home: Home) -> None:
    """End the workers of this home: they outlive their window by design."""
    ours = [one for one in psutil.process_iter(["cmdline"]) if str(home.root) in (one.info["cmdline"] or [])]
    for process in ours:
        process.terminate()
    psutil.wait_procs(ours, timeout=20)


def _frames_of(seen: dict[str, list[float]], child: str) -> Frames:
    at = seen["frames"]
    gaps = sorted((after - before) * 1000 for before, after in pairwise(at))
    under = sum(gap < FRAMES_UNDER for gap in gaps) / len(gaps)
    return Frames(
        what=child,
        frames=len(gaps),
        median=round(statistics.median(gaps), 2),
        p95=round(gaps[int(len(gaps) * 0.95)], 2),
        p99=round(gaps[int(len(gaps) * 0.99)], 2),
        worst=round(gaps[-1], 2),
        share_under_20=round(under, 4),
        cpu_share=round(seen["cpu"][0] / (at[-1] - at[0]), 3),
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="starts of each window")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to record")
    options = parser.parse_args()
    with VirtualDisplay() as display:
        start = starts(display, options.runs)
        sys.stdout.write(f"start to first frame: {json.dumps(asdict(start))}\n")
        for child in ("recording", "staged"):
            sys.stdout.write(f"frames: {json.dumps(asdict(frames(display, child, options.seconds)))}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
