"""The engine worker, or the window, with a guest: a thread that holds the interpreter's lock for 300 ms at a time.

``python -m tests.acceptance.gil_holder engine|window HOME``. Any C library may do this to a program by accident.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from typing import Final

HELD_SECONDS: Final = 0.3
# What the guest says each time.
HELD: Final = "held"
# In between, the others get as much as they can use in a moment.
_FREE_SECONDS: Final = 0.02


def hold(ending: threading.Event) -> None:
    """Hold the lock again and again: ``PyDLL`` does not release it around its calls."""
    library = ctypes.PyDLL(None)
    while not ending.wait(_FREE_SECONDS):
        library.usleep(int(HELD_SECONDS * 1_000_000))
        sys.stdout.write(f"{HELD}\n")
        sys.stdout.flush()


def main() -> int:
    """Run the engine until nobody needs it, or the window until it is closed."""
    what, home = sys.argv[1:]
    ending = threading.Event()
    guest = threading.Thread(target=hold, args=(ending,))
    guest.start()
    try:
        # Neither is needed for the other, and each is loaded as the real process does.
        if what == "engine":
            from roomtone.engine import worker

            return worker.run(home, [])
        from roomtone.gui import application

        return application.run(home, [])
    finally:
        ending.set()
        guest.join()


if __name__ == "__main__":
    sys.exit(main())
