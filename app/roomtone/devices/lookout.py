"""Asking the lister process, and noticing what comes and goes."""

from __future__ import annotations

import contextlib
import logging
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Final

import msgspec

from roomtone.devices.model import DeviceList
from roomtone.foundation.errors import BugError
from roomtone.foundation.workers.spawn import executable

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 10.0
# How long a lister that fell silent is given to end by itself, so that its exit code tells why.
_END_SECONDS: Final = 1.0


class Lookout:
    """Keeps one lister process and asks it. Safe to use from several threads."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def look(self, *, with_rates: bool = False) -> DeviceList:
        """Return what the machine offers now. Raises ``BugError`` when the lister cannot be run.

        PortAudio 19.6 (Debian 12) ends its process by an assertion when ALSA names no device at all; then there is
        none. 19.7 does not.
        """
        question = b"rates\n" if with_rates else b"list\n"
        with self._lock:
            for _ in range(2):
                with contextlib.suppress(OSError, msgspec.DecodeError):
                    process = self._running()
                    assert process.stdin is not None
                    assert process.stdout is not None
                    process.stdin.write(question)
                    process.stdin.flush()
                    return msgspec.json.decode(_line(process.stdout, ANSWER_SECONDS), type=DeviceList)
                # A driver may have taken the lister down with it; a fresh one gets a second try.
                if self._end() == -signal.SIGABRT:
                    log.info("the lister was aborted: no sound device is there")
                    return DeviceList([])
        raise BugError(
            "lister", "The devices could not be listed", "A sound driver does not answer", f"Look into {self._log_file}"
        )

    def close(self) -> None:
        """End the lister process."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            with self._log_file.open("ab") as errors:
                self._process = subprocess.Popen(
                    [*executable(), "worker", "devices"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                )
        return self._process

    def _end(self) -> int:
        """End the lister and return its exit code; 0 where there was none."""
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


def _line(pipe: IO[bytes], seconds: float) -> bytes:
    """Read one line; an empty one where a driver hangs and nothing comes. Windows waits for as long as it takes."""
    if sys.platform != "win32":
        readable, _, _ = select.select([pipe], [], [], seconds)
        if not readable:
            return b""
    return pipe.readline()
