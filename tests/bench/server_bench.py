"""Figures of the server beside @tus/server, measured in one run: ``python -m tests.bench.server_bench``.

Not a test: it prints what it measures. Ours syncs and hashes every byte before it answers; the peer does neither.
Each pair of measurements is taken in turns, and medians are compared, so that a busy machine is fair to both.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil

from roomtone.wire import tus
from tests.rigs.processes import Program, resident_bytes, run
from tests.server.js_tools import installed
from tests.server.rig import OFFSET_TYPE, RESUMABLE, Client, RunningServer

MEBIBYTE: Final = 1 << 20
LARGE: Final = 256 * MEBIBYTE
SMALL: Final = 256 << 10
APPEND: Final = 64 << 10
FILES: Final = 200


@dataclass(frozen=True)
class Row:
    """One line of the table: our figure, the peer's, and the most that their ratio (or ours alone) may be.

    Without a limit it is there to explain another line.
    """

    what: str
    unit: str
    ours: float
    peer: float | None
    limit: float | None

    @property
    def judged(self) -> float:
        """What is held against the limit."""
        return self.ours if self.peer is None else self.ours / self.peer

    @property
    def missed(self) -> bool:
        return self.limit is not None and self.judged > self.limit


@dataclass(frozen=True)
class Pair:
    """Ours and the peer, both running, and one that keeps nothing: what it takes is the client's own time."""

    ours: RunningServer
    peer: Client
    floor: Client
    scripts: Path
    folder: Path


@contextmanager
def pair() -> Iterator[Pair]:
    """Run both servers over folders of one disk."""
    scripts = installed()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rt-bench-", dir=Path.cwd())))
        ours = stack.enter_context(RunningServer(folder))
        (folder / "peer").mkdir()
        peer = stack.enter_context(Program(["node", scripts / "peer.mjs", folder / "peer"]))
        floor = stack.enter_context(Program(["node", scripts / "floor.mjs"]))
        yield Pair(ours, _listening(peer), _listening(floor), scripts, folder)


def _listening(server: Program) -> Client:
    port = server.wait_for_line(r"^[0-9]+$").group(0).strip()
    return Client(f"http://127.0.0.1:{port}", "")


def medians(repeats: int, *measured: Callable[[], float]) -> list[float]:
    """Measure all in turns; return their medians."""
    found = [[one() for one in measured] for _ in range(repeats)]
    return [statistics.median(figures) for figures in zip(*found, strict=True)]


