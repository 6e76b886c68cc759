"""The process of an open camera as the engine has it: started, told, heard, ended."""

from __future__ import annotations

import contextlib
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from roomtone.devices.pictures import messages as cam
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.workers.spawn import executable

log = logging.getLogger(__name__)

_END_SECONDS: Final = 3.0


class CameraProcess:
    """A child of the engine that ends with its standard input. Safe to use from several threads."""

    def __init__(self, log_file: Path) -> None:
        """Start it. Raises ``OSError``."""
        with log_file.open("ab") as errors:
            self._process = subprocess.Popen(
                [*executable(), "worker", cam.NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )

    def tell(self, command: cam.Command) -> None:
        """Tell it something. Raises ``OSError`` when it hears nothing any more."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(msgspec.json.encode(command) + b"\n")
            stdin.flush()
        except ValueError as error:
            raise BrokenPipeError("the camera's process was ended") from error

    def events(self) -> Iterator[cam.Event]:
        """Yield what it says until it ends."""
        decoder: msgspec.json.Decoder[cam.Event] = decoder_of(cam.Event)
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    event = decoder.decode(line)
                except msgspec.DecodeError:
                    log.warning("the camera's process said something strange")
                    continue
                yield event
        self._process.wait()

    def end(self, *, at_once: bool = False) -> None:
        """End it: asked first, unless it must go ``at_once``."""
        if self._process.poll() is not None:
            return
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()
        try:
            self._process.wait(0.0 if at_once else _END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
