"""Run the simulator over many seeds: ``python -m tests.upload.simulate --seeds 10000``.

``--seed N --trace`` runs one seed again, exactly as it was, and prints what happened.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.upload.promises import BrokenInvariantError, Tally
from tests.upload.simulator import Simulation


def run_one(seed: int) -> Tally:
    """Run a seed and return what it cost. Raises whatever was wrong."""
    return Simulation(seed).run()


def main() -> int:
    """Run and return 0 when every seed kept every promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    if asked.seed is not None:
        try:
            tally = Simulation(asked.seed, _print if asked.trace else None).run()
        except BrokenInvariantError as error:
            sys.stdout.write(f"seed {asked.seed} FAILED: {error}\n")
            return 1
        sys.stdout.write(f"seed {asked.seed} passed: {tally}\n")
        return 0
    return _run_many(range(asked.first, asked.first + asked.seeds), asked.jobs)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def _run_many(seeds: range, jobs: int) -> int:
    failed, kinds, sent, files, requests = 0, Counter[str](), 0, 0, 0
    with ProcessPoolExecutor(jobs) as pool:
        for seed, future in [(seed, pool.submit(run_one, seed)) for seed in seeds]:
            wrong = future.exception()
            if wrong is not None:
                # A seed that crashes the core has failed like one that breaks a promise.
                failed += 1
                sys.stdout.write(f"seed {seed} FAILED: {type(wrong).__name__}: {wrong}\n")
                continue
            tally = future.result()
            kinds += tally.kinds
            sent, files, requests = sent + tally.sent, files + tally.files, requests + tally.requests
    sys.stdout.write(
        f"{len(seeds) - failed} passed, {failed} failed\n"
        f"{sum(kinds.values())} faults: {dict(kinds.most_common())}\n"
        f"{requests} requests; sent {sent / max(files, 1):.3f} × the files\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
