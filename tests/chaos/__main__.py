"""Kill every process of Roomtone again and again in the middle of takes, and print what each kill cost.

``python -m tests.chaos [--times N] [--seed S]``: the seed is printed, and the same one chooses the same moments.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
from pathlib import Path

from tests.acceptance.killing import FORMATS, kill_all
from tests.rigs.jack import JackServer


def main() -> int:
    """Return 0 when no kill cost more than was promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--times", type=int, default=25, help="kills of each process (25)")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="the moments (chosen anew)")
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    with tempfile.TemporaryDirectory(prefix="rt-chaos-") as folder, JackServer() as jack:
        lost = kill_all(jack, Path(folder), options.times, options.seed)
    broken = False
    for victim, milliseconds in lost.items():
        promised = FORMATS.get(victim.removeprefix("engine-"), 0.0)
        broken |= max(milliseconds) > promised
        median = statistics.median(milliseconds)
        sys.stdout.write(
            f"{victim}: {len(milliseconds)} kills, median {median:.0f} ms, at most {max(milliseconds):.0f} ms lost"
            f" (promised: {promised:.0f})\n"
        )
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
