"""PortAudio, through ``sounddevice`` for the devices and ``rtmixer`` for the samples.

The real-time callback is rtmixer's, written in C: it moves samples between the device and a ring buffer and
never waits for Python. This module and ``lister`` are the only ones that load PortAudio.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import rtmixer
import sounddevice

from roomtone.devices.model import RATES, AudioDevice, DeviceList
from roomtone.devices.streams import Chunk, Floats, Gap
from roomtone.foundation.errors import WorldError

# How long the reader may be held up before anything is lost.
RING_SECONDS = 20


def reset() -> None:
    """Look at the machine anew. Every open stream of this process ends: call it only when there is none."""
    # sounddevice offers no public way to make PortAudio list its devices again.
    sounddevice._terminate()
    sounddevice._initialize()


def list_devices(*, with_rates: bool) -> DeviceList:
    """Return what PortAudio sees. Asking for the rates opens each device for a moment."""
    apis = sounddevice.query_hostapis()
    default_in, default_out = _defaults(apis)
    found = []
    for index, device in enumerate(sounddevice.query_devices()):
        host = apis[device["hostapi"]]["name"]
        if host.startswith("JACK") and device["name"].startswith("PortAudio"):
            # JACK lists programs as devices, and these are our own processes.
            continue
        found.append(
            AudioDevice(
                id=f"{host}/{device['name']}",
                host=host,
                name=device["name"],
                inputs=device["max_input_channels"],
                outputs=device["max_output_channels"],
                rate=int(device["default_samplerate"]),
                rates=_rates(index, device) if with_rates else [],
                default_input=index == default_in,
                default_output=index == default_out,
            )
        )
    return DeviceList(found)


def _defaults(apis: Any) -> tuple[int, int]:
    """Return the indices of the default input and output: JACK's where it runs, else the system's.

    A running JACK server owns the sound card, so that the other host APIs find nothing usable.
    """
    system: tuple[int, int] = tuple(sounddevice.default.device)
    for api in apis:
        if api["name"].startswith("JACK"):
            own = [i for i in api["devices"] if sounddevice.query_devices(i)["name"] == "system"]
            if own:
                return own[0], own[0]
    return _usable(system[0], "max_input_channels"), _usable(system[1], "max_output_channels")


def _usable(index: int, kind: str) -> int:
    devices = sounddevice.query_devices()
    if 0 <= index < len(devices) and devices[index][kind] > 0:
        return index
    return next((i for i, device in enumerate(devices) if device[kind] > 0), -1)


def _rates(index: int, device: Any) -> list[int]:
    if not device["max_input_channels"]:
        return []
    accepted = []
    for rate in RATES:
        with contextlib.suppress(sounddevice.PortAudioError):
            sounddevice.check_input_settings(index, channels=1, dtype="float32", samplerate=rate)
            accepted.append(rate)
    return accepted


def index_of(device_id: str) -> int:
    """Return PortAudio's present number of a device. Raises ``WorldError`` when it is not there."""
    apis = sounddevice.query_hostapis()
    for index, device in enumerate(sounddevice.query_devices()):
        if f"{apis[device['hostapi']]['name']}/{device['name']}" == device_id:
            return index
    raise WorldError(
        "device-gone",
        f"“{device_id}” is not there",
        "The system does not list it any more",
        "Plug it in again, or choose another device",
    )


def open_error(device_id: str, error: Exception) -> WorldError:
    """Convert PortAudio's refusal to open a device."""
    return WorldError(
        "device-refused",
        f"“{device_id}” could not be opened",
        str(error),
        "Check that no other program holds it and that it offers this sample rate",
    )


