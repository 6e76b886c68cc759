"""The one executable: a face (window or command line), a worker, or the server, by its arguments.

Nothing heavy is imported before it is known which process this is going to be.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the process that the arguments ask for and return its exit code."""
    from roomtone.cli import entry

    return entry.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
