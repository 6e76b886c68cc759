"""Arguments of commands, and mistakes in them explained like every other error."""

from __future__ import annotations

import argparse
from typing import Final, NoReturn

from roomtone.foundation.errors import UsageError


class MisunderstoodError(UsageError):
    """A command line that is none. ``usage`` has the lines that say how it is written."""

    def __init__(self, usage: str, why: str, remedy: str) -> None:
        super().__init__("usage", "The command was not understood", why[:1].upper() + why[1:], remedy)
        self.usage: Final = usage


class Parser(argparse.ArgumentParser):
    """A parser that raises ``MisunderstoodError`` where others print and end the process."""

    def error(self, message: str) -> NoReturn:
        raise MisunderstoodError(self.format_usage(), message, f"{self.prog} --help says what there is")
