"""``roomtone calibrate``: how late the picture of a camera is against the sound of an input."""

from __future__ import annotations

import argparse
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.studio.workshop import Workshop

_LEAST_SECONDS: Final = 4.0
_MOST_SECONDS: Final = 60.0


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    parser = add_command(commands, "calibrate", "measure how late a camera is against the sound", _calibrate)
    parser.add_argument("--camera", default="", metavar="K", help="the camera (name, part of it, or address)")
    parser.add_argument("--mode", default="", metavar="M", help="its size and rate, such as 720p30")
    parser.add_argument("--input", default="", metavar="I", help="the input (id, name or part of it)")
    parser.add_argument("--seconds", type=float, default=8.0, metavar="N", help="how long to watch and listen")
    parser.add_argument("--claps", action="store_true", help="you clap before the camera; nothing needs to flash")
    parser.add_argument("--no-keep", action="store_true", help="only tell, do not take it off later recordings")


def _calibrate(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    if not _LEAST_SECONDS <= options.seconds <= _MOST_SECONDS:
        raise UsageError(
            "bad-seconds",
            "Nothing was measured",
            f"--seconds must lie between {_LEAST_SECONDS:g} and {_MOST_SECONDS:g}",
            "Give another number",
        )
    workshop = Workshop(home, clock)
    try:
        settings = workshop.settings
        source = workshop.open_input(options.input or settings.input, "", 0, settings.format)
        engine = workshop.engine()
        camera = engine.open_camera(options.camera, options.mode)
        output.say(f"Watching {camera.name} and listening to {source.name} for {options.seconds:g} s")
        output.say("Clap slowly before the camera" if options.claps else "Something must flash and beep once a second")
        found = engine.self_test(camera.source, options.seconds, claps=options.claps, keep=not options.no_keep)
    finally:
        workshop.close()
    output.document(found)
    late = "later" if found.offset_ms >= 0 else "earlier"
    output.say(
        f"The picture comes {abs(found.offset_ms):.0f} ms {late} than the sound "
        f"({found.events} times, within {found.spread_ms:.0f} ms)"
    )
    if not options.no_keep:
        output.say("From now on this is taken off what this camera records with this input")
    return 0
