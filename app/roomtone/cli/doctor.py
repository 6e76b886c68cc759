"""``roomtone doctor``: is everything there that a take needs?"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import msgspec

from roomtone import __version__
from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.foundation.files import free_bytes
from roomtone.foundation.paths import Home
from roomtone.studio.views import size
from roomtone.studio.workshop import Workshop
from roomtone.takes.model import TakeState


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str = ""
    problem: Problem | None = None


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    add_command(commands, "doctor", "look whether everything is there that a take needs", _doctor)


def _doctor(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    workshop = Workshop(home, clock)
    try:
        findings = [
            Finding("Roomtone", True, __version__),
            Finding("data", True, str(home.root)),
            Finding("logs", True, str(home.logs)),
            _disk(home),
            _look("sound input", lambda: _inputs(workshop)),
            _look("takes", lambda: _takes(workshop)),
            _look("server", lambda: _server(workshop)),
        ]
    finally:
        workshop.close()
    output.document(findings)
    for finding in findings:
        output.say(f"{'ok ' if finding.ok else '!! '} {finding.what}: {finding.detail}")
        if finding.problem is not None:
            output.say(f"    {finding.problem.sentence()}")
    return 0 if all(finding.ok for finding in findings) else 1


def _disk(home: Home) -> Finding:
    free = free_bytes(home.takes)
    return Finding("disk", free > 2_000_000_000, f"{size(free)} free")


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except RoomtoneError as error:
        return Finding(what, False, error.title, error.problem)


def _inputs(workshop: Workshop) -> str:
    inputs = workshop.devices().inputs
    if not inputs:
        raise RoomtoneError(
            "no-input",
            "There is no sound input",
            "The system offers no microphone or interface",
            "Plug one in; the practice tone works meanwhile",
        )
    return ", ".join(device.id for device in inputs)


def _takes(workshop: Workshop) -> str:
    items = workshop.takes()
    unreadable = [item for item in items if item.problem is not None]
    if unreadable:
        raise RoomtoneError(
            "unreadable-takes",
            f"{len(unreadable)} folders could not be read",
            ", ".join(item.title for item in unreadable),
            "roomtone takes list says why of each",
        )
    return f"{sum(item.state is not TakeState.RECORDING for item in items)} sealed"


def _server(workshop: Workshop) -> str:
    membership = workshop.sync().whoami()
    where = "on this computer" if membership.embedded else membership.url
    return f"{where}, as {membership.account.name}"