class PortAudioInput:
    """An input stream over rtmixer; see ``streams.InputStream`` for what it owes."""

    def __init__(self, device_id: str, rate: int, channels: list[int]) -> None:
        """Open channels (numbered from 1) of a device. Raises ``WorldError``."""
        self._rate = rate
        self._mapping = channels
        try:
            self._stream = rtmixer.Recorder(
                device=index_of(device_id),
                channels=max(channels),
                samplerate=rate,
                latency="high",
                dither_off=True,
                clip_off=True,
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise open_error(device_id, error) from error
        size = 1 << int(RING_SECONDS * rate - 1).bit_length()
        self._ring = rtmixer.RingBuffer(4 * len(channels), size)
        self._before = 0
        self._position = 0
        self._reported = 0
        try:
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self._stream.close()
            raise open_error(device_id, error) from error
        self._action = self._begin()

    @property
    def rate(self) -> int:
        return self._rate

    @property
    def channels(self) -> int:
        return len(self._mapping)

    def read(self) -> Chunk:
        full = self._action not in self._stream.actions
        samples = self._take()
        gaps: list[Gap] = []
        lost = self._action.stats.input_overflows - self._reported
        if lost:
            self._reported += lost
            gaps.append(Gap(self._position + len(samples), 0, overflow=False))
        if full and self._stream.active:
            silence = self._begin_again()
            gaps.append(Gap(self._position + len(samples), silence, overflow=True))
            samples = np.concatenate([samples, np.zeros((silence, self.channels), dtype=np.float32)])
        self._position += len(samples)
        return Chunk(samples, tuple(gaps))

    def arrived(self) -> int:
        return self._before + int(self._action.done_frames)

    def active(self) -> bool:
        return bool(self._stream.active)

    def close(self) -> None:
        with contextlib.suppress(sounddevice.PortAudioError):
            self._stream.abort()
        with contextlib.suppress(sounddevice.PortAudioError):
            self._stream.close()

    def _begin(self) -> Any:
        return self._stream.record_ringbuffer(self._ring, channels=self._mapping)

    def _begin_again(self) -> int:
        """Go on after the ring was full; return how many frames passed unheard."""
        ended = self._action.actual_time + self._action.done_frames / self._rate
        self._before += int(self._action.done_frames)
        self._action = self._begin()
        self._reported = 0
        while self._action.actual_time <= 0 and self._stream.active:
            # The callback takes the action up within one period.
            sounddevice.sleep(1)
        silence = int(max(0, round((self._action.actual_time - ended) * self._rate)))
        self._before += silence
        return silence

    def _take(self) -> Floats:
        available = self._ring.read_available
        if not available:
            return np.zeros((0, self.channels), dtype=np.float32)
        count, first, second = self._ring.get_read_buffers(available)
        samples = np.empty(count * self.channels, dtype=np.float32)
        head = np.frombuffer(first, dtype=np.float32)
        samples[: len(head)] = head
        if len(second):
            samples[len(head) :] = np.frombuffer(second, dtype=np.float32)
        self._ring.advance_read_index(count)
        return samples.reshape(-1, self.channels)


class PortAudioOutput:
    """Plays samples as they are handed over, through a ring buffer of half a second."""

    def __init__(self, device_id: str, rate: int, channels: int) -> None:
        """Open an output ("" is the system's default). Raises ``WorldError``."""
        try:
            self._stream = rtmixer.Mixer(
                device=index_of(device_id) if device_id else None, channels=channels, samplerate=rate, latency="high"
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise open_error(device_id or "the default output", error) from error
        self._channels = channels
        self._ring = rtmixer.RingBuffer(4 * channels, 1 << int(rate * 0.5).bit_length())
        self._action: Any = None
        try:
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self._stream.close()
            raise open_error(device_id or "the default output", error) from error

    def room(self) -> int:
        """Return how many frames can be written now."""
        return int(self._ring.write_available)

    def write(self, samples: Floats) -> None:
        """Add frames, shape (frames, channels), at most ``room()`` of them; playing starts with the first."""
        self._ring.write(np.ascontiguousarray(samples, dtype=np.float32))
        if self._action is None or self._action not in self._stream.actions:
            self._action = self._stream.play_ringbuffer(self._ring)

    def waiting(self) -> int:
        """Return how many frames were written and not played yet."""
        return int(self._ring.read_available)

    def active(self) -> bool:
        """Return whether the driver still claims to run."""
        return bool(self._stream.active)

    def close(self) -> None:
        """Stop at once."""
        with contextlib.suppress(sounddevice.PortAudioError):
            self._stream.abort()
        with contextlib.suppress(sounddevice.PortAudioError):
            self._stream.close()
