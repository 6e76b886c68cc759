"""Changes to a take that leave its media alone: title, star, note, trash. Each adds an entry to its journal."""

from __future__ import annotations

from pathlib import Path

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.takes.documents import Entry, Noted, Renamed, Starred, Trashed
from roomtone.takes.journal import append_entry
from roomtone.takes.model import Take, TakeState, check_move, load_take, step
from roomtone.takes.naming import one_line, several_lines

MAX_TITLE = 300
MAX_NOTE = 20_000


def rename(folder: Path, title: str, clock: Clock) -> Take:
    """Give a take another title: any Unicode, on one line. Raises ``UsageError``."""
    text = one_line(title)
    if not text or len(text) > MAX_TITLE:
        raise UsageError(
            "bad-title", "The take was not renamed", f"A title has 1 to {MAX_TITLE} characters", "Choose another title"
        )
    return _add(folder, Renamed(text, clock.now().isoformat()))


def star(folder: Path, on: bool, clock: Clock) -> Take:
    """Set the star or take it off."""
    return _add(folder, Starred(on, clock.now().isoformat()))


def note(folder: Path, text: str, clock: Clock) -> Take:
    """Replace the note; what it was before stays in the journal. Raises ``UsageError``."""
    if len(text) > MAX_NOTE:
        raise UsageError(
            "long-note", "The note was not saved", f"It is longer than {MAX_NOTE} characters", "Shorten it"
        )
    return _add(folder, Noted(several_lines(text), clock.now().isoformat()))


def trash(folder: Path, on: bool, clock: Clock) -> Take:
    """Put a take into the trash, or take it out again. Its files stay where they are."""
    take = load_take(folder)
    wanted = TakeState.TRASHED if on else TakeState.SEALED
    if take.state is wanted:
        return take
    if take.state is TakeState.RECORDING:
        raise UsageError(
            "still-recording", "The take was not put into the trash", "It is still being recorded", "Stop it first"
        )
    check_move(take.state, wanted)
    return _add(folder, Trashed(on, clock.now().isoformat()))


def _add(folder: Path, entry: Entry) -> Take:
    """Add an entry to a take that this version can read; a folder that it cannot read is left alone."""
    take = load_take(folder)
    append_entry(folder, entry)
    return step(take, entry)
