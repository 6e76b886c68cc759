"""A worker that belongs to one process alone: started by it, told and heard through pipes, and ended with it."""

from __future__ import annotations

import contextlib
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from roomtone.foundation.workers.spawn import executable

log = logging.getLogger(__name__)

_END_SECONDS: Final = 3.0

Event = TypeVar("Event")


class ChildProcess(Generic[Event]):
    """One JSON document a line either way. It ends with its standard input. Safe to use from several threads."""

    def __init__(self, name: str, decoder: msgspec.json.Decoder[Event], log_file: Path) -> None:
        """Start ``roomtone worker NAME``; what it prints for people goes to ``log_file``. Raises ``OSError``."""
        self._name = name
        self._decoder = decoder
        with log_file.open("ab") as errors:
            self._process = subprocess.Popen(
                [*executable(), "worker", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )

    def tell(self, command: msgspec.Struct) -> None:
        """Tell it something. Raises ``OSError`` when it hears nothing any more."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(msgspec.json.encode(command) + b"\n")
            stdin.flush()
        except ValueError as error:
            raise BrokenPipeError(f"the process “{self._name}” was ended") from error

    def events(self) -> Iterator[Event]:
        """Yield what it says until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    event = self._decoder.decode(line)
                except msgspec.DecodeError:
                    log.warning("the process “%s” said something strange", self._name)
                    continue
                yield event
        self._process.wait()

    def end(self, *, at_once: bool = False) -> None:
        """End it: asked first, unless it must go ``at_once``."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()
        try:
            self._process.wait(0.0 if at_once else _END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
