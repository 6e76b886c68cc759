"""What commands print: text for people, JSON for programs, errors in one place."""

from __future__ import annotations

import io
import sys
import unicodedata
from typing import Any

import msgspec

from roomtone.foundation.arguments import MisunderstoodError
from roomtone.foundation.errors import Problem, RoomtoneError


class Output:
    """Standard output and error of one command. With ``json`` nothing but JSON reaches standard output."""

    def __init__(self, *, json: bool) -> None:
        self.json = json
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A terminal that knows no “–” is no reason to fail.
                stream.reconfigure(errors="replace")

    def say(self, text: str) -> None:
        """Print a line for people."""
        if not self.json:
            sys.stdout.write(_plain(text) + "\n")
            sys.stdout.flush()

    def document(self, document: Any) -> None:
        """Print the one document of a command."""
        if self.json:
            sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
            sys.stdout.flush()

    def event(self, document: Any) -> None:
        """Print one line of a ``--follow`` stream: what it is stands in ``event``, whichever worker told it."""
        built = msgspec.to_builtins(document)
        if "type" in built:
            built = {"event": f"sync-{built.pop('type')}", **built}
        self.document(built)

    def progress(self, text: str) -> None:
        """Show how things are going, over the same line, where somebody watches."""
        if not self.json and sys.stdout.isatty():
            sys.stdout.write(f"\r\x1b[K{text}")
            sys.stdout.flush()

    def progress_end(self) -> None:
        """Leave the line that ``progress`` wrote over."""
        if not self.json and sys.stdout.isatty():
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()

    def warn(self, problem: Problem) -> None:
        """Tell of something that does not stop the command."""
        sys.stderr.write(f"{_plain(problem.sentence())}\n")
        sys.stderr.flush()

    def error(self, error: RoomtoneError) -> None:
        """Print an error: what happened – why – what to do."""
        if self.json:
            sys.stderr.write(msgspec.json.encode({"error": error.problem}).decode() + "\n")
        else:
            usage = error.usage if isinstance(error, MisunderstoodError) else ""
            sys.stderr.write(f"{usage}roomtone: {_plain(str(error))}\n")
        sys.stderr.flush()


def _plain(text: str) -> str:
    """Take out control characters: a title that somebody else chose must not steer the terminal."""
    return "".join("\ufffd" if unicodedata.category(c) == "Cc" else c for c in text)


def table(rows: list[list[str]]) -> list[str]:
    """Return rows as aligned lines."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
