"""``roomtone call …``: requests for contributions, with their recipes."""

from __future__ import annotations

import argparse
import re
from typing import Any, Final

import msgspec

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import NAMED, find_call, find_step, find_take, several, together
from roomtone.cli.output import Output
from roomtone.cli.projects import check_day, nothing_named, read_text
from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import convert
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.answering import make_ready
from roomtone.studio.together import Together
from roomtone.studio.together_project import answering_view, calls_of, project_view
from roomtone.studio.together_snapshot import CallView
from roomtone.wire.project.health import health_of
from roomtone.wire.project.items import CallFields, MediaKind, TakeFields, Tempo, touched
from roomtone.wire.project.state import ProjectState
from roomtone.wire.project.tempo import read_tempo

_KINDS: Final = [kind.value for kind in MediaKind]
_LEAST_RATE: Final = 8000


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("call", help="ask for contributions, and answer")
    parts = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    adding = add_command(parts, "add", "open a call", _add)
    adding.add_argument("title", help="what is asked for, such as “Low harmony, verse 2”")
    _add_recipe(adding)
    add_command(parts, "list", "list the calls", _list)
    showing = add_command(parts, "show", "show a call with its recipe", _show)
    editing = add_command(parts, "edit", "change a call", _edit)
    closing = add_command(parts, "close", "close a call; --again opens it again", _close)
    answering = add_command(parts, "answer", "say what a call asks of the recorder, or answer it with a take", _answer)
    for parser in (showing, editing, closing, answering):
        parser.add_argument("call", help=NAMED)
    editing.add_argument("--title", help="another title")
    _add_recipe(editing)
    closing.add_argument("--again", action="store_true", help="open it again")
    closing.add_argument("--remove", action="store_true", help="take it away")
    answering.add_argument("--take", metavar="T", help="a take of yours that answers it")
    answering.add_argument("--file", metavar="F", help="a file that answers it: it is brought in as a take")
    answering.add_argument("--keep-location", action="store_true", help="keep where the file says it was made")


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brief", help="what it is about")
    parser.add_argument("--deadline", metavar="DAY", help="such as 2026-12-24")
    parser.add_argument("--step", help="the step of the board that it belongs to")
    parser.add_argument("--wanted", type=int, metavar="N", help="so many takes are looked for")
    parser.add_argument("--minutes", type=int, metavar="N", help="how long an answer takes")
    parser.add_argument("--skill", action="append", metavar="S", help="what one has to play or make; several times")
    parser.add_argument("--kind", action="append", choices=_KINDS, help="a kind of media; several times")
    parser.add_argument(
        "--guide", action="append", metavar="TAKE", help="a take or cut to be heard meanwhile; several times"
    )
    parser.add_argument("--tempo", metavar="BPM[/BEATS][,…]", help="92, or 92/3, or a map: 92/4@0,104/4@31.5")
    parser.add_argument("--key", help="such as “D minor”")
    parser.add_argument("--count-in", type=int, metavar="BARS", help="bars of count-in")
    parser.add_argument("--rate", type=int, metavar="HZ", help="sample rate")
    parser.add_argument("--part", help="the part's name; answers are named by it")
    parser.add_argument("--fps", type=float, help="frames a second")
    parser.add_argument("--aspect", help="such as 16:9")
    parser.add_argument("--reference", metavar="TAKE", help="a take whose picture shows the framing")
    parser.add_argument("--script", metavar="FILE", help="a text file: script or lyrics")
    parser.add_argument("--filmed-brief", metavar="TAKE", help="a take that explains it")
    parser.add_argument("--beginner", help="what a beginner may do, such as “hum one note”")


def _fields(options: argparse.Namespace, state: ProjectState) -> CallFields:
    def take(reference: str | None) -> str | None:
        return find_take(state, reference) if reference else reference

    return _checked(
        CallFields(
            title=options.title,
            brief=options.brief,
            deadline=options.deadline,
            step=find_step(state, options.step) if options.step else options.step,
            wanted=options.wanted,
            minutes=options.minutes,
            skills=_named(options.skill),
            kinds=[MediaKind(kind) for kind in options.kind] if options.kind else None,
            guide=several(state, _named(options.guide) or ()) if options.guide else None,
            tempo=_tempo(options.tempo) if options.tempo is not None else None,
            key=options.key,
            count_in=options.count_in,
            sample_rate=options.rate,
            part=options.part,
            frame_rate=options.fps,
            aspect=options.aspect,
            reference=take(options.reference),
            script=read_text(options.script) if options.script else options.script,
            filmed_brief=take(options.filmed_brief),
            beginner=options.beginner,
        )
    )


def _named(given: list[str] | None) -> list[str] | None:
    """Return what was named; "" alone names nothing, and clears it."""
    return [one for one in given if one.strip()] if given else given


