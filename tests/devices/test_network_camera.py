"""A network camera, through the real process: its frames, times and memory, and what it says of what goes wrong."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from roomtone.devices.pictures.messages import Condition, Dropped, Frame, Lost, Opened, Snap, Snapped
from roomtone.devices.pictures.model import PictureMode
from tests.devices.viewer import Viewer, consecutive
from tests.rigs.camera import CameraRig, Fault, frame_number
from tests.rigs.processes import free_port, until

_MEMORY = 600 << 20


def test_every_frame_lies_in_the_ring_with_its_number_and_its_arrival() -> None:
    with CameraRig(640, 360, jitter=0.03) as rig, Viewer(rig.url, keep=True) as viewer:
        viewer.look_at_pictures = True
        opened = viewer.wait(Opened)
        assert (opened.width, opened.height, opened.full_range, opened.numbered) == (640, 360, True, True)
        for frame in viewer.wait_frames(8):
            viewer.keeper().keep(True, frame.number + 1)
        until(lambda: len(viewer.grays) >= 30 or _kept(viewer), 10, "30 frames")
        frames = [frame for frame, _ in viewer.grays]
        numbers = [number for number in viewer.numbers() if number is not None]
        assert [frame.number for frame in frames] == list(range(len(frames)))
        assert consecutive(numbers)
        assert len(numbers) == len(frames)
        for frame, number in zip(frames, numbers, strict=True):
            # Taken, sent at most 30 ms later, and told to have arrived before it was decoded.
            assert frame.arrival - rig.timeline.taken(number) >= 0.0
        times = [frame.source_time for frame in frames]
        assert np.allclose(np.diff(times), 1 / 30, atol=1e-9)


def _kept(viewer: Viewer) -> bool:
    """Let the camera write over what came; never enough."""
    frames = [event for event in viewer.events if isinstance(event, Frame)]
    viewer.keeper().keep(True, len(frames))
    return False


def test_frames_that_nobody_takes_are_dropped_and_told() -> None:
    with CameraRig(320, 240) as rig, Viewer(rig.url, keep=True) as viewer:
        viewer.wait(Dropped)
        # As many as the ring has room for came, and nothing was written over.
        kept = viewer.keeper().shape.slots
        assert len([event for event in viewer.events if isinstance(event, Frame)]) == kept
        viewer.keeper().keep(True, kept)
        viewer.mark()
        assert viewer.wait_frames(kept)[0].number == kept


def test_the_small_picture_follows_and_keeps_its_shape() -> None:
    with CameraRig(1280, 720, flashes=False) as rig, Viewer(rig.url, preview_width=320) as viewer:
        viewer.wait_frames(3)
        looker = viewer.looker()
        try:
            assert looker.size == (320, 180)
            raw = until(looker.newest, 5, "a small picture")
            picture = np.frombuffer(raw, np.uint8).reshape(180, 320, 4)
            assert frame_number(picture[:, :, 1], size=(1280, 720)) is not None
            assert until(looker.newest, 5, "the next small picture") != raw
        finally:
            looker.close()


def test_a_snap_is_the_whole_picture_as_png(tmp_path: Path) -> None:
    with CameraRig(640, 480, flashes=False) as rig, Viewer(rig.url) as viewer:
        viewer.wait_frames(1)
        file = tmp_path / "still.png"
        viewer.tell(Snap(str(file)))
        assert viewer.wait(Snapped).problem is None
        with av.open(str(file)) as still:
            gray = next(still.decode(video=0)).to_ndarray(format="gray")
        assert gray.shape == (480, 640)
        assert frame_number(gray) is not None
        before = file.read_bytes()
        viewer.mark()
        viewer.tell(Snap(str(file)))
        problem = viewer.wait(Snapped).problem
        assert problem is not None
        assert problem.code == "exists"
        assert file.read_bytes() == before


def test_another_size_makes_another_ring_and_no_other_connection() -> None:
    with CameraRig(640, 360) as rig, Viewer(rig.url) as viewer:
        first = viewer.wait(Opened)
        last = viewer.wait_frames(2)[-1].number
        viewer.mark()
        rig.resize(320, 240)
        again = viewer.wait(Opened)
        assert (again.width, again.height) == (320, 240)
        assert again.ring != first.ring
        assert viewer.wait_frames(2)[0].number > last
        assert viewer.keeper().shape.width == 320
        assert not Path(first.ring).exists()
        assert not [event for event in viewer.events if isinstance(event, Lost)]


def test_a_camera_that_dies_is_told_and_found_again() -> None:
    with CameraRig(320, 240) as rig, Viewer(rig.url) as viewer:
        viewer.wait_frames(2)
        rig.kill()
        viewer.wait_lost("camera-gone")
        viewer.mark()
        rig.start()
        viewer.wait(Opened)
        viewer.wait_frames(2)


def test_an_address_without_a_camera_is_told_at_once() -> None:
    with Viewer(f"http://127.0.0.1:{free_port()}/video") as viewer:
        lost = viewer.wait(Lost)
        assert lost.problem.code == "camera-gone"
        assert not lost.problem.ours


def test_a_camera_that_stands_still_is_silent_and_then_lost_and_comes_back() -> None:
    with CameraRig(320, 240) as rig, Viewer(rig.url) as viewer:
        viewer.wait_frames(2)
        rig.stop()
        viewer.wait_condition(Condition.SILENT)
        viewer.wait_lost("camera-silent")
        viewer.mark()
        rig.resume()
        viewer.wait(Opened)
        viewer.wait_frames(2)
        viewer.wait_condition(Condition.FINE)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.GARBAGE, "no-pictures"),
        (Fault.BROKEN, "no-pictures"),
        (Fault.ENDLESS, "frame-too-large"),
        (Fault.ENORMOUS, "frame-too-large"),
        (Fault.TINY, "picture-too-small"),
        (Fault.HUGE, "picture-too-large"),
    ],
)
def test_what_is_no_picture_is_said_and_costs_no_memory(fault: Fault, code: str) -> None:
    with CameraRig(320, 240) as rig, Viewer(rig.url) as viewer:
        viewer.wait_frames(2)
        rig.fault(fault)
        lost = viewer.wait_lost(code)
        assert not lost.problem.ours
        assert lost.problem.remedy
        peak = _peak(viewer.process.pid)
        assert peak < _MEMORY, f"{peak >> 20} MiB"
        viewer.mark()
        rig.fault(Fault.NONE)
        viewer.wait(Opened)
        viewer.wait_frames(2)


def test_black_frozen_and_slow_pictures_are_told() -> None:
    with CameraRig(320, 240, flashes=False) as rig, Viewer(rig.url, mode=PictureMode(0, 0, 30.0)) as viewer:
        assert viewer.wait(Opened).fps == 30.0
        for fault, condition in (
            (Fault.BLACK, Condition.BLACK),
            (Fault.FROZEN, Condition.FROZEN),
            (Fault.HALF, Condition.SLOW),
        ):
            viewer.mark()
            rig.fault(fault)
            told = viewer.wait_condition(condition)
            if condition is Condition.SLOW:
                assert 10 < told.fps < 21
            viewer.mark()
            rig.fault(Fault.NONE)
            viewer.wait_condition(Condition.FINE)


def test_the_process_ends_with_its_input_also_while_the_camera_hangs() -> None:
    with CameraRig(320, 240) as rig, Viewer(rig.url) as viewer:
        opened = viewer.wait(Opened)
        rig.stop()
        viewer.wait_condition(Condition.SILENT)
        assert viewer.process.stdin is not None
        viewer.process.stdin.close()
        assert viewer.process.wait(5) == 0
        assert not Path(opened.ring).exists()


def test_a_frame_without_a_length_is_not_held_back() -> None:
    with CameraRig(320, 240, fps=2, flashes=False, lengths=False) as rig, Viewer(rig.url) as viewer:
        viewer.look_at_pictures = True
        viewer.wait_frames(3)
        until(lambda: len(viewer.grays) >= 3, 5, "pictures")
        for frame, gray in viewer.grays:
            number = frame_number(gray)
            assert number is not None
            # The next frame would come half a second later.
            assert frame.arrival - rig.timeline.taken(number) < 0.4


def test_a_process_that_was_stopped_goes_on() -> None:
    with CameraRig(320, 240) as rig, Viewer(rig.url) as viewer:
        last = viewer.wait_frames(2)[-1].number
        viewer.process.send_signal(signal.SIGSTOP)
        until(lambda: psutil.Process(viewer.process.pid).status() == psutil.STATUS_STOPPED, 5, "the stop")
        viewer.process.send_signal(signal.SIGCONT)
        viewer.mark()
        numbers = [frame.number for frame in viewer.wait_frames(10)]
        assert numbers[0] > last
        assert all(later > earlier for earlier, later in itertools.pairwise(numbers))


def _peak(pid: int) -> int:
    """Return the most memory that a process ever held, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) << 10
    raise ValueError("no VmHWM")
