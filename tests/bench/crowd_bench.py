"""Figures of a server with a crowd on it: ``python -m tests.bench.crowd_bench``.

1,000 members in 200 projects with 50,000 takes on SQLite, and the same with ten times fewer takes: feed, page and
take list, each asked for 50 times a second, whether the answers keep up or not; then 100 recorders that append 64 KiB a
second each. Times count from the moment at which a request was due. Not a test: it prints what it measures.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, insert

from roomtone.server.composition import database_path
from roomtone.server.db import schema as s
from roomtone.server.db.sql import open_repository
from roomtone.server.services.access import hash_token
from roomtone.wire import tus
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.people import Role
from tests.rigs.processes import resident_bytes
from tests.server.rig import RunningServer

MEMBERS: Final = 1000
PROJECTS: Final = 200
TAKES: Final = 50_000
IN_PROJECT: Final = 30
CALLS: Final = 10
COMMENTS: Final = 100
PER_SECOND: Final = 50
SECONDS: Final = 20.0
RECORDERS: Final = 100
APPEND: Final = 64 << 10
NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP: Final = "2026-03-01T12:00:00.000Z"
GOAL_MS: Final = 50.0
GOAL_GROWTH: Final = 1.5
GOAL_APPEND_MS: Final = 100.0

Ask = Callable[[random.Random], tuple[str, str]]


@dataclass(frozen=True)
class Crowd:
    """Who is where: for each project the tokens of its members and the newest change of its feed."""

    projects: list[str]
    tokens: dict[str, list[str]]
    heads: dict[str, int]


@dataclass(frozen=True)
class Figures:
    """What answers took, in milliseconds, and how many were not as they should be."""

    p50: float
    p99: float
    most: float
    failed: int


def fill(path: Path, takes: int) -> Crowd:
    """Make a database with everybody and everything in it."""
    chance = random.Random(1)
    repository = open_repository(path)
    people = [(secrets.token_hex(16), secrets.token_urlsafe(32)) for _ in range(MEMBERS)]
    projects = [secrets.token_hex(16) for _ in range(PROJECTS)]
    crowd = Crowd(projects, {}, {})
    with repository.engine.begin() as db:
        accounts = [{"id": one, "login": one, "name": f"Member {one[:6]}", "created": NOW} for one, _ in people]
        db.execute(insert(s.accounts), accounts)
        used = {"created": NOW, "used": datetime.now(UTC)}
        db.execute(insert(s.tokens), [used | {"hash": hash_token(token), "account": one} for one, token in people])
        seq = 0
        for project in projects:
            there = chance.sample(people, IN_PROJECT)
            crowd.tokens[project] = [token for _, token in there]
            members = [one for one, _ in there]
            seq = crowd.heads[project] = _project(db, project, members, takes // PROJECTS, seq, chance)
    repository.close()
    return crowd


def _project(db: Connection, project: str, members: list[str], takes: int, seq: int, chance: random.Random) -> int:
    """Put one project with its takes, calls and comments in; return its newest change."""
    changes: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    tracks: list[dict[str, Any]] = []

    def changed(kind: ChangeKind, subject: str, detail: str = "") -> int:
        found = {"project": project, "seq": seq + len(changes) + 1, "kind": kind.value, "subject": subject}
        changes.append(found | {"at": NOW, "detail": detail})
        return int(seq + len(changes))

    def said(identity: str, author: str, number: int, **fields: Any) -> None:
        names = {name: f"{STAMP}/{secrets.token_hex(16)}" for name in fields if name != "kind"}
        common = {"project": project, "author": author, "created": STAMP, "stamps": s.dump_json(names), "seq": number}
        items.append(common | {"id": identity, "kind": fields["kind"], "fields": s.dump_json(fields)})

    db.execute(insert(s.projects), {"id": project, "title": f"Project {project[:6]}", "created": NOW})
    roles = [Role.OWNER, Role.LEADER, *[Role.CONTRIBUTOR] * (len(members) - 2)]
    there = zip(members, roles, strict=True)
    joined = [{"project": project, "account": one, "created": NOW, "role": role.value} for one, role in there]
    db.execute(insert(s.members), joined)
    said(project, members[0], changed(ChangeKind.PROJECT_CREATED, project), kind="project", title="Song")
    calls = [secrets.token_hex(16) for _ in range(CALLS)]
    for number, call in enumerate(calls):
        at = changed(ChangeKind.ITEM_EDITED, call, "call")
        said(call, members[0], at, kind="call", title=f"Part {number}", part=f"part {number}", wanted=30, minutes=5)
    made: list[str] = []
    for number in range(takes):
        take, maker = secrets.token_hex(16), chance.choice(members)
        first = changed(ChangeKind.TAKE_STARTED, take)
        changed(ChangeKind.TRACK_SEALED, take, "mic.flac")
        last = changed(ChangeKind.TAKE_SEALED, take)
        manifest = {"tracks": [{"name": "mic.flac", "frames": 2_880_000, "rate": 48_000, "peak": -6.0}]}
        row: dict[str, Any] = {"id": take, "project": project, "maker": maker, "title": f"Take {number}", "part": ""}
        row |= {"person": "Ana"}
        row |= {"started": STAMP, "created": NOW, "seq": first, "sealed": True, "manifest": manifest}
        rows.append(row | {"changed": last})
        track: dict[str, Any] = {
            "take": take,
            "name": "mic.flac",
            "place": 0,
            "media": "audio/flac",
            "digest": "rt1:" + "0" * 64,
        }
        tracks.append(track | {"size": 9, "key": f"{project}/{take}-mic.flac"})
        at = changed(ChangeKind.ITEM_EDITED, take, "take")
        heard: dict[str, Any] = {"against": [chance.choice(made)]} if made else {}
        verdict = chance.choice(["", "accepted", "kept for later"])
        said(take, maker, at, kind="take", submitted=True, call=chance.choice(calls), verdict=verdict, **heard)
        made.append(take)
    for _ in range(COMMENTS if made else 0):
        comment = secrets.token_hex(16)
        at = changed(ChangeKind.ITEM_EDITED, comment, "comment")
        said(comment, chance.choice(members), at, kind="comment", about=chance.choice(made), text="Lovely, keep it")
    for table, values in ((s.changes, changes), (s.takes, rows), (s.tracks, tracks), (s.items, items)):
        if values:
            db.execute(insert(table), values)
    return int(seq + len(changes))


class Kept:
    """One connection that is kept; requests on it come one after the other."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._lock = asyncio.Lock()

    async def ask(self, method: str, path: str, token: str, headers: str = "", body: bytes = b"") -> tuple[int, str]:
        """Send a request; return its status and the head of its answer."""
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._address.hostname, self._address.port)
            reader, writer = self._streams
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{headers}"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status = int(answer.split(" ", 2)[1])
            lengths = [line for line in answer.lower().split("\r\n") if line.startswith("content-length:")]
            if lengths:
                await reader.readexactly(int(lengths[0].partition(":")[2]))
            return status, answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def _at_rate(url: str, ask: Ask, seconds: float) -> Figures:
    """Ask so many times a second, whether answers keep up or not."""
    chance = random.Random(2)
    connections = [Kept(url) for _ in range(16)]
    taken: list[float] = []
    failed = 0

    async def one(number: int, due: float) -> None:
        nonlocal failed
        path, token = ask(chance)
        status, _ = await connections[number % len(connections)].ask("GET", path, token)
        taken.append((time.perf_counter() - due) * 1000)
        failed += status != 200

    begun = time.perf_counter()
    tasks = []
    for number in range(int(seconds * PER_SECOND)):
        due = begun + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*tasks)
    for connection in connections:
        connection.close()
    return _figures(taken, failed)