def _checked(fields: CallFields) -> CallFields:
    """A field that nobody can read is refused here, in words."""
    check_day(fields.deadline, "The call was not changed")
    for wrong, why, remedy in (
        (
            not re.fullmatch(r"([0-9.]{1,6}:[0-9.]{1,6})?", fields.aspect or ""),
            f"“{fields.aspect}” is no shape",
            "16:9",
        ),
        (0 < (fields.sample_rate or 0) < _LEAST_RATE, f"{fields.sample_rate} Hz is no rate of sound", "48000"),
    ):
        if wrong:
            raise UsageError("bad-field", "The call was not changed", why, f"Write such as {remedy}")
    try:
        return convert(msgspec.to_builtins(fields), CallFields)
    except msgspec.ValidationError as error:
        raise UsageError("bad-field", "The call was not changed", f"A field is wrong: {error}", "Change it") from error


def _tempo(text: str) -> list[Tempo]:
    try:
        return read_tempo(text)
    except ValueError as error:
        raise UsageError(
            "bad-tempo", "The call was not changed", f"“{text}” is no tempo", "Write 92, 92/3 or 92/4@0,104/4@31.5"
        ) from error


def _add(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        call = people.edit("", _fields(options, people.document().state))
        return _tell(people, call, output, "Open")


def _edit(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        call, fields = find_call(state, options.call), _fields(options, state)
        if not touched(fields):
            raise nothing_named("The call was not changed")
        people.edit(call, fields)
        return _tell(people, call, output, "Changed")


def _close(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        call = find_call(people.document().state, options.call)
        if options.remove:
            people.edit(call, CallFields(removed=True))
            output.document({"id": call, "removed": True})
            output.say("The call was taken away; its answers stay")
            return 0
        people.edit(call, CallFields(closed=not options.again))
        return _tell(people, call, output, "Open again" if options.again else "Closed")


def _tell(people: Together, call: str, output: Output, done: str) -> int:
    state = people.document().state
    fields = state.fields(call, CallFields)
    output.document({"id": call, "fields": fields})
    output.say(f"{done}: “{fields.title}” ({call[:8]})")
    return 0


def _views(people: Together) -> tuple[CallView, ...]:
    facts = people.facts()
    return calls_of(facts, health_of(facts.state, facts.now))


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        calls = _views(people)
    output.document({"calls": [_document(call) for call in calls]})
    for call in calls:
        words = [call.title, call.progress, call.due.text, "closed" if call.closed else ""]
        words.append("you answered" if call.answered else "")
        output.say(f"{call.id[:8]}  " + " · ".join(word for word in words if word))
    if not calls:
        output.say("No call was opened yet. roomtone call add TITLE opens one.")
    return 0


def _document(call: CallView) -> dict[str, Any]:
    return {
        "id": call.id,
        "fields": call.fields,
        "recipe": call.recipe,
        "progress": call.progress,
        "missing": call.missing,
        "answered": call.answered,
        "closed": call.closed,
        "stalled": call.stalled,
    }


def _show(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        wanted = find_call(people.document().state, options.call)
        call = next(call for call in _views(people) if call.id == wanted)
    output.document(_document(call))
    output.say(f"{call.title} · {call.progress}" + (f" · {call.due.text}" if call.due.text else ""))
    for line in (call.brief, *call.recipe, f"Beginners: {call.beginner}" if call.beginner else ""):
        if line:
            output.say(f"  {line}")
    for line in (call.fields.script or "").splitlines():
        output.say(f"  | {line}")
    return 0


def _answer(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        call = find_call(state, options.call)
        if options.file:
            return _bring_in(people, call, options, output)
        if options.take:
            take = find_take(state, options.take)
            people.edit(take, TakeFields(call=call))
            output.document({"call": call, "take": take})
            output.say(f"“{state.takes[take].title}” answers it. roomtone takes check shows how; takes submit gives it")
            return 0
        facts = people.facts()
        ready = make_ready(people, call)
        answering = answering_view(facts, call)
        terms = project_view(facts).terms
    output.document({"answering": answering, "aim": ready.aim, "troubles": ready.troubles})
    output.say(ready.title)
    output.say(f"  {terms}")
    for line in answering.recipe if answering else ():
        output.say(f"  {line}")
    if answering is not None and answering.beginner:
        output.say(f"  Beginners: {answering.beginner}")
    for trouble in ready.troubles:
        output.warn(trouble)
    output.say(f"roomtone record --call {call[:8]} records it")
    return 0


def _bring_in(people: Together, call: str, options: argparse.Namespace, output: Output) -> int:
    people.workshop.aim = make_ready(people, call, []).aim
    brought = people.workshop.bring_in(options.file, keep_location=options.keep_location)
    output.document({"call": call, "take": brought.manifest.id, "manifest": brought.manifest})
    output.say(f"Brought in “{brought.manifest.title}”. roomtone takes submit gives it to the project")
    return 0
