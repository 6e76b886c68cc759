"""Finding what a person names: by id, by the unique start of one, or by a unique title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.together import Together
from roomtone.studio.together_words import shortened
from roomtone.studio.workshop import Workshop
from roomtone.wire.project.cuts import cuts_of
from roomtone.wire.project.items import CallFields, CommentFields, StepFields
from roomtone.wire.project.state import ProjectState

NAMED: Final = "its id, the start of its id, or its title"
_LEAST: Final = 4


@contextmanager
def together(home: Home, clock: Clock) -> Iterator[Together]:
    """Open what people do together, and let go of the workers afterwards."""
    workshop = Workshop(home, clock)
    try:
        yield Together(workshop, clock)
    finally:
        workshop.close()


def find_one(what: str, reference: str, there: Iterable[tuple[str, str]], remedy: str) -> str:
    """Return the id of the one thing that is called ``reference``. Raises ``UsageError``."""
    pairs = list(there)
    exact = [identity for identity, title in pairs if reference in (identity, title)]
    alike = [identity for identity, title in pairs if title.casefold() == reference.casefold()]
    starts = len(reference) >= _LEAST and [one for one, _ in pairs if one.startswith(reference.lower())]
    found = exact or alike or starts or []
    if len(found) == 1:
        return found[0]
    raise UsageError(
        f"no-such-{what}" if not found else f"ambiguous-{what}",
        f"No {what} is called “{reference}”" if not found else f"{len(found)} answer to “{reference}”",
        "It is neither an id nor a title here" if not found else "The name is not unique: give the start of the id",
        remedy,
    )


def find_take(state: ProjectState, reference: str) -> str:
    """Return the id of a take of the project; a cut answers to its own name too."""
    there = [(take.id, take.title) for take in state.in_order()]
    if reference.casefold() not in {title.casefold() for _, title in there}:
        there += [(cut.take, cut.name) for cut in cuts_of(state) if cut.name.casefold() == reference.casefold()]
    return find_one("take", reference, there, "roomtone takes queue and roomtone takes list show takes with their ids")


def find_call(state: ProjectState, reference: str) -> str:
    """Return the id of a call."""
    there = [(item.id, call.title or "") for item, call in state.all_of(CallFields)]
    return find_one("call", reference, there, "roomtone call list shows the calls with their ids")


def find_step(state: ProjectState, reference: str) -> str:
    """Return the id of a step."""
    there = [(item.id, step.title or "") for item, step in state.all_of(StepFields)]
    return find_one("step", reference, there, "roomtone project steps shows the steps with their ids")


def find_comment(state: ProjectState, reference: str) -> str:
    """Return the id of a comment, also of one that was taken away."""
    there = [
        (item.id, shortened(item.fields.text or ""))
        for item in state.items.values()
        if isinstance(item.fields, CommentFields)
    ]
    return find_one("comment", reference, there, "roomtone comment list shows them with their ids")


def find_person(state: ProjectState, reference: str) -> str:
    """Return the account of somebody who is in the project."""
    there = [(member.account, member.name) for member in state.members.values() if not member.gone]
    return find_one("person", reference, there, "roomtone people list shows everybody with their ids")


def find_anything(state: ProjectState, reference: str) -> str:
    """Return the id of a take, call or step, or of the project itself (“project”)."""
    if reference in ("project", state.id, state.project.title):
        return state.id
    there = [(take.id, take.title) for take in state.in_order()]
    there += [(item.id, call.title or "") for item, call in state.all_of(CallFields)]
    there += [(item.id, step.title or "") for item, step in state.all_of(StepFields)]
    return find_one("take", reference, there, "Name a take, a call, a step, or “project”")


def several(state: ProjectState, references: Iterable[str]) -> list[str]:
    """Return the ids of takes."""
    return [find_take(state, reference) for reference in references]
