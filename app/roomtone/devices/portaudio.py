"""PortAudio, through ``sounddevice`` for the devices and ``rtmixer`` for the samples.

The real-time callback is rtmixer's, written in C: it moves samples between the device and a ring buffer and
never waits for Python. Only this module, ``refusals`` and ``lister`` load PortAudio.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import rtmixer
import sounddevice

from roomtone.devices.model import RATES, AudioDevice, DeviceList
from roomtone.devices.refusals import open_error
from roomtone.devices.streams import Chunk, Floats, Gap
from roomtone.foundation.errors import WorldError

log = logging.getLogger(__name__)

# A driver whose server died may never let go of a stream (seen with JACK); it is not waited for any longer.
CLOSE_SECONDS = 2.0
# How long the reader may be held up before anything is lost.
RING_SECONDS = 20
# How many milliseconds a callback is waited for; the longest periods are a tenth of a second.
_CALLBACK_TRIES = 500


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


def close_stream(stream: Any, stuck: threading.Event) -> None:
    """Stop and close a stream at once. Sets ``stuck`` when its driver does not let go of it.

    PortAudio cannot be used again in this process after that, not even to end it.
    """

    def close() -> None:
        with contextlib.suppress(sounddevice.PortAudioError):
            stream.abort()
        with contextlib.suppress(sounddevice.PortAudioError):
            stream.close()

    closing = threading.Thread(target=close, name="stream-close", daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    if closing.is_alive():
        log.warning("the sound driver does not let go of a stream")
        stuck.set()


class PortAudioInput:
    """An input stream over rtmixer; see ``streams.InputStream`` for what it owes."""

    def __init__(
        self,
        device_id: str,
        rate: int,
        channels: list[int],
        stuck: threading.Event,
        ring_seconds: float = RING_SECONDS,
    ) -> None:
        """Open channels (numbered from 1) of a device. Raises ``WorldError``. See ``close_stream`` for ``stuck``."""
        self._stuck = stuck
        self._rate = rate
        self._mapping = channels
        # JACK's time counts the frames of the card, so that cycles which this process missed show in it exactly.
        self._counts_frames = device_id.startswith("JACK")
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
        size = 1 << int(ring_seconds * rate - 1).bit_length()
        self._ring = rtmixer.RingBuffer(4 * len(channels), size)
        # What is left then is more than any callback brings at once.
        self._nearly_full = size - min(size // 2, 1 << 15)
        self._before = 0
        self._silence = 0
        self._origin = 0.0
        self._reported = 0
        self._ended = 0
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
        waiting = int(self._ring.read_available)
        # A look at the actions is dear, and only a ring without room ends one.
        full = waiting > self._nearly_full and self._action not in self._stream.actions
        samples = np.empty((waiting, len(self._mapping)), dtype=np.float32)
        if waiting:
            self._ring.readinto(samples)
            self._ended += waiting
        lost = self._action.stats.input_overflows - self._reported
        if not lost and not full:
            return Chunk(samples)
        gaps: list[Gap] = []
        silence = 0
        if lost:
            self._reported += lost
            silence = self._missed() if self._counts_frames else 0
            gaps.append(Gap(self._ended, silence, overflow=False))
        if full and self._stream.active:
            unheard = self._begin_again()
            gaps.append(Gap(self._ended + silence, unheard, overflow=True))
            silence += unheard
        if silence:
            self._silence += silence
            self._ended += silence
            samples = np.concatenate([samples, np.zeros((silence, self.channels), dtype=np.float32)])
        return Chunk(samples, tuple(gaps))

    def arrived(self) -> int:
        return self._before + int(self._action.done_frames) + self._silence

    def active(self) -> bool:
        return bool(self._stream.active)

    def close(self) -> None:
        close_stream(self._stream, self._stuck)

    def _begin(self) -> Any:
        return self._stream.record_ringbuffer(self._ring, channels=self._mapping)

    def _begin_again(self) -> int:
        """Go on after the ring was full; return how many frames passed unheard."""
        heard = self.arrived()
        if not self._counts_frames:
            # Two clocks drift apart; a short time is measured better than a long one.
            done = int(self._action.done_frames)
            self._origin = self._action.actual_time - (heard - done) / self._rate
        origin = self._start_time()
        self._before += int(self._action.done_frames)
        self._action = self._begin()
        self._reported = 0
        self._wait_for(lambda: self._action.actual_time > 0)
        unheard: float = (self._action.actual_time - origin) * self._rate - heard
        period = self._wait_period() if self._counts_frames else 1
        return max(0, round(unheard / period)) * period

    def _missed(self) -> int:
        """Return how many frames the card delivered while this process was held up and could not take them.

        Other programs on the server cause the same report without any harm to us; then it is 0.
        """
        # Right after the callback nothing but whole missed cycles lies between the card and us.
        period = self._wait_period()
        ahead: float = (self._stream.time - self._start_time()) * self._rate - self.arrived()
        return max(0, round(ahead / period)) * period

    def _start_time(self) -> float:
        """Return the stream time of the first frame."""
        if not self._origin:
            self._origin = self._action.actual_time
        return self._origin

    def _wait_period(self) -> int:
        """Wait until the callback has just been there; return how many frames it brought, at least 1."""
        done = [int(self._action.done_frames)] * 2

        def delivered() -> bool:
            done[0], done[1] = done[1], int(self._action.done_frames)
            return done[1] != done[0]

        return done[1] - done[0] if self._wait_for(delivered) else 1

    def _wait_for(self, condition: Callable[[], bool]) -> bool:
        """Wait for the callback, which comes once a period; a device that died meanwhile is not waited for."""
        for _ in range(_CALLBACK_TRIES):
            if condition():
                return True
            if not self._stream.active:
                break
            sounddevice.sleep(1)
        return False


class PortAudioOutput:
    """Plays samples as they are handed over, through a ring buffer of half a second."""

    def __init__(self, device_id: str, rate: int, channels: int, stuck: threading.Event) -> None:
        """Open an output ("" is the system's default). Raises ``WorldError``. See ``close_stream`` for ``stuck``."""
        self._stuck = stuck
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

    @property
    def delay(self) -> float:
        """How many seconds pass until what was handed to the driver is heard."""
        return float(self._stream.latency)

    def active(self) -> bool:
        """Return whether the driver still claims to run."""
        return bool(self._stream.active)

    def close(self) -> None:
        """Stop at once."""
        close_stream(self._stream, self._stuck)
