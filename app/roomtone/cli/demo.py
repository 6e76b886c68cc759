"""``roomtone`` where there is no screen: the window's one job, in the terminal."""

from __future__ import annotations

from roomtone.cli import entry
from roomtone.cli.output import Output
from roomtone.devices.model import PRACTICE_TONE
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError, from_os_error
from roomtone.foundation.paths import find_home
from roomtone.studio.workshop import Workshop

SECONDS = 10


def run(home: str | None, arguments: list[str]) -> int:
    """Record ten seconds from the default input, or from the practice tone, and tell what became of them."""
    del arguments
    output = Output(json=False)
    output.say("There is no screen here, so this is Roomtone in the terminal (roomtone --help shows all of it).")
    command = ["record", "--seconds", str(SECONDS)]
    try:
        source = _source(home, output)
    except RoomtoneError as error:
        output.error(error)
        return 1
    except OSError as error:
        output.error(from_os_error(error, "looking for a sound input"))
        return 1
    if source:
        command += ["--input", source]
    return entry.run(home, command)


def _source(home: str | None, output: Output) -> str:
    workshop = Workshop(find_home(home).prepare(), SystemClock())
    try:
        devices = workshop.devices()
    finally:
        workshop.close()
    if devices.inputs:
        output.say(f"Recording {SECONDS} seconds from “{devices.inputs[0].name}”.")
        return devices.inputs[0].id
    output.say("There is no sound input – the system offers no microphone – so the built-in practice tone is recorded.")
    return PRACTICE_TONE
