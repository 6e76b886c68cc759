"""Kill every process of Roomtone again and again in the middle of takes, and print what each kill cost.

``python -m tests.chaos [--times N] [--films N] [--seed S]``: the seed is printed, and the same one chooses the same
moments. ``--times 0`` leaves out the takes of sound alone, ``--films 0`` those with a camera.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
from pathlib import Path

from tests.acceptance.film_killing import PICTURE_MS, SOUND_MS, film_kills
from tests.acceptance.killing import FORMATS, kill_all
from tests.rigs.jack import JackServer


def main() -> int:
    """Return 0 when no kill cost more than was promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--times", type=int, default=25, help="kills of each process (25)")
    parser.add_argument("--films", type=int, default=10, help="kills of an engine that records a camera (10)")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="the moments (chosen anew)")
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    broken = False
    with tempfile.TemporaryDirectory(prefix="rt-chaos-") as folder, JackServer() as jack:
        if options.times:
            broken |= _kill_sounds(jack, Path(folder), options.times, options.seed)
        if options.films:
            broken |= _kill_films(jack, Path(folder), options.films, options.seed)
    return int(broken)


def _kill_sounds(jack: JackServer, folder: Path, times: int, seed: str) -> bool:
    broken = False
    for victim, milliseconds in kill_all(jack, folder, times, seed).items():
        broken |= _tell(victim, milliseconds, FORMATS.get(victim.removeprefix("engine-"), 0.0))
    return broken


def _kill_films(jack: JackServer, folder: Path, times: int, seed: str) -> bool:
    with film_kills(jack, folder, seed) as kills:
        losses = [kills.kill() for _ in range(times)]
        kills.check_on_server()
    pictures = _tell("engine, of the picture", [loss.picture for loss in losses], PICTURE_MS)
    return _tell("engine, of the sound beside it", [loss.sound for loss in losses], SOUND_MS) or pictures


def _tell(victim: str, milliseconds: list[float], promised: float) -> bool:
    """Print what was lost; return whether that is more than was promised."""
    sys.stdout.write(
        f"{victim}: {len(milliseconds)} kills, median {statistics.median(milliseconds):.0f} ms,"
        f" at most {max(milliseconds):.0f} ms lost (promised: {promised:.0f})\n"
    )
    return max(milliseconds) > promised


if __name__ == "__main__":
    sys.exit(main())
