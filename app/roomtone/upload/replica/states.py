"""The states of an edit that was made on this computer, with its transition table and words for each."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from roomtone.upload.states import IllegalMoveError


class EditState(StrEnum):
    """Where an edit is between this computer and the server."""

    WAITING = "waiting"
    SENT = "sent"
    SETTLED = "settled"
    REFUSED = "refused"


# No answer to a sent edit makes it wait again, and an answer that comes after that still counts. What was refused is
# tried again when a person asks for that. A settled edit is shown until the server's own state holds it, then dropped.
EDIT_MOVES: Final[dict[EditState, frozenset[EditState]]] = {
    EditState.WAITING: frozenset({EditState.SENT, EditState.SETTLED, EditState.REFUSED}),
    EditState.SENT: frozenset({EditState.WAITING, EditState.SETTLED, EditState.REFUSED}),
    EditState.REFUSED: frozenset({EditState.WAITING, EditState.SETTLED}),
    EditState.SETTLED: frozenset(),
}

WORDS: Final[dict[EditState, str]] = {
    EditState.WAITING: "Kept on this computer; it is sent as soon as the server answers",
    EditState.SENT: "On its way to the server",
    EditState.SETTLED: "On the server",
    EditState.REFUSED: "The server did not take it",
}


def move_edit(old: EditState, new: EditState) -> EditState:
    """Return ``new``. Raises ``IllegalMoveError`` unless ``old`` leads there; staying is always allowed."""
    if new is not old and new not in EDIT_MOVES[old]:
        raise IllegalMoveError(f"an edit that is {old} cannot become {new}")
    return new
