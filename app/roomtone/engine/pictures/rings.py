"""Where shared memory with pictures lies, and what is left of it after a crash."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import tempfile
from pathlib import Path

from roomtone.foundation.paths import Home


class Rings:
    """Names for shared memory. Safe to use from several threads."""

    def __init__(self, home: Home) -> None:
        """Take away what an engine left that was killed together with the processes that made it."""
        tag = hashlib.sha256(os.fsencode(home.root.resolve())).hexdigest()[:12]
        self._prefix = f"roomtone-{tag}-"
        self._numbers = itertools.count(1)
        for left in _folder().glob(f"{self._prefix}*"):
            with contextlib.suppress(OSError):
                left.unlink()

    def name(self) -> Path:
        """Return a path that was not returned before."""
        return _folder() / f"{self._prefix}{os.getpid()}-{next(self._numbers)}"


def _folder() -> Path:
    """Return a folder in memory where there is one; else one on the disk, whose pages stay in memory as well."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and os.access(shared, os.W_OK) else Path(tempfile.gettempdir())
