"""The states of what is being sent, for people and for the protocol, each with its transition table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class SyncState(StrEnum):
    """Where a track or take is between this computer and the server, as a person sees it."""

    LOCAL = "on-this-computer"
    SENDING = "sending"
    SAFE = "safe-on-the-server"
    NEEDS_YOU = "needs-you"


# From each state to those that may follow it. ``SAFE`` is final: a sealed track never changes again.
SYNC_MOVES: Final[dict[SyncState, frozenset[SyncState]]] = {
    SyncState.LOCAL: frozenset({SyncState.SENDING, SyncState.SAFE, SyncState.NEEDS_YOU}),
    SyncState.SENDING: frozenset({SyncState.SAFE, SyncState.NEEDS_YOU}),
    SyncState.NEEDS_YOU: frozenset({SyncState.LOCAL, SyncState.SENDING, SyncState.SAFE}),
    SyncState.SAFE: frozenset(),
}

# The worst one speaks for the take.
_WORST_FIRST: Final = (SyncState.NEEDS_YOU, SyncState.LOCAL, SyncState.SENDING, SyncState.SAFE)


class Phase(StrEnum):
    """What the protocol does next for a track."""

    WAITING = "waiting"  # for the server to know the take
    CREATING = "creating"  # an upload
    ASKING = "asking"  # how many bytes the server has
    SENDING = "sending"  # bytes, as they come
    SEALING = "sealing"  # everything is there; the server is asked to check it
    CLEARING = "clearing"  # an upload that cannot be used, before another one is created
    DONE = "done"
    STUCK = "stuck"


# Every phase may fall back to WAITING or CREATING, because a server may forget a take or an upload at any time.
PHASE_MOVES: Final[dict[Phase, frozenset[Phase]]] = {
    Phase.WAITING: frozenset({Phase.CREATING, Phase.ASKING, Phase.DONE, Phase.STUCK}),
    Phase.CREATING: frozenset({Phase.WAITING, Phase.ASKING, Phase.SENDING, Phase.DONE, Phase.STUCK}),
    Phase.ASKING: frozenset({Phase.WAITING, Phase.CREATING, Phase.SENDING, Phase.DONE, Phase.STUCK}),
    Phase.SENDING: frozenset(
        {Phase.WAITING, Phase.CREATING, Phase.ASKING, Phase.SEALING, Phase.CLEARING, Phase.DONE, Phase.STUCK}
    ),
    Phase.SEALING: frozenset({Phase.WAITING, Phase.CREATING, Phase.ASKING, Phase.CLEARING, Phase.DONE, Phase.STUCK}),
    Phase.CLEARING: frozenset({Phase.WAITING, Phase.CREATING, Phase.DONE, Phase.STUCK}),
    Phase.STUCK: frozenset({Phase.WAITING, Phase.CREATING, Phase.DONE}),
    Phase.DONE: frozenset(),
}


class TakePhase(StrEnum):
    """What the protocol does next for a take as a whole."""

    DECLARING = "declaring"  # PUT the take
    FOUNDING = "founding"  # PUT its project, which the server does not know
    OPEN = "open"  # its tracks are on their way
    SEALING = "sealing"
    DONE = "done"
    STUCK = "stuck"


TAKE_MOVES: Final[dict[TakePhase, frozenset[TakePhase]]] = {
    TakePhase.DECLARING: frozenset({TakePhase.FOUNDING, TakePhase.OPEN, TakePhase.DONE, TakePhase.STUCK}),
    TakePhase.FOUNDING: frozenset({TakePhase.DECLARING, TakePhase.STUCK}),
    TakePhase.OPEN: frozenset({TakePhase.DECLARING, TakePhase.SEALING, TakePhase.STUCK}),
    TakePhase.SEALING: frozenset({TakePhase.DECLARING, TakePhase.OPEN, TakePhase.DONE, TakePhase.STUCK}),
    TakePhase.STUCK: frozenset({TakePhase.DECLARING}),
    TakePhase.DONE: frozenset(),
}


class IllegalMoveError(Exception):
    """A bug: a state was left for one that it does not lead to."""


def move_phase(old: Phase, new: Phase) -> Phase:
    """Return ``new``. Raises ``IllegalMoveError`` unless ``old`` leads there; staying is always allowed."""
    if new is not old and new not in PHASE_MOVES[old]:
        raise IllegalMoveError(f"a track cannot go from {old} to {new}")
    return new


def move_take(old: TakePhase, new: TakePhase) -> TakePhase:
    """Return ``new``. Raises ``IllegalMoveError`` unless ``old`` leads there; staying is always allowed."""
    if new is not old and new not in TAKE_MOVES[old]:
        raise IllegalMoveError(f"a take cannot go from {old} to {new}")
    return new


def move_sync(old: SyncState, new: SyncState) -> SyncState:
    """Return ``new``. Raises ``IllegalMoveError`` unless ``old`` leads there; staying is always allowed."""
    if new is not old and new not in SYNC_MOVES[old]:
        raise IllegalMoveError(f"what is {old} cannot become {new}")
    return new


def worst(states: list[SyncState]) -> SyncState:
    """Return the state that speaks for all of them. Raises ``ValueError`` for none."""
    return min(states, key=_WORST_FIRST.index)
