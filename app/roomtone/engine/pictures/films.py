"""The films of a take: one lane for each camera that is open when it begins."""

from __future__ import annotations

from collections.abc import Callable

from roomtone.engine import messages as m
from roomtone.engine.lanes import Lane, Room
from roomtone.engine.pictures.bits import film_bytes_a_second
from roomtone.engine.pictures.camera import Camera
from roomtone.engine.pictures.encoding import Encoders
from roomtone.engine.pictures.lane import PictureLane
from roomtone.engine.pictures.movie import MovieTrack
from roomtone.engine.pictures.proof import MovieProof
from roomtone.engine.pictures.timeline import Timeline
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import PictureGap, TrackStart


class FilmSet:
    """Records cameras beside the sound of one take: the recorder's ``Films``."""

    def __init__(
        self,
        cameras: list[Camera],
        offsets: list[float | None],
        encoders: Encoders,
        timeline: Timeline,
        channels: int,
        clock: Clock,
        on_trouble: Callable[[RoomtoneError], None],
    ) -> None:
        """``offsets`` are what the self-tests found, in ms; ``channels`` are those of the take's sound."""
        self.timeline = timeline
        self._cameras = cameras
        self._offsets = offsets
        self._encoders = encoders
        self._channels = channels
        self._clock = clock
        self._on_trouble = on_trouble
        self._lanes: list[PictureLane] = []

    @property
    def sources(self) -> frozenset[str]:
        """The ids of the cameras that are recorded."""
        return frozenset(camera.source.id for camera in self._cameras)

    @property
    def bytes_a_second(self) -> int:
        """How fast the films can grow at most."""
        return sum(film_bytes_a_second(*camera.size) for camera in self._cameras)

    def open(self, room: Room, tracks: list[TrackStart], on_gap: Callable[[PictureGap], None]) -> list[Lane]:
        """Begin to record into ``tracks``, one for each camera. Raises ``OSError``."""
        for start, camera, offset in zip(tracks, self._cameras, self._offsets, strict=True):
            path = room.folder / start.name
            encoder = self._encoders.choose(start.width, start.height, start.fps)
            movie = MovieTrack(
                path,
                room.on_full,
                room.overflow,
                start.width,
                start.height,
                encoder,
                self.timeline.rate,
                self._channels,
            )
            proof = MovieProof(path)
            lane = PictureLane(
                start, camera, movie, proof, self.timeline, self._clock, offset, on_gap, self._on_trouble
            )
            self._lanes.append(lane)
        for lane in self._lanes:
            lane.begin()
        return list(self._lanes)

    def rolling(self) -> list[m.RollingPicture]:
        """Return the films as others may see them."""
        return [lane.rolling() for lane in self._lanes]
