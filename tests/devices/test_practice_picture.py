"""The practice picture moves, tells the time, and is what it says: a source like any other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from roomtone.devices.pictures.frames import luma
from roomtone.devices.pictures.messages import Frame, Opened
from roomtone.devices.pictures.model import PRACTICE_PICTURE, PictureKind, PictureMode, practice_source
from roomtone.devices.pictures.practice import PracticePicture
from roomtone.foundation.clock import ManualClock
from tests.devices.viewer import Viewer
from tests.rigs.processes import until


@pytest.mark.parametrize("mode", [PictureMode(), *practice_source().modes, PictureMode(320, 240, 10.0)])
def test_it_comes_at_its_rate_and_every_frame_differs(mode: PictureMode) -> None:
    source = PracticePicture(mode, ManualClock())
    pictures = [source.read() for _ in range(5)]
    rate = mode.fps or 30.0
    assert source.promise.fps == rate
    assert (pictures[0].image.width, pictures[0].image.height) == (mode.width or 1280, mode.height or 720)
    assert np.allclose(np.diff([picture.source_time for picture in pictures]), 1 / rate)
    for earlier, later in itertools.pairwise(pictures):
        assert not np.array_equal(luma(earlier.image), luma(later.image))


def test_it_is_shown_by_the_process() -> None:
    mode = PictureMode(640, 360, 30.0)
    with Viewer(PRACTICE_PICTURE, PictureKind.PRACTICE, mode) as viewer:
        viewer.look_at_pictures = True
        opened = viewer.wait(Opened)
        assert (opened.width, opened.height, opened.fps, opened.full_range) == (640, 360, 30.0, False)
        frames = viewer.wait_frames(10)
        until(lambda: len(viewer.grays) >= 10, 5, "pictures")
        assert [frame.number for frame in frames] == list(range(len(frames)))
        assert viewer.grays[-1][1].max() > 200
        assert all(isinstance(event, Opened | Frame) for event in viewer.events)
