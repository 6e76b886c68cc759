"""The network camera shows what it says it shows, at the times it says, to somebody else's reader."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from tests.rigs.camera import CameraRig, Fault, Gray, Pictures, Timeline, frame_number


def _watched(url: str) -> Iterator[tuple[float, Gray]]:
    with av.open(url, timeout=(5.0, 5.0)) as stream:
        for frame in stream.decode(video=0):
            yield time.monotonic(), np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def test_frames_come_in_order_at_their_times_and_carry_their_numbers() -> None:
    with CameraRig(640, 360, fps=30) as rig:
        seen = list(itertools.islice(_watched(rig.url), 45))
    numbers = [frame_number(gray) for _, gray in seen]
    first = numbers[0]
    assert first is not None
    assert numbers == list(range(first, first + 45))
    late = [when - rig.timeline.taken(first + index) for index, (when, _) in enumerate(seen)]
    assert min(late) > 0
    white = [bool(gray[100:].mean() > 200) for _, gray in seen]
    assert white == [rig.timeline.white(first + index) for index in range(45)]
    assert 2 < sum(white) <= 6


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (960, 544), (1920, 1080)])
def test_the_bar_code_survives_h264(size: tuple[int, int]) -> None:
    width, height = size
    pictures = Pictures(width, height)
    decoder = av.CodecContext.create("mjpeg", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuv420p", Fraction(1, 30)
    encoder.options = {"crf": "32", "preset": "ultrafast", "tune": "zerolatency"}
    reader = av.CodecContext.create("h264", "r")
    assert isinstance(reader, av.VideoCodecContext)
    found = []
    wanted = [0, 1, 5_000, 123_456, 2**24 - 1]
    for index, number in enumerate(wanted):
        for frame in decoder.decode(av.Packet(pictures.frame(number, white=False))):
            frame.pts = index
            for packet in encoder.encode(frame.reformat(format="yuv420p")):
                found += [frame_number(back.to_ndarray(format="gray")) for back in reader.decode(packet)]
    found += [frame_number(back.to_ndarray(format="gray")) for back in reader.decode(None)]
    assert found == wanted


def test_a_picture_without_a_bar_code_has_no_number() -> None:
    assert frame_number(np.zeros((360, 640), np.uint8)) is None
    assert frame_number(np.random.default_rng(1).integers(0, 256, (360, 640), np.uint8)) is None


def test_a_fast_clock_takes_more_frames_and_its_flashes_stay_a_second_apart() -> None:
    line = Timeline(100.0, 30.0, ppm=200.0)
    assert line.latest(100.0 + 600.0) == 18_003
    times = [line.flash_time(n) for n in range(600)]
    assert all(0 <= when - 100.0 - n < 1 / 29.9 for n, when in enumerate(times))
    assert all(line.white(line.flash_frame(n)) and not line.white(line.flash_frame(n) - 1) for n in range(1, 600))


def test_jitter_delays_frames_and_loses_none() -> None:
    with CameraRig(320, 240, fps=30, jitter=0.08, flashes=False) as rig:
        seen = list(itertools.islice(_watched(rig.url), 40))
    numbers = [frame_number(gray) or 0 for _, gray in seen]
    assert numbers == list(range(numbers[0], numbers[0] + 40))
    late = [when - rig.timeline.taken(number) for (when, _), number in zip(seen, numbers, strict=True)]
    assert max(late) - min(late) > 0.03


def test_faults_do_what_they_say() -> None:
    with CameraRig(320, 240, fps=60, flashes=False) as rig:
        frames = _watched(rig.url)
        next(frames)
        rig.fault(Fault.FROZEN)
        held = [frame_number(gray) for _, gray in itertools.islice(frames, 20)][10:]
        assert len(set(held)) == 1
        rig.fault(Fault.BLACK)
        assert list(itertools.islice(frames, 10))[-1][1].max() < 5
        rig.fault(Fault.HALF)
        numbers = [frame_number(gray) or 0 for _, gray in itertools.islice(frames, 20)][10:]
        assert set(np.diff(numbers)) == {2}
        rig.fault(Fault.NONE)
        rig.resize(640, 480)
        assert next(gray for _, gray in frames if gray.shape == (480, 640)) is not None
        rig.kill()
        rig.start()
        again = [frame_number(gray) or 0 for _, gray in itertools.islice(_watched(rig.url), 2)]
        assert again[0] > numbers[-1]
