"""Memory that is freed is the system's again."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import resource, sys
from pathlib import Path
from roomtone.foundation.memory import give_back_large_blocks
if sys.argv[1] == "yes":
    assert give_back_large_blocks()
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
# This is what raises glibc's bound.
block = bytearray(24 << 20)
del block
before = resident()
blocks = [bytearray(b"x") * (1 << 20) for _ in range(100)]
last = bytearray(b"x") * (1 << 20)
del blocks
print(resident() - before)
"""


def _kept(what: str) -> int:
    return int(subprocess.run([sys.executable, "-c", _SCRIPT, what], capture_output=True, check=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems give back by themselves")
def test_a_moment_of_load_costs_no_memory_for_ever() -> None:
    # The last block lies above the others in a heap, which therefore cannot shrink.
    assert _kept("no") > 50 << 20
    assert _kept("yes") < 10 << 20
