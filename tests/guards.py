"""Guards around every test: what a test leaves behind, or says without being asked, fails it and is named.

Warnings of Python are errors by pytest's own setting, connections to other machines are refused by pytest-socket,
and messages of Qt are judged by pytest-qt; this module adds logs, threads, processes and windows.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.rigs.processes import until

# How long something that is ending already may take to end.
_GRACE_SECONDS = float(os.environ.get("ROOMTONE_TEST_GRACE", "5"))
# Every process that a test starts inherits this, however far it detaches itself.
_RUN_VARIABLE = "ROOMTONE_TEST_RUN"
_RUN = f"{os.getpid()}"
_STARTED = psutil.Process().create_time()
_MARKER = "expects_log"


class LogGuard(logging.Handler):
    """Collects what is logged at WARNING and above, and knows what the test expects of it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._expected: list[re.Pattern[str]] = []
        self._met: set[re.Pattern[str]] = set()
        self._unexpected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Accept warnings and errors whose message matches ``pattern``; the test fails when there is none."""
        self._expected.append(re.compile(pattern))

    def emit(self, record: logging.LogRecord) -> None:
        """Judge one record."""
        message = record.getMessage()
        for pattern in self._expected:
            if pattern.search(message):
                self._met.add(pattern)
                return
        where = f"{record.pathname}:{record.lineno}"
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self._unexpected.append(f"{record.levelname} {record.name}: {message} ({where})\n{trace}".rstrip())

    def verdict(self) -> list[str]:
        """Return what is wrong, one text each."""
        missing = [f"nothing was logged like {p.pattern!r}" for p in self._expected if p not in self._met]
        return [*(f"unexpected log: {text}" for text in self._unexpected), *missing]


@pytest.fixture(autouse=True)
def log_guard(request: pytest.FixtureRequest) -> Iterator[LogGuard]:
    """Fail the test on a warning or error in the log that it does not expect, and on one it expects in vain.

    Expect them by ``@pytest.mark.expects_log("pattern", …)``, or by ``log_guard.expect("pattern")``.
    """
    guard = LogGuard()
    for marker in request.node.iter_markers(_MARKER):
        for pattern in marker.args:
            guard.expect(pattern)
    root = logging.getLogger()
    root.addHandler(guard)
    yield guard
    root.removeHandler(guard)
    _judge(guard.verdict())


@pytest.fixture(autouse=True)
def thread_guard() -> Iterator[None]:
    """Fail the test when a thread that began in it does not end with it; tell what that thread is doing."""
    before = set(threading.enumerate())
    yield

    def left() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]

    if _gone(lambda: not left()):
        return
    frames = sys._current_frames()
    wrong = []
    for thread in left():
        frame = frames.get(thread.ident or 0)
        stack = "".join(traceback.format_stack(frame)) if frame else ""
        wrong.append(f"thread {thread.name!r} still runs, at\n{stack}")
    _judge(wrong)


@pytest.fixture(autouse=True)
def process_guard() -> Iterator[None]:
    """Fail the test when a process that began in it, child or detached, does not end with it; and end it."""
    before = set(_our_processes())
    yield

    def left() -> list[psutil.Process]:
        began = [process for process in _our_processes() if process not in before]
        # What several tests share, such as a database server, may begin helpers whenever it likes.
        return [process for process in began if _parent(process) not in before]

    if _gone(lambda: not left()):
        return
    wrong = []
    for process in left():
        try:
            wrong.append(f"process {process.pid} still runs: {' '.join(process.cmdline())}")
            process.kill()
        except psutil.NoSuchProcess:
            continue
    _judge(wrong)


@pytest.fixture(autouse=True)
def window_guard() -> Iterator[None]:
    """Fail the test when a window is still open after it. Nothing of Qt is loaded for tests that do not use it."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    wrong = []
    for widget in widgets.QApplication.topLevelWidgets():
        if widget.isVisible():
            wrong.append(f"window still open: {type(widget).__qualname__} {widget.windowTitle()!r}")
            # The next test is not to be blamed for it.
            widget.hide()
    _judge(wrong)


def mark_processes() -> None:
    """Mark all processes that this run of the tests starts."""
    os.environ[_RUN_VARIABLE] = _RUN


def marker_line() -> str:
    """Return the description of the log guard's marker for pytest."""
    return f"{_MARKER}(*patterns): the test expects these warnings or errors (regular expressions) in the log"


def _parent(process: psutil.Process) -> psutil.Process | None:
    """Return who a process belongs to; ``None`` for one that has ended."""
    try:
        found: psutil.Process | None = process.parent()
    except psutil.NoSuchProcess:
        return None
    return found


def _our_processes() -> list[psutil.Process]:
    """Return our descendants, and whatever carries our mark though it has another parent now."""
    me = psutil.Process()
    found = {process for process in me.children(recursive=True) if _runs(process)}
    for process in psutil.process_iter():
        if process.pid != me.pid and process not in found and _runs(process) and _marked(process):
            found.add(process)
    return sorted(found, key=lambda process: process.pid)


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _marked(process: psutil.Process) -> bool:
    try:
        return process.create_time() >= _STARTED and process.environ().get(_RUN_VARIABLE) == _RUN
    except (psutil.Error, OSError):
        # Another user's process, or one that is just ending: none of ours.
        return False


def _gone(condition: Callable[[], bool]) -> bool:
    try:
        until(condition, _GRACE_SECONDS, "the end")
    except TimeoutError:
        return False
    return True


def _judge(wrong: list[str]) -> None:
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
