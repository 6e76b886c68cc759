"""``roomtone takes export | align | nudge``: films of constant rate, and files that belong to a take already here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from roomtone.assembly import messages as m
from roomtone.cli.command import Families, add_command, finite
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home
from roomtone.studio.workshop import Workshop

_TAKE: Final = "its id, the start of its id, or its title"
# Below this a place that was found by sound is a guess.
_SURE: Final = 0.5


def add(takes: Families[argparse.ArgumentParser]) -> None:
    """Add the commands to those of ``roomtone takes``."""
    exporting = add_command(
        takes, "export", "write a take's sound with its film, or an aligned one, at a constant rate", _export
    )
    exporting.add_argument("take", help=_TAKE)
    exporting.add_argument("file", help="the film to be written (MP4); it must be new")
    exporting.add_argument("--fps", type=int, choices=[24, 25, 30, 50, 60], default=30, help="pictures a second")
    exporting.add_argument("--track", default="", metavar="T", help="which film, where the take has several")
    aligning = add_command(takes, "align", "bring a camera's file in and place it against a take by sound", _align)
    aligning.add_argument("take", help=_TAKE)
    aligning.add_argument("file", help="what a phone, camera or recorder made of the same moment")
    nudging = add_command(takes, "nudge", "place an aligned take by hand; this wins over the sound", _nudge)
    nudging.add_argument("take", help="the aligned take: " + _TAKE)
    nudging.add_argument("offset", type=finite, help="seconds after the beginning of the take that it belongs to")


def _export(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        item = workshop.find(options.take)
        target = str(Path(options.file).absolute())
        made = workshop.export_film(item, target, options.fps, options.track)
    finally:
        workshop.close()
    output.document(made)
    output.say(f"Exported to {made.file}: {made.frames} pictures, {made.fps:g} a second")
    output.say(f"  {made.shown_twice} shown twice, {made.left_out} left out, each nearest to its own time")
    return 0


def _align(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        item = workshop.find(options.take)
        made = workshop.rendering.align(m.Align(item.folder, str(Path(options.file).absolute())))
    finally:
        workshop.close()
    output.document(made)
    when = "after" if made.offset >= 0 else "before"
    output.say(f"“{made.manifest.title}” begins {abs(made.offset):.3f} s {when} “{item.title}”")
    output.say(
        f"  sure to {made.confidence:.0%}" + ("" if made.confidence >= _SURE else ": this is a guess, look at it")
    )
    output.say(f"  roomtone takes nudge {made.manifest.id[:8]} SECONDS places it by hand")
    return 0


def _nudge(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    workshop = Workshop(home, clock)
    try:
        item = workshop.find(options.take)
        workshop.rendering.nudge(m.Nudge(item.folder, options.offset))
    finally:
        workshop.close()
    output.document({"take": item.id, "offset": options.offset})
    output.say(f"“{item.title}” is placed at {options.offset:+.3f} s")
    return 0
