"""``roomtone project …``: the projects that takes go to, their boards, how they stand, and who is in them."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.finding import NAMED, find_one, find_person, find_step, find_take, together
from roomtone.cli.joining import account_passphrase, add_account, device_name
from roomtone.cli.output import Output, table
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.joining import Joining
from roomtone.studio.together import Together
from roomtone.studio.together_project import branches, calls_of, choice_words, project_view, steps_of
from roomtone.studio.together_words import count
from roomtone.studio.views import duration
from roomtone.wire.project.credits import credits_of
from roomtone.wire.project.edits import Past
from roomtone.wire.project.health import health_of
from roomtone.wire.project.items import Licence, ProjectFields, StepFields, Template, touched
from roomtone.wire.project.lineage import lineage_of
from roomtone.wire.project.overview import page_of
from roomtone.wire.project.state import ProjectState

LICENCES: Final = {
    "by": Licence.BY,
    "by-sa": Licence.BY_SA,
    "by-nc": Licence.BY_NC,
    "cc0": Licence.ZERO,
    "reserved": Licence.RESERVED,
}
TEMPLATES: Final = {template.value.replace(" ", "-"): template for template in Template}


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("project", help="begin, choose and lead projects")
    parts = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    creating = add_command(parts, "create", "begin a project, offline too; new takes go to it", _create)
    creating.add_argument("title", help="what it is called")
    creating.add_argument("--template", choices=TEMPLATES, default="blank", help="the steps that it begins with")
    _add_fields(creating)
    add_command(parts, "list", "list the projects that this computer knows", _list)
    using = add_command(parts, "use", "let new takes go to a project", _use)
    using.add_argument("project", help=NAMED)
    add_command(parts, "show", "show the project: its terms, steps, calls, and how it stands", _show)
    editing = add_command(parts, "edit", "change the project's own fields", _edit)
    editing.add_argument("--title", help="another title")
    editing.add_argument("--cover", metavar="TAKE", help="a take whose picture is the cover")
    editing.add_argument("--prompts", metavar="FILE", help="its own prompts for every day, one a line")
    _add_fields(editing)
    stepping = add_command(parts, "steps", "show the board, or change it", _steps)
    stepping.add_argument("--add", metavar="TITLE", help="add a step at the end")
    for name, text in (("done", "a step is done"), ("open", "it is not"), ("remove", "take a step off the board")):
        stepping.add_argument(f"--{name}", metavar="STEP", help=text)
    stepping.add_argument("--assign", nargs=2, metavar=("STEP", "PERSON"), help="somebody takes a step on; “” nobody")
    stepping.add_argument("--rename", nargs=2, metavar=("STEP", "TITLE"), help="call a step something else")
    stepping.add_argument("--place", nargs=2, metavar=("STEP", "N"), help="put a step at a place, counted from 1")
    moving = add_command(parts, "move", "move it from this computer's own server to the one that was joined", _move)
    moving.add_argument("--link", default="", help="join by this link first")
    add_account(moving)
    add_command(parts, "health", "say what is missing, what has stalled, and how long there is", _health)
    add_command(parts, "credits", "say who is in the piece, with what", _credits)
    add_command(parts, "lineage", "show which takes come from which", _lineage)
    past = add_command(parts, "history", "show every change of the project, or of something in it", _history)
    past.add_argument("item", nargs="?", default="", help="the id of a step, call or take (default: the project)")


def _add_fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brief", help="what it is about")
    parser.add_argument("--licence", choices=LICENCES, help="the terms under which takes are given (by)")
    parser.add_argument("--deadline", metavar="DAY", help="such as 2026-12-24; “” takes it off")


def _fields(options: argparse.Namespace) -> ProjectFields:
    licence = LICENCES[options.licence] if options.licence else None
    check_day(options.deadline, "The project was not changed")
    return ProjectFields(brief=options.brief, licence=licence, deadline=options.deadline)


def _create(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        made = people.start_project(options.title, TEMPLATES[options.template], _fields(options))
    return _chosen(made.id, made.title, output)


def _use(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        project, title = use(people, options.project)
    return _chosen(project, title, output)


def use(people: Together, reference: str) -> tuple[str, str]:
    """Let new takes go to the project that is called so; return its id and title."""
    known = [(one.id, one.title) for one in people.projects()]
    if not any(reference in pair for pair in known):
        # One that nobody has looked at here yet is known to the server.
        known = list(dict([*((p.id, p.title) for p in people.workshop.sync().list_projects()), *known]).items())
    project = find_one("project", reference, known, "roomtone project list shows them with their ids")
    people.choose(project, dict(known)[project])
    return project, dict(known)[project]


def _chosen(project: str, title: str, output: Output) -> int:
    output.document({"id": project, "title": title})
    output.say(f"New takes go to “{title}” ({project})")
    return 0


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        projects = people.projects()
        chosen = people.workshop.settings.project
    output.document(projects)
    rows = [["→" if p.id == chosen else " ", p.id, p.title, choice_words(p)] for p in projects]
    for line in table([["", "id", "title", ""], *rows]) if rows else ["There are no projects yet."]:
        output.say(line)
    return 0


def _show(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        facts = people.facts()
    view = project_view(facts)
    output.document(page_of(facts.state, facts.me, facts.now))
    output.say(f"{view.title} · {view.template} · you are {view.role}")
    for line in (view.brief, f"{view.licence}: {view.terms}", view.due.text, view.health.text):
        if line:
            output.say(f"  {line}")
    for step in view.steps:
        output.say(f"  {'✓' if step.done else '·'} {step.title}" + (f" ({step.person.name})" if step.person else ""))
    for cut in view.cuts:
        output.say(f"  {cut.take[:8]}  the cut “{cut.name}” by {cut.person.name} · {cut.detail}")
    for call in view.calls:
        output.say(f"  {call.id[:8]}  {call.title}: {call.progress}" + (" · closed" if call.closed else ""))
    return 0


def _edit(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        cover = find_take(people.document().state, options.cover) if options.cover else options.cover
        base = _fields(options)
        fields = ProjectFields(
            title=options.title,
            brief=base.brief,
            licence=base.licence,
            deadline=base.deadline,
            cover=cover,
            prompts=read_lines(options.prompts) if options.prompts else None,
        )
        if not touched(fields):
            raise nothing_named("The project was not changed")
        people.edit_project(fields)
        facts = people.facts()
    output.document(facts.state.project)
    output.say(f"“{facts.state.project.title}” was changed")
    return 0


def read_lines(file: str) -> list[str]:
    """Return the lines of a text file that are not empty."""
    return [line.strip() for line in read_text(file).splitlines() if line.strip()]


def read_text(file: str) -> str:
    """Read a text file. Raises ``UsageError`` where that cannot be done."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "It is no text in UTF-8"
        raise UsageError("unreadable-file", f"“{file}” was not read", str(why), "Check its name") from error