def _cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def one_patch(both: Pair, repeats: int) -> Row:
    """256 MiB by one PATCH from curl, in seconds."""
    source = both.folder / "large.bin"
    with source.open("wb") as file:
        for _ in range(LARGE // MEBIBYTE):
            file.write(os.urandom(MEBIBYTE))
    client = both.ours.client()

    def send(to: Client, path: str) -> float:
        headers = ["Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Content-Type: application/offset+octet-stream"]
        headers += ["Expect:", f"Authorization: Bearer {to.token}"]
        argv: list[str | Path] = [
            "curl",
            "-sS",
            "-o",
            os.devnull,
            "-w",
            "%{http_code} %{time_total}",
            "-X",
            "PATCH",
            "-T",
            source,
        ]
        for header in headers:
            argv += ["-H", header]
        os.sync()
        status, seconds = run([*argv, to.url + path], seconds=120).split()
        assert status == "204", status
        return float(seconds)

    def ours() -> float:
        path = client.upload(LARGE)
        seconds = send(client, path)
        client.ask("DELETE", path, [RESUMABLE])
        return seconds

    def peer() -> float:
        path = _peer_upload(both.peer, LARGE)
        seconds = send(both.peer, path)
        both.peer.ask("DELETE", path, [RESUMABLE])
        return seconds

    mine, theirs = medians(repeats, ours, peer)
    return Row("256 MiB by one PATCH from curl", "s", mine, theirs, 0.55)


def many_files(both: Pair, repeats: int, lanes: int, *, own: bool) -> list[Row]:
    """200 files of 256 KiB with tus-js-client, in seconds: as tracks of declared takes, or each its own take."""
    numbers = range(FILES)
    cpu: list[float] = []

    def send(to: Client, places: list[dict[str, str]]) -> float:
        wanted = {"endpoint": to.url + tus.UPLOADS, "token": to.token, "size": SMALL, "lanes": lanes, "places": places}
        return float(run(["node", both.scripts / "many.mjs", json.dumps(wanted)], seconds=120))

    def ours() -> float:
        # Somebody new each time: there is an end to how many unfinished uploads one account may have.
        client = both.ours.another_account(secrets.token_hex(8))
        project = client.project()
        if own:
            places = [{"project": project, "filename": f"{number}.bin"} for number in numbers]
        else:
            places = [{"take": client.take(project), "track": "mic.flac"} for _ in numbers]
        before = _cpu_seconds(both.ours.program.pid)
        seconds = send(client, places)
        cpu.append(_cpu_seconds(both.ours.program.pid) - before)
        return seconds

    def elsewhere(to: Client) -> float:
        return send(to, [{"filename": f"{number}.bin"} for number in numbers])

    mine, theirs, floor = medians(repeats, ours, lambda: elsewhere(both.peer), lambda: elsewhere(both.floor))
    what = f"{FILES} x 256 KiB with tus-js-client, {lanes} at a time"
    return [
        Row(f"{what}, {'each becoming a sealed take' if own else 'as tracks'}", "s", mine, theirs, 0.5),
        Row("  of which the client alone, whose server keeps nothing", "s", floor, theirs, None),
        Row("  CPU of our server for a file", "ms", statistics.median(cpu) * 1000 / FILES, None, None),
    ]


def appends(both: Pair, count: int) -> list[Row]:
    """64 KiB appended on one connection, durable here and not there, in milliseconds."""
    client = both.ours.client()
    body = os.urandom(APPEND)
    mine, theirs = [], []
    for _ in range(2):
        mine += _append_times(client, client.upload(), body, count)
        theirs += _append_times(both.peer, _peer_upload(both.peer, count * APPEND), body, count)
    mine.sort()
    theirs.sort()
    return [
        Row(f"64 KiB append, p{percent}", "ms", _at(mine, percent), _at(theirs, percent), limit)
        for percent, limit in ((50, 0.7), (99, 0.4))
    ]


def memory(both: Pair, uploads: int = 20) -> list[Row]:
    """Resident memory with nothing to do after the start, and with uploads in the middle of a body, in MiB."""
    (both.folder / "fresh").mkdir()
    with RunningServer(both.folder / "fresh") as fresh, ExitStack() as stack:
        client = fresh.client()
        idle = resident_bytes(fresh.program.pid) / MEBIBYTE
        size = 6 * MEBIBYTE
        for path in [client.upload(size) for _ in range(uploads)]:
            stack.enter_context(client.half_open(path, 0, bytes(size - MEBIBYTE // 2), size))
        busy = resident_bytes(fresh.program.pid) / MEBIBYTE
    return [
        Row("memory, idle", "MiB", idle, None, 60.0),
        Row(f"memory with {uploads} uploads", "MiB", busy, None, 60.0 + 2.0 * uploads),
    ]


def rows(repeats: int = 5) -> list[Row]:
    """Measure everything."""
    with pair() as both:
        return [
            one_patch(both, repeats),
            *many_files(both, repeats, 1, own=False),
            *many_files(both, repeats, 4, own=False),
            *many_files(both, repeats, 1, own=True),
            *appends(both, 1000),
            *memory(both),
        ]


def _peer_upload(peer: Client, length: int) -> str:
    answer = peer.create([("Upload-Length", str(length))])
    assert answer.status == 201, answer.body
    return urlsplit(answer.headers["location"]).path


def _append_times(client: Client, path: str, body: bytes, count: int) -> list[float]:
    """Append on one connection; return the milliseconds that each took."""
    found = []
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=30)
    try:
        for number in range(count):
            headers = dict(client.signed([RESUMABLE, OFFSET_TYPE, ("Upload-Offset", str(number * len(body)))]))
            started = time.perf_counter()
            connection.request("PATCH", path, body, headers)
            response = connection.getresponse()
            response.read()
            found.append((time.perf_counter() - started) * 1000)
            assert response.status == 204, response.status
    finally:
        connection.close()
    return found


def _at(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def main() -> int:
    """Print the table; exit 1 when a limit is exceeded."""
    found = rows(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    for row in found:
        peer = "" if row.peer is None else f"  peer {row.peer:8.3f} {row.unit}"
        verdict = "" if row.limit is None else f" of {row.limit:g}  {'ABOVE' if row.missed else 'ok'}"
        sys.stdout.write(f"{row.what:70} {row.ours:8.3f} {row.unit}{peer}  {row.judged:7.3f}{verdict}\n")
    return int(any(row.missed for row in found))


if __name__ == "__main__":
    sys.exit(main())
