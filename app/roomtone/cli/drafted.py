"""What ``artwork`` and ``write`` have in common: drafts shown as rows, documents and sentences."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from roomtone.assembly.messages import BroughtIn, Page
from roomtone.cli.aiming import aim, tell_terms
from roomtone.cli.output import Output, table
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.drafting import Drafting
from roomtone.studio.together import Together
from roomtone.studio.workshop import Workshop
from roomtone.takes.drafts import Draft, DraftKind, DraftState
from roomtone.takes.words import count_words

DRAFT_HELP: Final = "its id, the start of its id, or its title"


def add_aim(parser: argparse.ArgumentParser) -> None:
    """Let a command say what its take is for."""
    parser.add_argument("--call", default="", metavar="C", help="the call that it answers")
    parser.add_argument("--prompt", action="store_true", help="it answers the day's prompt")


@contextmanager
def drafting(
    home: Home, clock: Clock, call: str = "", *, prompt: bool = False, giving: Output | None = None
) -> Iterator[Drafting]:
    """Hand out the drafts of a home, for a call or the day's prompt; let go of the workers afterwards.

    ``giving`` is where the terms are told when a draft has become a take, which is given only by submitting it.
    """
    workshop = Workshop(home, clock)
    try:
        people = Together(workshop, clock)
        aim(people, call, prompt=prompt)
        yield Drafting(home, clock, workshop)
        if giving is not None:
            tell_terms(people, giving)
    finally:
        workshop.close()


def document(draft: Draft) -> dict[str, Any]:
    """Return a draft as what ``--json`` prints."""
    found: dict[str, Any] = {
        "id": draft.id,
        "kind": draft.kind,
        "title": draft.shown_title,
        "state": draft.state,
        "changed": draft.changed,
        "folder": str(draft.folder),
        "lineage": draft.began.lineage,
    }
    if draft.kind is DraftKind.WRITING:
        found |= {"text": draft.text, "words": count_words(draft.text), "revisions": draft.revisions}
    else:
        found["pictures"] = [str(picture.file) for picture in draft.pictures]
        found["left_out"] = [str(picture.file) for picture in draft.all_pictures if picture.dropped]
    return found


def amount(draft: Draft) -> str:
    """Say how much there is of a draft."""
    if draft.kind is DraftKind.WRITING:
        return counted(count_words(draft.text), "word")
    return counted(len(draft.pictures), "picture")


def counted(count: int, thing: str) -> str:
    """Return a number of things: 1 picture, 2 pictures."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def list_them(drafts: Drafting, output: Output, mine: Callable[[Draft], bool], *, thrown: bool, none: str) -> int:
    """List the open drafts (or those that were thrown away), the last changed first."""
    wanted = DraftState.THROWN_AWAY if thrown else DraftState.OPEN
    found, troubles = drafts.all()
    shown = [draft for draft in found if mine(draft) and draft.state is wanted]
    output.document([document(draft) for draft in shown])
    rows = [[d.id[:8], d.changed[:16].replace("T", " "), d.kind.value, amount(d), d.shown_title] for d in shown]
    for line in table([["id", "changed (UTC)", "kind", "so far", "title"], *rows]) if rows else []:
        output.say(line)
    for trouble in troubles:
        output.warn(trouble.problem)
    if not shown:
        output.say("Nothing was thrown away." if thrown else none)
    return 0


def tell(output: Output, draft: Draft, sentence: str) -> int:
    """Print what was done, and the draft as it now stands."""
    output.document(document(draft))
    output.say(sentence)
    return 0


def tell_kept(output: Output, made: BroughtIn | Page) -> int:
    """Print the take that a draft became."""
    output.document(made)
    output.say(f"Kept as the take “{made.manifest.title}” in {made.folder}")
    for track in made.manifest.tracks:
        output.say(f"  {track.name}  {track.digest}")
    return 0


def check_kind(draft: Draft, kinds: Sequence[DraftKind], remedy: str) -> Draft:
    """Return ``draft`` where it is of one of ``kinds``. Raises ``UsageError``."""
    if draft.kind not in kinds:
        raise UsageError("wrong-draft", f"“{draft.shown_title}” was not changed", f"Its kind is {draft.kind}", remedy)
    return draft
