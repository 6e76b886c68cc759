"""The entry of the command line: finds the command, runs it, renders its errors."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys

from roomtone import __version__
from roomtone.cli import (
    artwork,
    calibrating,
    calls,
    comments,
    devices,
    doctor,
    everyday,
    joining,
    people,
    projects,
    recording,
    syncing,
    takes,
    writing,
)
from roomtone.cli.command import Command
from roomtone.cli.output import Output
from roomtone.foundation import logs
from roomtone.foundation.arguments import Parser
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError, UsageError, from_os_error, unexpected
from roomtone.foundation.paths import find_home

log = logging.getLogger(__name__)

_EPILOG = """\
Also: roomtone (the window), roomtone server … (roomtone server --help).
Every command takes --json; --home DIR or ROOMTONE_HOME moves all data."""


_FAMILIES = (
    everyday,
    recording,
    takes,
    artwork,
    writing,
    projects,
    calls,
    comments,
    people,
    joining,
    syncing,
    devices,
    calibrating,
    doctor,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="roomtone",
        description="Record a take, and it is in the shared project by the time you stop.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Roomtone {__version__}")
    parser.add_argument("--home", metavar="DIR", help="keep everything in this folder")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for family in _FAMILIES:
        family.add(commands)
    return parser


def run(home: str | None, arguments: list[str]) -> int:
    """Run one command; return 0, 1 (the world's fault, explained) or 2 (usage)."""
    # A shell that starts us in the background has Ctrl+C ignored, also when it is sent to us alone.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = Output(json="--json" in arguments)
    try:
        options = build_parser().parse_args(arguments)
        place = find_home(options.home or home).prepare()
        logs.log_to_file(place.logs, "cli")
        command: Command = options.command
        return command(options, place, SystemClock(), output)
    except RoomtoneError as error:
        output.error(error)
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        # Whoever read our output has gone; what is still unwritten must not be complained about at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        output.error(from_os_error(error, "running the command"))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 1
    except Exception:
        log.exception("a command failed")
        output.error(unexpected("running the command"))
        return 1
