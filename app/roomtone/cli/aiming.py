"""What the takes of a command are for: a call, the day's prompt, or the reading of somebody's text."""

from __future__ import annotations

import argparse

import msgspec

from roomtone.cli.finding import find_call, find_take
from roomtone.cli.output import Output
from roomtone.cli.projects import use
from roomtone.devices.pictures.model import choose_source
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.aim import FREE
from roomtone.studio.answering import Ready, guide_of, make_ready, make_ready_to_read, mode_with
from roomtone.studio.camera_views import mode_text
from roomtone.studio.together import Together
from roomtone.studio.together_project import project_view, terms_mark
from roomtone.studio.together_review import review_take
from roomtone.studio.together_snapshot import FindingView
from roomtone.studio.together_today import today_view
from roomtone.takes.documents import Manifest


def aim(
    people: Together,
    call: str | None = None,
    *,
    prompt: bool = False,
    read: str | None = None,
    guide: list[str] | None = None,
    heard: bool = False,
) -> Ready:
    """Let every take of this command be for that; ``guide`` names takes to hear, ``heard`` that the call's own are."""
    ready = Ready(FREE)
    if call:
        chosen = find_call(people.document().state, call)
        ready = make_ready(people, chosen, None if heard and not guide else [])
    elif read:
        ready = make_ready_to_read(people, find_take(people.document().state, read))
    elif prompt:
        ready = Ready(msgspec.structs.replace(FREE, prompt=today_view(people.facts()).prompt))
    if guide:
        state = people.document().state
        file, takes = guide_of(people, [find_take(state, one) for one in guide])
        if not file:
            raise UsageError("no-guide", "Nothing was recorded", "The guide has no sound", "Name a take that has")
        wanted = msgspec.structs.replace(ready.aim, guide=file, heard=tuple(takes))
        ready = Ready(wanted, ready.title, ready.script, ready.aspect, ready.reference, ready.troubles)
    people.workshop.aim = ready.aim
    return ready


def get_ready(people: Together, options: argparse.Namespace, output: Output) -> None:
    """Let a recording be what its options say it is for; what they leave open is set as the call asks."""
    if options.project:
        use(people, options.project)
    if not (options.call or options.guide or options.read or options.prompt):
        return
    ready = aim(
        people, options.call, prompt=options.prompt, read=options.read, guide=options.guide, heard=bool(options.call)
    )
    for trouble in ready.troubles:
        output.warn(trouble)
    if ready.aim.frame_rate and options.camera and not options.mode:
        options.mode = _mode(people, options.camera[0], ready.aim.frame_rate)
    if ready.title:
        output.say(f"For “{ready.title}”")
    for line in ready.script.splitlines():
        output.say(f"  | {line}")


def _mode(people: Together, wanted: str, frame_rate: float) -> str:
    source = choose_source(people.workshop.engine().look_for_pictures(), wanted)
    return mode_with([mode_text(mode) for mode in source.modes], (0, 0), frame_rate)


def findings(people: Together, manifest: Manifest) -> tuple[FindingView, ...]:
    """Return how a take compares with the recipe of the call that it answers; nothing where that is not known here."""
    if not manifest.call:
        return ()
    try:
        facts = people.facts()
    except RoomtoneError:
        return ()
    there = facts.state.takes.get(manifest.id)
    return review_take(facts, there).findings if there is not None else ()


def tell_terms(people: Together, output: Output) -> None:
    """Say in plain words under which terms takes are given to a project: before the first, and where they changed."""
    workshop = people.workshop
    try:
        view = project_view(people.facts())
    except RoomtoneError:
        # Nothing is given to a project before it is known; the take stays on this computer, and this is said later.
        return
    if not view.title:
        # A recorder may add takes to a project that it may not look at.
        return
    # Other terms are read anew.
    read = terms_mark(view.id, view.licence)
    if read in workshop.settings.terms_read or output.json:
        return
    output.say(f"Takes are given to “{view.title}” under {view.licence}: {view.terms}")
    workshop.change(terms_read=[*workshop.settings.terms_read, read])
