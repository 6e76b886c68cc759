"""Roomtone itself as its users run it: its commands in a home, its processes found, killed and ended."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from roomtone.engine import messages as m
from roomtone.engine.client import EngineClient
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Manifest
from roomtone.takes.model import Take, load_take
from roomtone.upload.client import SyncClient
from tests.rigs.processes import Program, kill, run, until
from tests.rigs.workers import end_workers

E = TypeVar("E")

_END_SECONDS = 20.0


def command(home: Home, *arguments: str) -> list[str]:
    """Return the command line of a ``roomtone`` command in a home."""
    return [sys.executable, "-m", "roomtone", "--home", str(home.root), *arguments]


class RoomtoneHome:
    """A home whose commands run with the sound of a rig (``env``). Leaving the context ends every worker of it."""

    def __init__(self, home: Home, env: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.env = dict(os.environ if env is None else env)
        self._programs: list[Program] = []
        self._listeners: list[Listener] = []

    # Commands.

    def run(self, *arguments: str, seconds: float = 60.0) -> Any:
        """Run a command with ``--json`` to its end and return the document that it printed.

        Raises ``RuntimeError`` with what it said when it does not exit with 0.
        """
        said = run(command(self.home, *arguments, "--json"), seconds, self.env)
        return json.loads(said.splitlines()[-1]) if said.strip() else None

    def start(self, *arguments: str) -> Program:
        """Start a command in the background; it is ended with the home."""
        program = Program(command(self.home, *arguments), env=self.env)
        self._programs.append(program)
        return program

    def record(self, *arguments: str) -> Recording:
        """Begin to record, and return when the take rolls."""
        return Recording(self, self.start("record", "--json", "--follow", *arguments))

    def start_engine(self, *launcher: str) -> Program:
        """Start the engine worker as a child of the test, by another ``launcher`` than roomtone's own if one is named.

        Returns when it can be reached.
        """
        argv = [*launcher, str(self.home.root)] if launcher else command(self.home, "worker", "engine")
        program = Program(argv, env=self.env)
        self._programs.append(program)
        program.wait_for_line("^ready$")
        return program

    def listen(self) -> Listener:
        """Connect to the running engine, as a window does."""
        listener = Listener(self.home)
        self._listeners.append(listener)
        return listener

    # Processes.

    def pid(self, worker: str) -> int:
        """Return the process id that a worker wrote down. Raises ``FileNotFoundError`` when none runs."""
        found: int = json.loads((self.home.run / f"{worker}.json").read_bytes())["pid"]
        return found

    def kill(self, worker: str) -> None:
        """End a worker as a crash would."""
        kill(self.pid(worker))

    def log(self, worker: str) -> str:
        """Return what a worker wrote into its log, and to its standard error."""
        files = [self.home.logs / f"{worker}.log", self.home.logs / f"{worker}.out"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    # Takes.

    def takes(self) -> list[Take]:
        """Return the takes as their folders say, oldest first."""
        found = [load_take(folder) for folder in self.home.takes.iterdir() if (folder / "journal.jsonl").exists()]
        return sorted(found, key=lambda take: take.began.started)

    def wait_safe(self, seconds: float = 60.0) -> None:
        """Wait until every take of this home is safe on the server."""
        status = self.run("sync", "now", "--wait", str(seconds), seconds=seconds + 20)
        waiting = {take.id for take in self.takes()} - set(status["safe"])
        if waiting:
            raise RuntimeError(f"not safe on the server: {waiting}; {status}\n{self.log('sync')[-3000:]}")

    def on_server(self, take: Take, track: str) -> bytes:
        """Return a track as the server gives it out."""
        client = SyncClient.attach(self.home, SystemClock(), lambda _: None, lambda: None)
        if client is None:
            raise RuntimeError("no sync worker can be reached")
        to = self.home.cache / f"{take.id}-{track}"
        try:
            client.download(take.id, track, to)
        finally:
            client.close()
        return to.read_bytes()

    def end(self) -> None:
        """End everything of this home, and wait until it is gone."""
        for listener in self._listeners:
            listener.close()
        for program in self._programs:
            program.end()
        end_workers(self.home, _END_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class Recording:
    """A ``roomtone record --json --follow`` in the background."""

    def __init__(self, app: RoomtoneHome, program: Program) -> None:
        self._app = app
        self.program = program
        self.rolling = self._wait_rolling()

    @property
    def pid(self) -> int:
        """The process id of the command."""
        return self.program.pid

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind that were printed so far."""
        return [event for event in _documents(self.program.output) if event.get("event") == kind]

    def sync_events(self) -> list[dict[str, Any]]:
        """Return what the sync worker told of takes so far."""
        return self.events("sync-take")

    def wait_seconds(self, seconds: float) -> None:
        """Wait until so many seconds of sound were captured."""
        frames = int(seconds * self.rolling["rate"])
        until(lambda: any(e["frames"] >= frames for e in self.events("levels")[-5:]), seconds + 30, "the take to grow")

    def wait_trouble(self, code: str, seconds: float = 30.0) -> dict[str, Any]:
        """Wait until the engine's status names this trouble, and return the trouble."""

        def look() -> dict[str, Any] | None:
            found = [e["trouble"] for e in self.events("status") if (e.get("trouble") or {}).get("code") == code]
            return found[-1] if found else None

        try:
            return until(look, seconds, f"the trouble {code}")
        except TimeoutError as error:
            raise TimeoutError(f"{error}; the engine's log:\n{self._app.log('engine')[-3000:]}") from None

    def stop(self) -> dict[str, Any]:
        """Press Ctrl+C, and return the final document."""
        self.program.signal(signal.SIGINT)
        return self.result()

    def result(self, seconds: float = 150.0) -> dict[str, Any]:
        """Wait for the end of the command, and return the final document."""
        code = self.program.wait(seconds)
        if code != 0:
            raise RuntimeError(f"record ended with {code}: {self.program.output[-3000:]}\n{self._app.log('engine')}")
        return self.events("take")[-1]

    def _wait_rolling(self) -> dict[str, Any]:
        self.program.wait_for_line('"event":"levels".*"frames":[0-9]', 60)
        rolling: dict[str, Any] = next(e["rolling"] for e in self.events("status") if e["rolling"])
        return rolling