async def _recorders(url: str, crowd: Crowd, seconds: float) -> Figures:
    """Let so many recorders append at once, each once a second, each at its own moment of it."""
    taken: list[float] = []
    failed = 0
    body = b"\x55" * APPEND

    async def record(number: int) -> None:
        nonlocal failed
        project = crowd.projects[number % PROJECTS]
        token = crowd.tokens[project][number % IN_PROJECT]
        connection = Kept(url)
        metadata = tus.format_metadata({"project": project, "filename": f"{number}.wav"})
        version = f"Tus-Resumable: {tus.VERSION}\r\n"
        creation = f"{version}Upload-Defer-Length: 1\r\nUpload-Metadata: {metadata}\r\n"
        status, answer = await connection.ask("POST", tus.UPLOADS, token, creation)
        assert status == 201, answer
        path = next(line[10:] for line in answer.split("\r\n") if line.lower().startswith("location: "))
        begun = time.perf_counter() + number / RECORDERS
        for step in range(int(seconds)):
            due = begun + step
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            headers = f"{version}Content-Type: {tus.OFFSET_TYPE}\r\nUpload-Offset: {step * APPEND}\r\n"
            status, _ = await connection.ask("PATCH", path, token, headers, body)
            taken.append((time.perf_counter() - due) * 1000)
            failed += status != 204
        connection.close()

    await asyncio.gather(*(record(number) for number in range(RECORDERS)))
    return _figures(taken, failed)


