"""The engine worker with a guest: a thread that holds the interpreter's lock for 300 ms at a time.

``python -m tests.acceptance.gil_holder HOME``. Any C library may do this to a program by accident.
"""

from __future__ import annotations

import ctypes
import sys
import threading

from roomtone.engine import worker

HELD_SECONDS = 0.3
# In between, the others get as much as they can use in a moment.
_FREE_SECONDS = 0.02


def hold(ending: threading.Event) -> None:
    """Hold the lock again and again: ``PyDLL`` does not release it around its calls."""
    library = ctypes.PyDLL(None)
    while not ending.wait(_FREE_SECONDS):
        library.usleep(int(HELD_SECONDS * 1_000_000))


def main() -> int:
    """Run the engine until nobody needs it."""
    ending = threading.Event()
    guest = threading.Thread(target=hold, args=(ending,))
    guest.start()
    try:
        return worker.run(sys.argv[1], [])
    finally:
        ending.set()
        guest.join()


if __name__ == "__main__":
    sys.exit(main())
