"""Asking the lister process, and noticing what comes and goes."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from pathlib import Path
from typing import Final

import msgspec

from roomtone.devices.asking import Asked
from roomtone.devices.model import DeviceList
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import BugError

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 10.0


class Lookout:
    """Keeps one lister process and asks it. Safe to use from several threads."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._lock = threading.Lock()
        self._lister = Asked("devices", log_file)

    def look(self, *, with_rates: bool = False) -> DeviceList:
        """Return what the machine offers now. Raises ``BugError`` when the lister cannot be run.

        PortAudio 19.6 (Debian 12) ends its process by an assertion when ALSA names no device at all; then there is
        none. 19.7 does not.
        """
        question = b"rates\n" if with_rates else b"list\n"
        with self._lock:
            for _ in range(2):
                with contextlib.suppress(OSError, msgspec.DecodeError):
                    return decode(self._lister.ask(question, ANSWER_SECONDS), DeviceList)
                # A driver may have taken the lister down with it; a fresh one gets a second try.
                if self._lister.end() == -signal.SIGABRT:
                    log.info("the lister was aborted: no sound device is there")
                    return DeviceList([])
        raise BugError(
            "lister", "The devices could not be listed", "A sound driver does not answer", f"Look into {self._log_file}"
        )

    def close(self) -> None:
        """End the lister process."""
        with self._lock:
            self._lister.end()
