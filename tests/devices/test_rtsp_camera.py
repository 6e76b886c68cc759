"""An RTSP camera, through the real process: its frames at once, with the times of its own clock."""

from __future__ import annotations

import numpy as np

from roomtone.devices.pictures.messages import Lost, Opened
from tests.devices.viewer import Viewer, consecutive
from tests.rigs.processes import free_port, until
from tests.rigs.rtsp import RtspRig


def test_frames_come_at_once_and_with_the_times_of_the_cameras_clock() -> None:
    with RtspRig(fps=30.0, ppm=20_000.0) as rig, Viewer(rig.url) as viewer:
        viewer.look_at_pictures = True
        opened = viewer.wait(Opened)
        assert (opened.width, opened.height, opened.full_range, opened.numbered) == (320, 240, False, False)
        until(lambda: len(viewer.grays) >= 40, 20, "40 frames")
        seen = viewer.grays[:40]
        numbers = [number for number in viewer.numbers()[:40] if number is not None]
        assert len(numbers) == 40
        assert consecutive(numbers)
        # Its clock is 2 % fast, and says that frames are 1/30 s apart.
        assert np.allclose(np.diff([frame.source_time for frame, _ in seen]), 1 / 30, atol=1e-4)
        delays = [frame.arrival - rig.timeline.taken(number) for (frame, _), number in zip(seen, numbers, strict=True)]
        assert min(delays) > 0
        # FFmpeg gives a frame only when the next one begins, and that does not count.
        assert min(delays) < 1 / 60


def test_a_camera_that_leaves_is_told_and_found_again() -> None:
    with RtspRig() as rig, Viewer(rig.url) as viewer:
        viewer.wait_frames(2)
        rig.kill()
        viewer.wait_lost("camera-gone")
        viewer.mark()
        rig.start()
        viewer.wait(Opened)
        viewer.wait_frames(2)


def test_an_address_without_a_camera_is_told() -> None:
    with Viewer(f"rtsp://127.0.0.1:{free_port()}/video") as viewer:
        lost = viewer.wait(Lost)
        assert lost.problem.code == "camera-gone"
        assert not lost.problem.ours
