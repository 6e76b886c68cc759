"""The one executable: a face (window or command line), a worker, or the server, by its arguments.

Nothing heavy is imported before it is known which process this is going to be, and each process imports only
its own side of the house.
"""

from __future__ import annotations

import importlib
import sys

from roomtone.gui.display import display_available

# The first word of the arguments and the module whose ``run(home, arguments)`` is that process.
_WORKERS = {
    "devices": "roomtone.devices.lister",
    "camera": "roomtone.devices.pictures.camera",
    "pictures": "roomtone.devices.pictures.lister",
    "engine": "roomtone.engine.worker",
    "sync": "roomtone.upload.worker",
    "render": "roomtone.assembly.worker",
    "projector": "roomtone.engine.projector.process",
    "pages": "roomtone.assembly.pages_reader",
}


def main() -> int:
    """Run the process that the arguments ask for and return its exit code."""
    arguments = sys.argv[1:]
    home, rest = _split_home(arguments)
    if len(rest) >= 2 and rest[0] == "worker" and rest[1] in _WORKERS:
        return _run(_WORKERS[rest[1]], home, rest[2:])
    if rest and rest[0] == "server":
        return _run("roomtone.server.command", home, rest[1:])
    if not rest:
        return _run("roomtone.gui.application" if display_available() else "roomtone.cli.demo", home, [])
    return _run("roomtone.cli.entry", home, rest)


def _run(module: str, home: str | None, arguments: list[str]) -> int:
    if "--detached" in arguments:
        # Only a worker needs it, and it would cost every other start 30 ms.
        from roomtone.foundation.workers.spawn import detach

        # Before the module is imported: sound libraries start threads at once, and these do not survive a fork.
        detach()
    code: int = importlib.import_module(module).run(home, arguments)
    return code


def _split_home(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Take a leading ``--home DIR`` off the arguments."""
    if len(arguments) >= 2 and arguments[0] == "--home":
        return arguments[1], arguments[2:]
    if arguments and arguments[0].startswith("--home="):
        return arguments[0].removeprefix("--home="), arguments[1:]
    return None, arguments


if __name__ == "__main__":
    sys.exit(main())
