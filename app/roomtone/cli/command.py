"""What every command is: a function of its options, the home, the clock and the output."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home

Command = Callable[[argparse.Namespace, Home, Clock, Output], int]
Families = argparse._SubParsersAction  # The type of add_subparsers() has no public name.


def add_command(
    commands: Families[argparse.ArgumentParser], name: str, help_text: str, command: Command
) -> argparse.ArgumentParser:
    """Add a command that takes ``--json`` and return its parser."""
    parser = commands.add_parser(name, help=help_text, description=help_text[:1].upper() + help_text[1:] + ".")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(command=command)
    return parser


def finite(text: str) -> float:
    """Return a number as it is typed. Raises ``ValueError`` for none, and for what no message can carry."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number to count with")
    return value


# What argparse calls the kind of number when it refuses one.
finite.__name__ = "number"
