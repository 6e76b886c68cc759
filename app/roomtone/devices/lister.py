"""The process that looks for devices, so that looking never disturbs a stream.

It reads a line from standard input and answers with one JSON document: ``list`` names the devices,
``rates`` also tries their sample rates. It ends with its input.
"""

from __future__ import annotations

import sys

import msgspec

from roomtone.devices import portaudio
from roomtone.devices.model import DeviceList


def run(home: str | None, arguments: list[str]) -> int:
    """Answer until the input ends."""
    del home, arguments
    first = True
    for line in sys.stdin:
        if not first:
            portaudio.reset()
        first = False
        answer: DeviceList = portaudio.list_devices(with_rates=line.strip() == "rates")
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        sys.stdout.flush()
    return 0
