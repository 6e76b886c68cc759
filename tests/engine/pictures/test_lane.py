"""A film ends where the sound of its take ends, however long it takes to write what is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from roomtone.devices.pictures import messages as cam
from roomtone.devices.pictures.model import PictureKind, PictureMode, PictureSource
from roomtone.devices.pictures.ring import RingKeeper, RingWriter, Shape
from roomtone.engine.pictures.camera import Camera
from roomtone.engine.pictures.lane import PictureLane
from roomtone.engine.pictures.proof import MovieProof
from roomtone.engine.pictures.taking import Ring
from roomtone.engine.pictures.timeline import Timeline
from roomtone.engine.pictures.timing import SoundClock, Taken
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import PictureFacts, PictureGap, TrackStart
from tests.engine.pictures.films import FPS, HEIGHT, RATE, WIDTH, new_track, picture

_SLOTS = 32


class _Filming:
    """A lane with everything around it but the camera's process: frames are put into its memory by hand."""

    def __init__(self, folder: Path) -> None:
        self.gaps: list[PictureGap] = []
        self.troubles: list[RoomtoneError] = []
        clock = SoundClock(RATE)
        clock.add(0, 0.0)
        timeline = Timeline(clock, RATE)
        timeline.begin(0)
        source = PictureSource("one", "One", PictureKind.CAMERA)
        camera = Camera(source, PictureMode(), lambda: folder / "none", SystemClock(), folder / "log", lambda: None)
        self.writer = RingWriter(folder / "ring", Shape(WIDTH, HEIGHT, 2, 2, _SLOTS))
        self._keeper = RingKeeper(folder / "ring")
        self._ring = Ring(self._keeper, cam.Opened(str(folder / "ring"), WIDTH, HEIGHT, FPS), 0)
        self._keeper.keep(True, 0)
        path = folder / "camera-1.mp4"
        start = TrackStart("camera-1.mp4", "video/mp4", device="one", width=WIDTH, height=HEIGHT, fps=FPS)
        self.lane = PictureLane(
            start, camera, new_track(path), MovieProof(path), timeline, SystemClock(), None,
            self.gaps.append, self.troubles.append,
        )  # fmt: skip

    def hear(self, seconds: float) -> None:
        """Capture sound."""
        self.lane.feed(np.zeros((round(seconds * RATE), 1), np.float32))

    def see(self, first: int, count: int) -> None:
        """Take pictures, one every thirtieth of a second since the take began; the camera's first is number 0."""
        for number in range(first, first + count):
            slot = self.writer.next_slot()
            assert slot is not None
            with self.writer.planes(slot) as planes:
                planes[:] = picture(number)
            frame = cam.Frame(self.writer.commit(slot), slot, number / FPS, number / FPS)
            self.lane.frame(self._ring, frame, Taken(number / FPS, False))

    def stop(self) -> PictureFacts:
        """End the take, write what waits, and return what the manifest will say."""
        self.lane.stop()
        facts = self.lane.seal([]).picture
        assert facts is not None
        self.lane.close()
        self._keeper.close()
        self.writer.close()
        assert not self.troubles
        return facts


def test_pictures_that_still_wait_when_the_sound_has_ended_are_kept_up_to_its_end_and_no_further(
    tmp_path: Path,
) -> None:
    filming = _Filming(tmp_path)
    filming.hear(0.5)
    filming.see(0, 30)
    filming.lane.end()
    # The thread of the film begins late, as it does on a machine that is busy.
    filming.lane.begin()
    facts = filming.stop()
    assert facts.frames == 16
    assert facts.gaps == []


def test_a_picture_that_comes_after_the_end_is_not_kept(tmp_path: Path) -> None:
    filming = _Filming(tmp_path)
    filming.hear(1.0)
    filming.see(0, 10)
    filming.lane.end()
    filming.see(10, 10)
    filming.lane.begin()
    assert filming.stop().frames == 10


def test_a_camera_that_went_away_leaves_a_gap_up_to_the_end_of_the_sound_and_its_rate_is_that_of_its_pictures(
    tmp_path: Path,
) -> None:
    filming = _Filming(tmp_path)
    filming.hear(3.0)
    filming.see(0, 30)
    filming.lane.begin()
    facts = filming.stop()
    assert [(gap.at, round(gap.at + gap.seconds, 6)) for gap in facts.gaps] == [(round(29 / FPS, 6), 3.0)]
    assert filming.gaps == facts.gaps
    assert abs(facts.fps - FPS) < 0.01
