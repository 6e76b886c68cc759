"""Cuts: what leaders publish as a version of the piece, and how much of a take is in it."""

from __future__ import annotations

from typing import Final

from roomtone.foundation.errors import UsageError
from roomtone.studio.together import Together, no_such_take
from roomtone.studio.together_facts import role_of
from roomtone.takes.naming import one_line
from roomtone.wire.project.cuts import cuts_of
from roomtone.wire.project.items import TakeFields
from roomtone.wire.project.rights import Right, allowed
from roomtone.wire.project.state import Stage, seconds_of

_MAX_NAME: Final = 300


def publish_cut(together: Together, take: str, name: str) -> str:
    """Publish a take as a version of the piece, "" for ``name``: not any more. Return what it is called now.

    Raises ``RoomtoneError``.
    """
    facts = together.facts()
    state, there = facts.state, facts.state.takes.get(take)
    if there is None:
        raise no_such_take(take)
    called = one_line(name)[:_MAX_NAME]
    unchanged = f"“{there.title}” was not published" if called else f"“{there.title}” is as it was"
    if not allowed(role_of(facts), Right.LEAD):
        raise UsageError(
            "not-a-leader", unchanged, "Cuts are published by those who lead the project", "Ask one of them"
        )
    if called and state.stage(take) is not Stage.ACCEPTED:
        raise UsageError("not-accepted", unchanged, "A cut is accepted work", "Accept the take first")
    taken = [cut for cut in cuts_of(state) if cut.name.casefold() == called.casefold() and cut.take != take]
    if taken:
        raise UsageError("name-taken", unchanged, f"There is a cut “{taken[0].name}” already", "Choose another name")
    if called != (state.said(take).cut or ""):
        together.edit(take, TakeFields(cut=called))
    return called


def say_used(together: Together, take: str, seconds: float) -> None:
    """Say how much of an accepted take is in the piece, for the credits; 0 stands for all of it.

    Raises ``RoomtoneError``.
    """
    state = together.document().state
    there = state.takes.get(take)
    if there is None:
        raise no_such_take(take)
    unchanged, whole = f"What is used of “{there.title}” was not changed", seconds_of(there)
    if state.stage(take) is not Stage.ACCEPTED:
        raise UsageError("not-accepted", unchanged, "Only accepted takes are in the piece", "Accept the take first")
    if not 0 <= seconds <= whole:
        raise UsageError("bad-seconds", unchanged, f"It is {whole:.1f} s long", "Give no more; 0 is all of it")
    if seconds != (state.said(take).seconds_used or 0.0):
        together.edit(take, TakeFields(seconds_used=seconds))
