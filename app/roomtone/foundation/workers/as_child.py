"""What a worker does that belongs to one process alone, and is told and heard through pipes; see ``child``."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable

import msgspec

if sys.platform != "win32":
    import resource


class Outlet:
    """Lines to whoever started this process. When it is gone, ``ended`` is called, which does not return."""

    def __init__(self, fd: int, ended: Callable[[], None]) -> None:
        self._fd = fd
        self._ended = ended
        self._lock = threading.Lock()
        self._encoder = msgspec.json.Encoder()

    def tell(self, event: msgspec.Struct) -> None:
        """Write one event, whole."""
        line = self._encoder.encode(event) + b"\n"
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._fd, line) :]
            except OSError:
                self._ended()

    def would_wait(self) -> bool:
        """Return whether ``tell`` would wait, because nothing was read for long. Windows cannot tell."""
        if sys.platform == "win32":
            return False
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        return not poll.poll(0)


def private_output() -> int:
    """Return a descriptor of standard output that no library knows: what they print goes to the log instead."""
    out = os.dup(1)
    os.dup2(2, 1)
    return out


def limit_memory(most: int) -> None:
    """Let a decoder that goes wild end here, at so many bytes, and not in the memory of everybody else."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
