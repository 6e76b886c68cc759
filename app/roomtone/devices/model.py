"""Devices as plain data, and the ways people name channels."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.foundation.errors import UsageError, WorldError

PRACTICE_TONE: Final = "Roomtone/Practice tone"
RATES: Final = (44_100, 48_000, 88_200, 96_000, 176_400, 192_000)


class AudioDevice(msgspec.Struct, frozen=True):
    """An audio device. ``id`` is its host API and name, which stay the same when numbers change.

    ``inputs`` and ``outputs`` count channels; ``rates`` in Hz holds those that the device accepted for input.
    """

    id: str
    host: str
    name: str
    inputs: int
    outputs: int
    rate: int
    rates: list[int]
    default_input: bool = False
    default_output: bool = False


class DeviceList(msgspec.Struct, frozen=True):
    """What the machine offers right now."""

    devices: list[AudioDevice]

    @property
    def inputs(self) -> list[AudioDevice]:
        """The devices that can record, the default one first."""
        found = [device for device in self.devices if device.inputs]
        return sorted(found, key=lambda device: not device.default_input)


def practice_device() -> AudioDevice:
    """Return the built-in practice tone as a device: one channel, never a default."""
    return AudioDevice(PRACTICE_TONE, "Roomtone", "Practice tone", 1, 0, 48_000, list(RATES))


def choose_input(devices: DeviceList, wanted: str) -> AudioDevice:
    """Return the input called ``wanted`` (an id, a name or an unambiguous part of one; "" is the default).

    Raises ``WorldError`` with code ``no-input`` when there is none at all, else ``UsageError`` with ``no-such-input``.
    """
    inputs = devices.inputs
    if wanted == PRACTICE_TONE:
        return practice_device()
    if not wanted:
        if inputs:
            return inputs[0]
        raise WorldError(
            "no-input",
            "There is no sound input",
            "The system offers no microphone or interface",
            "Plug one in, or use the built-in practice tone",
        )
    exact = [device for device in inputs if wanted in (device.id, device.name)]
    found = exact or [device for device in inputs if wanted.lower() in device.id.lower()]
    if wanted.lower() == "practice" and not found:
        return practice_device()
    if len(found) == 1 or exact:
        return found[0]
    raise UsageError(
        "no-such-input",
        f"No single sound input is called “{wanted}”",
        "There are: " + (", ".join(device.id for device in inputs) or "none"),
        "Choose one of these; roomtone devices lists them",
    )


def parse_channels(text: str, available: int) -> list[list[int]]:
    """Read which channels become which tracks: ``1,2`` two mono tracks, ``1+2`` one stereo track, ``1+2,5`` both.

    "" means every channel: one mono track, or one stereo track where there are two. Raises ``UsageError``.
    """
    if not text.strip():
        return [[1]] if available == 1 else [[1, 2]]
    groups: list[list[int]] = []
    for part in text.split(","):
        numbers = part.strip().split("+")
        if len(numbers) > 2 or not all(n.strip().isascii() and n.strip().isdigit() for n in numbers):
            raise _bad_channels(text, "Write 1,2 for two tracks or 1+2 for one stereo track")
        groups.append([int(n) for n in numbers])
    flat = [channel for group in groups for channel in group]
    if any(channel < 1 or channel > available for channel in flat):
        raise _bad_channels(text, f"The input has the channels 1 to {available}")
    if len(set(flat)) != len(flat):
        raise _bad_channels(text, "A channel is named twice")
    return groups


def _bad_channels(text: str, why: str) -> UsageError:
    return UsageError("bad-channels", f"The channels “{text}” cannot be recorded", why, "Change --channels")
