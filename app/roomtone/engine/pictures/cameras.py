"""The open cameras of the engine: opened and closed by command, recorded together with the sound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from roomtone.devices.pictures import messages as cam
from roomtone.devices.pictures.lookout import PictureLookout
from roomtone.devices.pictures.model import (
    PictureKind,
    PictureList,
    PictureMode,
    PictureSource,
    choose_source,
    parse_mode,
)
from roomtone.engine import messages as m
from roomtone.engine.pictures.bits import film_bytes_a_second
from roomtone.engine.pictures.camera import Camera
from roomtone.engine.pictures.offsets import Offsets
from roomtone.engine.pictures.rings import Rings
from roomtone.engine.pictures.timing import SoundClock
from roomtone.engine.recording import Films
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.foundation.paths import Home
from roomtone.takes.documents import TrackStart

if TYPE_CHECKING:
    from roomtone.engine.pictures.encoding import Encoders

# How the tracks of a kind of source are called.
_WORDS: Final = {
    PictureKind.CAMERA: "camera",
    PictureKind.NETWORK: "camera",
    PictureKind.SCREEN: "screen",
    PictureKind.WINDOW: "screen",
    PictureKind.PRACTICE: "practice",
}
# Where a source promises no rate and none was measured yet.
_USUAL_FPS = 30.0


class Cameras:
    """Opens, closes and describes cameras. Safe to use from several threads; ``changed`` must not block."""

    def __init__(self, home: Home, clock: Clock, rings: Rings, changed: Callable[[], None]) -> None:
        self._home = home
        self._rings = rings
        self._clock = clock
        self._changed = changed
        self._lookout = PictureLookout(home.logs / "pictures.out")
        self._offsets = Offsets(home.root / "sync-offsets.json")
        self._opening = threading.Lock()
        self._lock = threading.Lock()
        self._cameras: dict[str, Camera] = {}
        self._encoders: Encoders | None = None

    def look(self) -> PictureList:
        """Return the cameras, screens and windows of this machine."""
        return self._lookout.look()

    def open(self, command: m.OpenCamera) -> Camera:
        """Open a camera, or keep it when it is open in this mode already. Raises ``RoomtoneError``."""
        mode = parse_mode(command.mode)
        source = choose_source(PictureList([]) if "://" in command.source else self.look(), command.source)
        with self._opening:
            with self._lock:
                there = self._cameras.get(source.id)
            if there is not None and (mode in (there.mode, PictureMode())):
                return there
            if there is not None:
                self._remove(source.id)
            camera = Camera(source, mode, self._rings.name, self._clock, self._home.logs / "camera.out", self._changed)
            camera.open()
            with self._lock:
                self._cameras[source.id] = camera
        self._changed()
        return camera

    def close(self, source: str) -> None:
        """Let go of a camera; one that is not open is closed already."""
        with self._opening:
            self._remove(source)
        self._changed()

    def find(self, source: str) -> Camera:
        """Return the open camera ``source`` (its id; "" is the only one). Raises ``UsageError``."""
        with self._lock:
            found = self._cameras.get(source)
            if found is None and not source and len(self._cameras) == 1:
                found = next(iter(self._cameras.values()))
        if found is None:
            raise UsageError("camera-not-open", "Nothing was done", f"“{source}” is not open", "Open the camera first")
        return found

    @property
    def all(self) -> list[Camera]:
        """The open cameras, in the order in which they were opened."""
        with self._lock:
            return list(self._cameras.values())

    @property
    def bytes_a_second(self) -> int:
        """How fast the films of all open cameras would grow at most."""
        return sum(film_bytes_a_second(*camera.size) for camera in self.all)

    def films(
        self,
        cameras: list[Camera],
        source: m.Input,
        sound_clock: SoundClock,
        on_trouble: Callable[[RoomtoneError], None],
    ) -> Films:
        """Return what records ``cameras`` beside the sound of ``source``, whose clock ``sound_clock`` is."""
        # Codecs are loaded by the first take that has pictures.
        from roomtone.engine.pictures.films import FilmSet
        from roomtone.engine.pictures.timeline import Timeline

        timeline = Timeline(sound_clock, source.rate)
        offsets = [self._offsets.of(camera.source.id, source.device) for camera in cameras]
        channels = sum(map(len, source.tracks))
        return FilmSet(cameras, offsets, self._known_encoders(), timeline, channels, self._clock, on_trouble)

    def _known_encoders(self) -> Encoders:
        with self._lock:
            if self._encoders is None:
                from roomtone.engine.pictures.encoding import Encoders

                self._encoders = Encoders(self._home.cache / "encoders.json")
            return self._encoders

    def describe(self, device: str) -> list[m.Camera]:
        """Return all of them as others may see them, with what is known of each beside the input ``device``."""
        return [
            msgspec.structs.replace(camera.describe(), offset_ms=self._offsets.of(camera.source.id, device))
            for camera in self.all
        ]

    def keep_offset(self, source: str, device: str, offset_ms: float) -> None:
        """Keep what the self-test found. Raises ``OSError``."""
        self._offsets.keep(source, device, offset_ms)
        self._changed()

    def control(self, command: m.ControlCamera) -> None:
        """Set a control of an open camera. Raises ``UsageError``."""
        camera = self.find(command.source)
        known = [control.name for control in camera.describe().controls]
        if command.control not in known:
            raise UsageError(
                "no-such-control",
                "Nothing was set",
                f"“{camera.source.name}” offers no control called “{command.control}”",
                f"It offers: {', '.join(known) or 'none'}",
            )
        camera.control(cam.SetControl(command.control, command.value, command.automatic))

    def snap(self, command: m.SnapCamera) -> m.Snapshot:
        """Write the newest picture of an open camera to a file. Raises ``RoomtoneError``."""
        camera = self.find(command.source)
        camera.snap(Path(command.file))
        width, height, _ = camera.size
        return m.Snapshot(command.file, width, height)

    def attend(self) -> None:
        """Look after their processes."""
        for camera in self.all:
            camera.attend()

    def shut(self) -> None:
        """Close all of them."""
        with self._opening:
            for camera in self.all:
                self._remove(camera.source.id)
        self._lookout.close()

    def _remove(self, source: str) -> None:
        with self._lock:
            camera = self._cameras.pop(source, None)
        if camera is not None:
            camera.close()


def picture_tracks(cameras: list[Camera]) -> list[TrackStart]:
    """Return the tracks that a take gets from the open cameras, in their order."""
    numbers: dict[str, int] = {}
    tracks = []
    for camera in cameras:
        width, height, fps = camera.size
        word = _WORDS[camera.source.kind]
        numbers[word] = numbers.get(word, 0) + 1
        tracks.append(
            TrackStart(
                f"{word}-{numbers[word]}.mp4",
                "video/mp4",
                device=_without_password(camera.source),
                # Encoders of 4:2:0 want even sizes.
                width=width // 2 * 2,
                height=height // 2 * 2,
                fps=round(fps or _USUAL_FPS, 3),
            )
        )
    return tracks


def _without_password(source: PictureSource) -> str:
    scheme, sign, rest = source.id.partition("://")
    return f"{scheme}{sign}{rest.rsplit('@', 1)[-1]}" if sign else source.id
