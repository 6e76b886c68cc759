"""A child process of ours that answers questions, one line each, and that a driver may take down or hang."""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

from roomtone.foundation.workers.spawn import executable

# How long a child that fell silent is given to end by itself, so that its exit code tells why.
_END_SECONDS: Final = 1.0


class Asked:
    """One worker process, started when it is first asked. The caller sees to it that one thread at a time asks."""

    def __init__(self, worker: str, log_file: Path) -> None:
        """``worker`` is its name on our command line; what it says besides answers goes to ``log_file``."""
        self._worker = worker
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: bytes, seconds: float) -> bytes:
        """Return the answer to a question, both one line; empty where none comes. Raises ``OSError``."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(question)
        process.stdin.flush()
        return _line(process.stdout, seconds)

    def end(self) -> int:
        """End the process and return its exit code; 0 where there was none."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            return process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            with self._log_file.open("ab") as errors:
                self._process = subprocess.Popen(
                    [*executable(), "worker", self._worker],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                )
        return self._process


def _line(pipe: IO[bytes], seconds: float) -> bytes:
    """Read one line; an empty one where a driver hangs and nothing comes. Windows waits for as long as it takes."""
    if sys.platform != "win32":
        readable, _, _ = select.select([pipe], [], [], seconds)
        if not readable:
            return b""
    return pipe.readline()
