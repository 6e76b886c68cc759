"""What the tests of the command line share: every command is a process of its own, as a person starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from roomtone.foundation.paths import Home
from tests.rigs.workers import end_workers


class Shell:
    """Runs commands on one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.environment = {**os.environ, "ROOMTONE_HOME": str(home.root)}
        # As on a machine without a screen.
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            self.environment.pop(name, None)

    def argv(self, *arguments: str) -> list[str]:
        """Return the command line of a command."""
        return [sys.executable, "-m", "roomtone", *arguments]

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, which must have this exit code."""
        done = subprocess.run(
            self.argv(*arguments),
            capture_output=True,
            text=True,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, f"{arguments} ended with {done.returncode}: {done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def say(self, *arguments: str) -> str:
        """Run a command for people; nothing of it may be an error."""
        done = self.run(*arguments)
        assert done.stderr == ""
        return done.stdout

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with ``--json``: exactly one document, on one line, and nothing else."""
        done = self.run(*arguments, "--json", code=code)
        assert done.stdout.endswith("\n")
        assert done.stdout.count("\n") == 1
        return json.loads(done.stdout)

    def refused(self, *arguments: str, code: int) -> dict[str, str]:
        """Run a command that fails, both ways; return its problem."""
        plain = self.run(*arguments, code=code)
        assert plain.stdout == ""
        told = self.run(*arguments, "--json", code=code)
        assert told.stdout == ""
        problem: dict[str, str] = json.loads(told.stderr)["error"]
        parts = [problem["title"], problem.get("detail", ""), problem.get("remedy", "")]
        assert plain.stderr == f"roomtone: {' – '.join(part for part in parts if part)}\n"
        return problem


@pytest.fixture
def shell(home: Home) -> Iterator[Shell]:
    """A home to run commands on; its workers are ended after the test."""
    yield Shell(home)
    end_workers(home)
