"""``python -m tests.bench``: every benchmark, one after the other, so that none disturbs another.

Figures are ratios against a peer that ran in the same minutes on the same machine, medians of several. They
are read, not asserted: ``RESULTS.md`` keeps the last ones that were.
"""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("engine_bench", "film_bench", "upload_bench", "server_bench", "crowd_bench", "window_bench")


def main() -> int:
    """Run the benchmarks that were named, or all; return 1 when one could not be run."""
    failed = 0
    for name in sys.argv[1:] or BENCHMARKS:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
