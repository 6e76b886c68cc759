"""Figures of the sync worker, with a real worker and a real embedded server: ``python -m tests.bench.upload_bench``.

Not a test: it prints what it measures. Takes are synthetic, of random bytes as large as stereo 24-bit FLAC.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from roomtone.foundation.paths import Home
from tests.rigs.processes import cpu_seconds, resident_bytes, until
from tests.upload.growing import GrowingTake
from tests.upload.sync_rig import CuttingProxy, ServerRig, SyncRig

# Stereo 24-bit FLAC at 48 kHz is about 140 kB a second; the journal says five times a second what is synced.
BYTES_PER_SECOND: Final = 140_000
SYNCS_PER_SECOND: Final = 5


@dataclass(frozen=True)
class StopToSafe:
    """Seconds from the appearance of the manifest to *safe*, for takes of one length."""

    take_seconds: float
    median: float
    worst: float


@dataclass(frozen=True)
class Cut:
    """Bytes that a client sent through a proxy that cuts connections, against the size of the file."""

    ratio: float
    cuts: int
    seconds: float


@dataclass(frozen=True)
class Cost:
    """What the worker (and the embedded server) cost for each recorded minute, and their memory in MiB."""

    worker_cpu_per_minute: float
    server_cpu_per_minute: float
    worker_mebibytes_before: float
    worker_mebibytes_after: float
    behind_seconds_median: float
    behind_seconds_worst: float


def stop_to_safe(lengths: Sequence[float], repeats: int) -> list[StopToSafe]:
    """Grow takes faster than real time, let the worker catch up, and measure from the manifest to *safe*.

    Takes of all lengths take turns, so that whatever else the machine does meets all of them.
    """
    times: dict[float, list[float]] = {length: [] for length in lengths}
    with tempfile.TemporaryDirectory(prefix="rt-") as folder, SyncRig(Home(Path(folder)).prepare()) as rig:
        project = rig.client.create_project("Bench")
        size = BYTES_PER_SECOND // SYNCS_PER_SECOND
        for length in list(lengths) * repeats:
            take = GrowingTake(rig.home, project.id)
            rig.client.poke(take.folder)
            for _ in range(int(length * SYNCS_PER_SECOND)):
                take.grow(size)
            until(partial(_all_sent, rig, take), 300, "the worker to catch up")
            take.grow(size, durable=True)
            take.seal()
            sealed = time.monotonic()
            rig.wait_safe(take.id)
            times[length].append(time.monotonic() - sealed)
            for name in take.names:
                take.path(name).unlink()
    return [StopToSafe(length, statistics.median(found), max(found)) for length, found in times.items()]


def _all_sent(rig: SyncRig, take: GrowingTake) -> bool:
    return rig.sent(take.id) >= take.bytes


def bytes_under_cuts(mebibytes: int, mean_seconds: float, seed: int) -> Cut:
    """Send one file through a proxy that cuts each connection after ``mean_seconds`` on average."""
    with (
        tempfile.TemporaryDirectory(prefix="rt-") as folder,
        ServerRig(Path(folder) / "elsewhere") as server,
        CuttingProxy(server.port, mean_seconds, seed) as proxy,
        SyncRig(Home(Path(folder)).prepare()) as rig,
    ):
        token = server.user("add", "Ana")["token"]
        rig.client.join(f"http://127.0.0.1:{proxy.port}", token)
        project = rig.client.create_project("Bench")
        take = GrowingTake(rig.home, project.id)
        take.grow(mebibytes << 20)
        take.seal()
        proxy.let_loose()
        started = time.monotonic()
        rig.client.poke(take.folder)
        rig.wait_safe(take.id, 300)
        return Cut(proxy.received / take.bytes, proxy.cuts, time.monotonic() - started)


def cost_of_recording(seconds: float) -> Cost:
    """Grow a take in real time and measure what the worker takes for it."""
    with tempfile.TemporaryDirectory(prefix="rt-") as folder, SyncRig(Home(Path(folder)).prepare()) as rig:
        project = rig.client.create_project("Bench")
        take = GrowingTake(rig.home, project.id)
        rig.client.poke(take.folder)
        take.grow(BYTES_PER_SECOND // SYNCS_PER_SECOND)
        until(lambda: rig.sent(take.id) >= take.bytes, 20, "the first bytes")
        worker, server = rig.worker_pid(), rig.server_pid()
        before = resident_bytes(worker)
        cpu = cpu_seconds(worker), cpu_seconds(server)
        pace = threading.Event()
        started = time.monotonic()
        for n in range(int(seconds * SYNCS_PER_SECOND)):
            pace.wait(max(0.0, started + n / SYNCS_PER_SECOND - time.monotonic()))
            take.grow(BYTES_PER_SECOND // SYNCS_PER_SECOND, durable=True)
        minutes = seconds / 60
        spent = cpu_seconds(worker) - cpu[0], cpu_seconds(server) - cpu[1]
        after = resident_bytes(worker)
        behind = [told.behind_seconds for told in rig.takes[take.id]]
        take.seal()
        rig.wait_safe(take.id)
    mebi = 1 << 20
    return Cost(
        spent[0] / minutes, spent[1] / minutes, before / mebi, after / mebi, statistics.median(behind), max(behind)
    )


def main() -> int:
    """Measure and print, as text or as one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=1.0, help="of real-time recording for CPU and memory")
    asked = parser.parse_args()
    short, long = stop_to_safe([10, 3600], 7)
    cut = bytes_under_cuts(128, 0.1, 1)
    cost = cost_of_recording(asked.minutes * 60)
    if asked.json:
        document = {"stop_to_safe": [asdict(short), asdict(long)], "under_cuts": asdict(cut), "cost": asdict(cost)}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return 0
    sys.stdout.write(
        f"stop to safe, 10 s take   median {short.median * 1000:.0f} ms, worst {short.worst * 1000:.0f} ms\n"
        f"stop to safe, 1 h take    median {long.median * 1000:.0f} ms, worst {long.worst * 1000:.0f} ms"
        f" ({long.median / short.median:.2f} × the 10 s take)\n"
        f"bytes under cuts          {cut.ratio:.4f} × the file, {cut.cuts} cuts in {cut.seconds:.1f} s\n"
        f"CPU a recorded minute     worker {cost.worker_cpu_per_minute:.2f} s,"
        f" embedded server {cost.server_cpu_per_minute:.2f} s\n"
        f"memory of the worker      {cost.worker_mebibytes_before:.1f} MiB,"
        f" after {asked.minutes:g} min {cost.worker_mebibytes_after:.1f} MiB\n"
        f"behind while recording    median {cost.behind_seconds_median:.2f} s,"
        f" worst {cost.behind_seconds_worst:.2f} s\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
