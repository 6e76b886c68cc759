"""What a process that runs for hours does so that the system gets back what it does not need any more."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

# glibc's mallopt(3).
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 128 << 10


def give_back_large_blocks() -> bool:
    """Have each large block of memory be the system's again as soon as it is freed; return whether that was done.

    glibc raises the bound from which blocks are large whenever such a block is freed, up to 32 MiB, and keeps what is
    below it in heaps that hardly shrink: a moment of load would cost memory for as long as the process runs. Other
    systems give back by themselves.
    """
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    except (OSError, AttributeError):
        # Another C library than glibc.
        return False
