"""The engine worker as the layers above see it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from roomtone.devices.model import DeviceList
from roomtone.devices.pictures.model import PictureList
from roomtone.engine import messages as m
from roomtone.foundation.clock import Clock
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.paths import Home
from roomtone.foundation.workers.client import WorkerClient, attach
from roomtone.foundation.workers.spawn import ensure

log = logging.getLogger(__name__)

# Sealing waits for a disk that may be busy; a take is never given up because of it.
_SEAL_SECONDS = 120.0
_RATES_SECONDS = 60.0
# A network camera may take its time to answer, and is then given up by its own process.
_CAMERA_SECONDS = 30.0


class EngineClient:
    """A typed connection to the engine worker of a home. Every call raises ``RoomtoneError`` subclasses."""

    def __init__(self, client: WorkerClient) -> None:
        self._client = client

    @staticmethod
    def ensure(
        home: Home, clock: Clock, on_event: Callable[[m.Event], None], on_lost: Callable[[], None]
    ) -> EngineClient:
        """Connect, starting the worker where none runs."""
        return EngineClient(ensure(home, m.NAME, clock, _decoding(on_event), on_lost))

    @staticmethod
    def attach(home: Home, on_event: Callable[[m.Event], None], on_lost: Callable[[], None]) -> EngineClient | None:
        """Connect to the worker if one runs."""
        client = attach(home, m.NAME, _decoding(on_event), on_lost)
        return EngineClient(client) if client is not None else None

    def status(self) -> m.Status:
        return self._client.call(m.GetStatus(), m.Status)

    def devices(self, *, rates: bool = False) -> DeviceList:
        """Return the devices; asking for their rates takes a while."""
        return self._client.call(m.LookForDevices(rates), DeviceList, _RATES_SECONDS)

    def open_input(self, device: str = "", channels: str = "", rate: int = 0, form: m.Format = "flac") -> m.Input:
        """Open an input; the one that is open already is closed, unless it is the same."""
        return self._client.call(m.OpenInput(device, channels, rate, form), m.Input)

    def close_input(self) -> None:
        self._client.call(m.CloseInput(), m.Done)

    def start_take(self, request: m.StartTake) -> m.Rolling:
        return self._client.call(request, m.Rolling)

    def stop_take(self, take: str = "") -> m.Sealed:
        """Stop the rolling take and return it sealed, read back and hashed."""
        return self._client.call(m.StopTake(take), m.Sealed, _SEAL_SECONDS)

    def look_for_pictures(self) -> PictureList:
        """Return the cameras, screens and windows."""
        return self._client.call(m.LookForPictures(), PictureList, _RATES_SECONDS)

    def open_camera(self, source: str = "", mode: str = "") -> m.Camera:
        """Open a camera, screen or address; it is there when its first picture is. Open already, it stays."""
        return self._client.call(m.OpenCamera(source, mode), m.Camera, _CAMERA_SECONDS)

    def close_camera(self, source: str) -> None:
        """Let go of a camera. Refused while a take records it."""
        self._client.call(m.CloseCamera(source), m.Done)

    def control_camera(self, source: str, control: str, value: float = 0.0, *, automatic: bool = False) -> None:
        """Hold a control of a camera, or leave it to the camera."""
        self._client.call(m.ControlCamera(source, control, value, automatic), m.Done)

    def snap(self, source: str, file: str) -> m.Snapshot:
        """Write the newest picture of an open camera to ``file`` (PNG), which must be new."""
        return self._client.call(m.SnapCamera(source, file), m.Snapshot, _CAMERA_SECONDS)

    def self_test(self, source: str, seconds: float = 8.0, *, claps: bool = False, keep: bool = True) -> m.SelfTested:
        """Find how late a camera is against the open input, from flashes and beeps or from claps."""
        return self._client.call(m.SelfTest(source, seconds, claps, keep), m.SelfTested, seconds + _CAMERA_SECONDS)

    def play(
        self,
        take: str,
        file: str,
        at: float = 0.0,
        device: str = "",
        film: str = "",
        offset: float = 0.0,
        seconds: float = 0.0,
    ) -> m.Playing:
        return self._client.call(m.Play(take, file, at, device, film, offset, seconds), m.Playing)

    def seek(self, at: float) -> None:
        self._client.call(m.Seek(at), m.Done)

    def pause(self, on: bool) -> None:
        self._client.call(m.Pause(on), m.Done)

    def stop_playing(self) -> None:
        self._client.call(m.StopPlaying(), m.Done)

    def close(self) -> None:
        """End the connection; the worker goes on."""
        self._client.close()


def _decoding(on_event: Callable[[m.Event], None]) -> Callable[[msgspec.Raw], None]:
    decoder: msgspec.json.Decoder[m.Event] = decoder_of(m.Event)

    def decode(raw: msgspec.Raw) -> None:
        try:
            event = decoder.decode(raw)
        except msgspec.DecodeError:
            # An event of a newer engine: not ours to understand.
            log.info("an unknown event was skipped")
            return
        if isinstance(event, m.Moments):
            for levels in event.levels:
                on_event(levels)
        else:
            on_event(event)

    return decode
