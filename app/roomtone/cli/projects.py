"""``roomtone project …``: the projects that takes go to."""

from __future__ import annotations

import argparse

from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output, table
from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home
from roomtone.studio.workshop import Workshop


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    family = commands.add_parser("project", help="begin, list and choose projects")
    parts = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    creating = add_command(parts, "create", "begin a project; new takes go to it", _create)
    creating.add_argument("title", help="what it is called")
    add_command(parts, "list", "list the projects on the server", _list)
    using = add_command(parts, "use", "let new takes go to a project", _use)
    using.add_argument("project", help="its id or title")


def _create(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        project, title = workshop.create_project(options.title)
    finally:
        workshop.close()
    return _chosen(project, title, output)


def _use(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        project, title = workshop.use_project(options.project)
    finally:
        workshop.close()
    return _chosen(project, title, output)


def _chosen(project: str, title: str, output: Output) -> int:
    output.document({"id": project, "title": title})
    output.say(f"New takes go to “{title}” ({project})")
    return 0


def _list(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    workshop = Workshop(home, clock)
    try:
        projects = workshop.sync().list_projects()
        chosen = workshop.settings.project
    finally:
        workshop.close()
    output.document(projects)
    rows = [["→" if p.id == chosen else " ", p.id, str(p.takes), p.title] for p in projects]
    for line in table([["", "id", "takes", "title"], *rows]) if rows else ["There are no projects yet."]:
        output.say(line)
    return 0
