"""The sound of this machine as the engine uses it, loaded when it is first needed.

PortAudio ends its process when the system names no sound device at all (an assertion in 19.6, Debian 12), so
nothing loads it before the lister process has found a device.
"""

from __future__ import annotations

import threading
from typing import Protocol

from roomtone.devices.model import PRACTICE_TONE
from roomtone.devices.practice import PracticeToneStream
from roomtone.devices.streams import Floats, InputStream
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import WorldError


class OutputStream(Protocol):
    """A running output. One thread writes; the caller closes it at the end."""

    def room(self) -> int:
        """Return how many frames can be written now."""

    def write(self, samples: Floats) -> None:
        """Add frames, shape (frames, channels), at most ``room()`` of them."""

    def waiting(self) -> int:
        """Return how many frames were written and not played yet."""

    @property
    def delay(self) -> float:
        """How many seconds pass until what was handed to the driver is heard."""

    def active(self) -> bool:
        """Return whether the driver still claims to run."""

    def close(self) -> None:
        """Stop at once."""


class SoundSystem:
    """Opens inputs and outputs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Set when a driver did not let go of a stream: only a new process can use the sound again.
        self.stuck = threading.Event()

    def open_input(self, device: str, rate: int, channels: list[int], *, look_again: bool) -> InputStream:
        """Open channels (from 1) of a device. Raises ``WorldError``.

        ``look_again`` makes devices known that came after the last look; it ends every open stream.
        """
        if device == PRACTICE_TONE:
            return PracticeToneStream(rate, len(channels), self._clock)
        self._check()
        from roomtone.devices import portaudio

        if look_again:
            portaudio.reset()
        return portaudio.PortAudioInput(device, rate, channels, self.stuck)

    def open_output(self, device: str, rate: int, channels: int, *, look_again: bool) -> OutputStream:
        """Open an output ("" is the default). Raises ``WorldError``."""
        self._check()
        from roomtone.devices import portaudio

        if look_again:
            portaudio.reset()
        return portaudio.PortAudioOutput(device, rate, channels, self.stuck)

    def _check(self) -> None:
        if self.stuck.is_set():
            raise WorldError(
                "sound-stuck",
                "The sound could not be opened",
                "A driver stopped answering",
                "Try again in a moment: Roomtone starts its sound anew",
            )
