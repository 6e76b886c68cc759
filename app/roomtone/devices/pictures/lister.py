"""The process that looks for cameras, screens and windows, so that looking never disturbs one that is open.

It answers every line on standard input with one JSON document (``PictureList``) and ends with its input.
"""

from __future__ import annotations

import os
import sys

import msgspec

from roomtone.devices.pictures import local, screen
from roomtone.devices.pictures.model import PictureList


def run(home: str | None, arguments: list[str]) -> int:
    """Answer until the input ends."""
    del home, arguments
    # What a driver prints is no answer.
    out = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(out, "wb") as answers:
        for _ in sys.stdin:
            answers.write(msgspec.json.encode(look()) + b"\n")
            answers.flush()
    return 0


def look() -> PictureList:
    """Return what the machine offers now. What cannot be looked for is told in ``problem``, and the rest is found."""
    found = [local.look(), screen.look()]
    return PictureList(
        [source for some in found for source in some.sources], " ".join(some.problem for some in found if some.problem)
    )
