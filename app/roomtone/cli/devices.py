"""``roomtone devices``: what the machine offers."""

from __future__ import annotations

import argparse
from typing import Final

from roomtone.cli.command import Families, add_command
from roomtone.cli.output import Output, table
from roomtone.devices.model import DeviceList
from roomtone.devices.pictures.model import PictureList, PictureMode
from roomtone.foundation.clock import Clock
from roomtone.foundation.paths import Home
from roomtone.studio.workshop import Workshop

_MODES: Final = 4


def add(commands: Families[argparse.ArgumentParser]) -> None:
    """Add the family to the command line."""
    add_command(commands, "devices", "list the sound inputs and outputs, cameras, screens and windows", _devices)


def _devices(options: argparse.Namespace, home: Home, clock: Clock, output: Output) -> int:
    del options
    workshop = Workshop(home, clock)
    try:
        devices = workshop.devices(rates=True)
        pictures = workshop.engine().look_for_pictures()
    finally:
        workshop.close()
    output.document({"devices": devices.devices, "pictures": pictures})
    _say_sound(output, devices)
    _say_pictures(output, pictures)
    return 0


def _say_sound(output: Output, devices: DeviceList) -> None:
    if not devices.devices:
        output.say("No sound device is there. The practice tone can be recorded: --input practice")
        return
    rows = [["", "device", "in", "out", "rates"]]
    for device in devices.devices:
        mark = ("●" if device.default_input else " ") + ("♪" if device.default_output else " ")
        rates = ", ".join(f"{rate / 1000:g}" for rate in device.rates)
        rows.append([mark, device.id, str(device.inputs), str(device.outputs), f"{rates} kHz" if rates else ""])
    for line in table(rows):
        output.say(line)
    output.say("● default input  ♪ default output")


def _say_pictures(output: Output, pictures: PictureList) -> None:
    output.say("")
    if pictures.problem:
        output.say(pictures.problem)
    if not pictures.sources:
        output.say("No camera or screen is there. --camera takes an address too, such as http://phone:8080/video")
        return
    rows = [["picture", "kind", "name", "modes"]]
    for source in pictures.sources:
        modes = ", ".join(_mode(mode) for mode in source.modes[:_MODES])
        rows.append([source.id, source.kind, source.name, modes + (" …" if len(source.modes) > _MODES else "")])
    for line in table(rows):
        output.say(line)


def _mode(mode: PictureMode) -> str:
    return f"{mode.width}×{mode.height}" + (f" @ {mode.fps:g}" if mode.fps else "")