def check_day(day: str | None, title: str) -> None:
    """Raise ``UsageError`` for a deadline that is no day; "" is none."""
    if not day:
        return
    try:
        known = date.fromisoformat(day).isoformat() == day
    except ValueError:
        known = False
    if not known:
        raise UsageError("bad-day", title, f"“{day}” is no day", "Write year-month-day, such as 2026-12-24")


def nothing_named(title: str) -> UsageError:
    """Return the error for an edit of nothing."""
    return UsageError("nothing-named", title, "Nothing was said of what to change", "--help lists what can be changed")


def _steps(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        state = people.document().state
        if options.add:
            last = max((step.place or 0.0 for _, step in state.all_of(StepFields)), default=0.0)
            people.edit("", StepFields(title=options.add, place=last + 1.0, done=False))
        for name, fields in (
            ("done", StepFields(done=True)),
            ("open", StepFields(done=False)),
            ("remove", StepFields(removed=True)),
        ):
            if wanted := getattr(options, name):
                people.edit(find_step(state, wanted), fields)
        if options.assign:
            step, person = options.assign
            people.edit(find_step(state, step), StepFields(person=find_person(state, person) if person else ""))
        if options.rename:
            step, title = options.rename
            people.edit(find_step(state, step), StepFields(title=title))
        if options.place:
            step, number = options.place
            people.edit(find_step(state, step), StepFields(place=_place(state, find_step(state, step), number)))
        steps = steps_of(people.facts())
    output.document({"steps": steps})
    for step in steps:
        who = f"  ({step.person.name})" if step.person else ""
        output.say(f"{'✓' if step.done else '·'} {step.id[:8]}  {step.title}{who}")
    if not steps:
        output.say("The board is empty. --add TITLE adds a step.")
    return 0


def _place(state: ProjectState, moved: str, number: str) -> float:
    """Return the place between those that will be before and behind a step."""
    others = sorted(step.place or 0.0 for item, step in state.all_of(StepFields) if item.id != moved)
    if not number.isascii() or not number.isdecimal() or not 1 <= int(number) <= len(others) + 1:
        raise UsageError(
            "bad-place", "The step was not moved", f"“{number}” is no place", f"Places are 1 to {len(others) + 1}"
        )
    before, behind = others[: int(number) - 1], others[int(number) - 1 :]
    if not before or not behind:
        return before[-1] + 1.0 if before else (behind[0] - 1.0 if behind else 1.0)
    return (before[-1] + behind[0]) / 2


def _move(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    with together(home, clock) as people:
        passphrase = account_passphrase(options) if options.link else ""
        moved = Joining(people).move(options.link, options.name, passphrase, device_name())
    output.document(moved)
    what = f"{count(moved.takes, 'take')} and {count(moved.edits, 'change')}"
    way = "It was sent there before; what is still missing is on its way" if moved.before else "On its way"
    output.say(f"{way} to {moved.server}: {what}, under the same id")
    for title in moved.missing:
        output.say(f"  “{title}” is not on this computer and stays where it is")
    return 0


def _health(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        facts = people.facts()
    health = health_of(facts.state, facts.now)
    output.document(health)
    output.say(health.line)
    for call in calls_of(facts, health):
        parts = [call.title, call.progress, call.due.text, "stalled" if call.stalled else ""]
        output.say("  " + " · ".join(part for part in parts if part))
    return 0


def _credits(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        credits = credits_of(people.document().state)
    output.document(credits)
    for credit in credits.credits:
        output.say(f"{credit.name} · {credit.role} · {duration(credit.seconds)}")
    if not credits.credits:
        output.say("Nothing is accepted yet, so nobody is in the piece.")
    return 0


def _lineage(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    with together(home, clock) as people:
        lineage = lineage_of(people.document().state)
    output.document(lineage)
    for line in branches(lineage.trees):
        tie = f" ({line.tie})" if line.tie else ""
        more = " …" if line.again else ""
        output.say(f"{'  ' * line.depth}{line.title} · {line.person}{tie} · {line.stage}{more}")
    if not lineage.trees:
        output.say("Nothing was submitted yet.")
    return 0


def _history(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    past: list[Past] = []
    with together(home, clock) as people:
        project = people.project()
        state = people.document().state
        ids = [(identity, "") for identity in {**state.items, **state.takes}]
        item = find_one("item", options.item, ids, "project show and takes queue tell ids") if options.item else project
        while True:
            page = people.workshop.sync().history(project, item, len(past))
            past += page.past
            if not page.more or not page.past:
                break
    output.document({"past": past})
    for one in past:
        what = ", ".join(touched(one.edit.fields))
        output.say(f"{one.edit.at[:19].replace('T', ' ')}  {state.name(one.account)}: {what}")
    return 0