class Listener:
    """A connection to the engine that keeps what it hears, with the moment at which it heard it."""

    def __init__(self, home: Home) -> None:
        self._lock = threading.Lock()
        self.heard: list[m.Event] = []
        self.lost = threading.Event()
        found = EngineClient.attach(home, self._hear, self.lost.set)
        if found is None:
            raise RuntimeError("no engine can be reached")
        self.engine = found

    def start_take(self, title: str) -> m.Rolling:
        """Begin a take, and forget what was heard before it."""
        with self._lock:
            self.heard.clear()
        return self.engine.start_take(m.StartTake(title=title))

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of a kind heard so far."""
        with self._lock:
            return [event for event in self.heard if isinstance(event, kind)]

    def wait(self, kind: type[E], seconds: float = 20.0) -> E:
        """Wait for an event of a kind, and return the latest."""
        return until(lambda: self.of(kind), seconds, f"a {kind.__name__}")[-1]

    def wait_trouble(self, code: str, seconds: float = 20.0) -> m.Status:
        """Wait until a status names this trouble, and return the first that does."""

        def look() -> list[m.Status]:
            return [s for s in self.of(m.Status) if s.trouble is not None and s.trouble.code == code]

        return until(look, seconds, f"the trouble {code}")[0]

    def wait_frames(self, frames: int, seconds: float = 60.0) -> None:
        """Wait until the rolling take has so many frames."""
        until(lambda: any(levels.frames >= frames for levels in self.of(m.Levels)[-5:]), seconds, f"{frames} frames")

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    def _hear(self, event: m.Event) -> None:
        with self._lock:
            self.heard.append(event)


def manifest(document: Mapping[str, Any]) -> Manifest:
    """Return the manifest of the folder that a final document of ``record`` names."""
    found = load_take(Path(document["folder"])).manifest
    if found is None:
        raise RuntimeError(f"{document['folder']} is not sealed")
    return found


def make_home() -> Home:
    """Return a prepared home in a path short enough for local sockets. The caller removes it."""
    return Home(Path(tempfile.mkdtemp(prefix="rt-"))).prepare()


def home_on(folder: Path) -> Home:
    """Return a prepared home in ``folder`` whose person has joined a server elsewhere.

    No embedded server keeps a copy of each take on the same disk then, and takes fill it half as fast.
    """
    home = Home(folder / "home").prepare()
    home.account.write_text("{}")
    return home


def _documents(text: str) -> Iterator[dict[str, Any]]:
    whole = text[: text.rfind("\n") + 1]
    for line in whole.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
