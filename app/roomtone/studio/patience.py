"""Saying that something goes on, where it takes longer than a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem
from roomtone.studio.board import Board
from roomtone.studio.lines import Tone

READYING_CODE: Final = "getting-ready"
# What is done by then needs no words.
_MOMENT_SECONDS: Final = 0.7


@contextmanager
def getting_ready(board: Board, clock: Clock, title: str) -> Iterator[None]:
    """While this lasts, say after a moment that a take is made playable, or comes from the server."""
    done = threading.Event()

    def tell() -> None:
        if not clock.wait(done, _MOMENT_SECONDS):
            problem = Problem(READYING_CODE, f"Getting “{title}” ready", "It plays as soon as it can be played")
            board.notice(problem, tone=Tone.QUIET)

    telling = threading.Thread(target=tell, name="studio-patience", daemon=True)
    telling.start()
    try:
        yield
    finally:
        done.set()
        telling.join()
        board.withdraw(READYING_CODE)
