"""``roomtone devices``: what the machine offers."""

from __future__ import annotations

import argparse

from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output, table
from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home
from roomtone.studio.workshop import Workshop


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    add_command(commands, "devices", "list the sound inputs and outputs", _devices)


def _devices(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    workshop = Workshop(home, clock)
    try:
        devices = workshop.devices(rates=True)
    finally:
        workshop.close()
    output.document(devices)
    if not devices.devices:
        output.say("No sound device is there. The practice tone can be recorded: --input practice")
        return 0
    rows = [["", "device", "in", "out", "rates"]]
    for device in devices.devices:
        mark = ("●" if device.default_input else " ") + ("♪" if device.default_output else " ")
        rates = ", ".join(f"{rate / 1000:g}" for rate in device.rates)
        rows.append([mark, device.id, str(device.inputs), str(device.outputs), f"{rates} kHz" if rates else ""])
    for line in table(rows):
        output.say(line)
    output.say("● default input  ♪ default output")
    return 0
