"""Asking the process that looks for cameras, screens and windows."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Final

import msgspec

from roomtone.devices.asking import Asked
from roomtone.devices.pictures.model import PictureList
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import BugError

# A camera may take some seconds to wake up and tell its modes.
ANSWER_SECONDS: Final = 15.0


class PictureLookout:
    """Keeps one lister process and asks it. Safe to use from several threads."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._lock = threading.Lock()
        self._lister = Asked("pictures", log_file)

    def look(self) -> PictureList:
        """Return what the machine offers now. Raises ``BugError`` when the lister cannot be run."""
        with self._lock:
            for _ in range(2):
                with contextlib.suppress(OSError, msgspec.DecodeError):
                    return decode(self._lister.ask(b"list\n", ANSWER_SECONDS), PictureList)
                # A driver may have taken the lister down with it; a fresh one gets a second try.
                self._lister.end()
        raise BugError(
            "lister",
            "The cameras could not be listed",
            "A camera's driver does not answer",
            f"Unplug cameras that hang, or look into {self._log_file}",
        )

    def close(self) -> None:
        """End the lister process."""
        with self._lock:
            self._lister.end()