def _figures(taken: list[float], failed: int) -> Figures:
    ordered = sorted(taken)
    return Figures(ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1], failed)


def questions(crowd: Crowd) -> dict[str, Ask]:
    """Return what is asked, each time of another project by another of its members."""

    def about(path: Callable[[str], str]) -> Ask:
        def ask(chance: random.Random) -> tuple[str, str]:
            project = chance.choice(crowd.projects)
            return f"/api/projects/{project}/{path(project)}", chance.choice(crowd.tokens[project])

        return ask

    return {
        "feed": about(lambda project: f"changes?since={crowd.heads[project] - 50}"),
        "project page": about(lambda _: "page"),
        "take list, 25 a page": about(lambda _: "takes?limit=25"),
        "take list, 200 a page": about(lambda _: "takes?limit=200"),
        "state, first page": about(lambda _: "state?limit=100"),
    }


@contextmanager
def crowded(folder: Path, takes: int) -> Iterator[tuple[RunningServer, Crowd]]:
    """Run a server with everybody on it."""
    data = folder / "server"
    data.mkdir(parents=True)
    begun = time.perf_counter()
    crowd = fill(database_path(data), takes)
    sys.stdout.write(f"{takes} takes put in, in {time.perf_counter() - begun:.1f} s\n")
    with RunningServer(folder) as server:
        yield server, crowd


def measure(folder: Path, takes: int, seconds: float) -> dict[str, Figures]:
    """Return the figures of one size; they are printed as they come."""
    with crowded(folder, takes) as (server, crowd):
        found = {}
        memory = [resident_bytes(server.program.pid)]
        # Whoever looks at a project first waits until it was read; that is a figure of its own.
        for name, ask in {"project page, first": questions(crowd)["project page"], **questions(crowd)}.items():
            found[name] = asyncio.run(_at_rate(server.url, ask, seconds))
            memory.append(resident_bytes(server.program.pid))
            _say(name, found[name], memory[-1])
        if takes == TAKES:
            # Three times, so that memory which grows with what is recorded would be seen.
            for name in (f"{RECORDERS} recorders", f"{RECORDERS} recorders, again", f"{RECORDERS} recorders, at last"):
                found[name] = asyncio.run(_recorders(server.url, crowd, seconds))
                memory.append(resident_bytes(server.program.pid))
                _say(name, found[name], memory[-1])
        sys.stdout.write(f"server memory MiB: {', '.join(f'{one / (1 << 20):.0f}' for one in memory)}\n")
        return found


def _say(name: str, figures: Figures, memory: int) -> None:
    times = f"p50 {figures.p50:7.2f}  p99 {figures.p99:7.2f}  most {figures.most:7.2f} ms"
    sys.stdout.write(f"{name:24}{times}  failed {figures.failed}  {memory / (1 << 20):.0f} MiB\n")
    sys.stdout.flush()


def main() -> int:
    """Measure both sizes and print how one grows into the other; return how many goals were missed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory(prefix="rt-crowd-", dir=Path.cwd()) as folder:
        few = measure(Path(folder) / "few", TAKES // 10, seconds)
        many = measure(Path(folder) / "many", TAKES, seconds)
    missed = 0
    for name, figures in many.items():
        goal = GOAL_APPEND_MS if "recorders" in name else GOAL_MS
        growth = (
            f"{figures.p50 / few[name].p50:.2f} × p50, {figures.p99 / few[name].p99:.2f} × p99" if name in few else ""
        )
        bad = figures.p99 > goal or figures.failed > 0
        missed += bad
        sys.stdout.write(f"{name:24}p99 {figures.p99:.1f} ms (goal {goal:.0f})  {growth}{'  MISSED' if bad else ''}\n")
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
