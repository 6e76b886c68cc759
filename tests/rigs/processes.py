"""Processes of other programs, with a deadline on everything: start, talk to, wait for, kill, measure."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import psutil
import pytest

T = TypeVar("T")

# How long a look at a condition is put off. It only costs time, never correctness.
_LOOK_EVERY = 0.01


def need(*programs: str) -> None:
    """Skip the test where a program that its rig consists of is missing; in CI, fail it.

    ``python3 packaging/bootstrap.py test`` installs all of them, so a missing one in CI is a mistake there.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        cannot(f"not installed: {', '.join(missing)} (python3 packaging/bootstrap.py test installs it)")


def cannot(reason: str) -> None:
    """Skip the test because its rig cannot run here; in CI, where every rig must run, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"a rig cannot run in CI: {reason}")
    pytest.skip(reason)


def until(condition: Callable[[], T | None], seconds: float, what: str) -> T:
    """Look at ``condition`` until it returns something true, and return that.

    Raises ``TimeoutError`` naming ``what`` was waited for after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        pause.wait(_LOOK_EVERY)


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(
    argv: Sequence[str | Path], seconds: float = 30.0, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str:
    """Run a program to its end and return its standard output.

    Raises ``RuntimeError`` with everything it said when it exits with anything but 0, and
    ``subprocess.TimeoutExpired`` after it was killed for taking too long.
    """
    done = subprocess.run(
        [str(part) for part in argv],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        check=False,
    )
    out = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        said = f"{out}\n{done.stderr.decode(errors='replace')}".strip()
        raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {said}")
    return out


class Program:
    """A program in the background. What it prints (both streams) goes to a file, so it can never block on us.

    As a context manager it is ended on the way out: asked first, killed when it does not listen.
    """

    def __init__(
        self, argv: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self._name = str(argv[0])
        fd, name = tempfile.mkstemp(prefix="roomtone-rig-", suffix=".log")
        self._log = Path(name)
        try:
            self._process = subprocess.Popen(
                [str(part) for part in argv],
                stdin=subprocess.PIPE,
                stdout=fd,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
            )
        except BaseException:
            self._log.unlink()
            raise
        finally:
            os.close(fd)
        self._final: str | None = None

    @property
    def pid(self) -> int:
        """The process id; after the end it may belong to somebody else."""
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """Everything that it printed so far, on either stream."""
        if self._final is not None:
            return self._final
        return self._log.read_bytes().decode(errors="replace")

    def write(self, text: str) -> None:
        """Type ``text`` into its standard input."""
        stdin = self._process.stdin
        if stdin is None or stdin.closed:
            raise RuntimeError(f"{self._name} reads nothing any more")
        stdin.write(text.encode())
        stdin.flush()

    def wait_for_line(self, pattern: str, seconds: float = 20.0) -> re.Match[str]:
        """Wait until a whole line that matches ``pattern`` (a regular expression) was printed.

        Raises ``RuntimeError`` when the program ends without it, ``TimeoutError`` after ``seconds``; both say what
        it printed instead.
        """
        wanted = re.compile(rf"^.*(?:{pattern}).*\n", re.MULTILINE)

        def look() -> re.Match[str] | None:
            running = self.running
            found = wanted.search(self.output)
            if found is None and not running:
                raise RuntimeError(f"{self._name} ended without printing {pattern!r}:\n{self.output}")
            return found

        try:
            return until(look, seconds, f"{pattern!r} from {self._name}")
        except TimeoutError as error:
            raise TimeoutError(f"{error}; it printed:\n{self.output}") from None

    def wait(self, seconds: float = 20.0) -> int:
        """Wait for its end and return its exit code. Raises ``TimeoutError`` with what it printed so far."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self._name} did not end within {seconds:g} s:\n{self.output}") from None
        self._close()
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL), now. Its children are left alone."""
        self._process.kill()
        self._process.wait()
        self._close()

    def end(self, seconds: float = 10.0) -> None:
        """Ask it to end (SIGTERM), and kill it if it does not."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._final is None:
            self._final = self.output
            self._log.unlink()
        if self._process.stdin is not None and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                # It left without reading what was typed; that is its right.
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


def kill(pid: int, seconds: float = 5.0) -> None:
    """End any process as a crash would (SIGKILL) and wait until it is gone, whoever its parent is."""
    try:
        victim = psutil.Process(pid)
        victim.kill()
    except psutil.NoSuchProcess:
        return
    until(lambda: not alive(pid), seconds, f"the end of process {pid}")


def alive(pid: int) -> bool:
    """Return whether a process runs; one that ended but was not yet collected by its parent does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and everything that it started and that still runs."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """Return the CPU time, user and system, that a process tree used up to now, in seconds."""
    total = 0.0
    for process in tree(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process tree in bytes; shared pages count once for every process."""
    total = 0
    for process in tree(pid):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
