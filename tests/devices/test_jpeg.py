"""The reader of motion JPEG gives every frame whole, however the stream is cut, and takes the liberties of cameras."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.devices.pictures.jpeg import JpegDecoder, Multipart, Part, jpeg_size
from roomtone.devices.pictures.sources import MAX_COMPRESSED
from roomtone.foundation.errors import WorldError


def _jpeg(width: int = 64, height: int = 48, seed: int = 1) -> bytes:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    ok, encoded = cv2.imencode(".jpg", picture)
    assert ok
    return encoded.tobytes()


_FRAMES = [_jpeg(seed=seed) for seed in range(3)]
_WITH_LENGTH = b"".join(b"--cut\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(f), f) for f in _FRAMES)
_WITHOUT = b"".join(b"--cut\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n" % f for f in _FRAMES)
_BARE_LINES = b"".join(b"--cut\nContent-Type: image/jpeg\n\n%s\n" % f for f in _FRAMES)


@settings(deadline=None)
@given(st.lists(st.integers(0, len(_WITH_LENGTH)), max_size=12), st.sampled_from([_WITH_LENGTH, _WITHOUT, _BARE_LINES]))
def test_frames_come_whole_wherever_the_stream_is_cut(cuts: list[int], stream: bytes) -> None:
    reader = Multipart("the camera", "cut")
    found: list[Part] = []
    before = 0
    for number, at in enumerate([*sorted(cuts), len(stream)]):
        found += reader.feed(stream[before:at], float(number))
        before = max(before, at)
    assert [part.data for part in found] == _FRAMES
    assert [part.arrival for part in found] == sorted(part.arrival for part in found)


@pytest.mark.parametrize("declared", ["cut", "--cut", '"cut"'])
def test_a_boundary_may_be_declared_with_its_dashes(declared: str) -> None:
    assert [part.data for part in Multipart("x", declared).feed(_WITH_LENGTH, 0.0)] == _FRAMES


def test_a_frame_arrives_with_its_first_bytes_and_keeps_the_time_that_the_camera_tells() -> None:
    reader = Multipart("the camera", "cut")
    head = b"--cut\r\nX-Timestamp: 1700000000.250000\r\nContent-Length: %d\r\n\r\n" % len(_FRAMES[0])
    assert reader.feed(head, 1.0) == []
    assert reader.feed(_FRAMES[0][:10], 2.0) == []
    (part,) = reader.feed(_FRAMES[0][10:], 3.0)
    assert (part.arrival, part.timestamp) == (2.0, 1_700_000_000.25)


@pytest.mark.parametrize("length", ["-5", "x", "１２", ""])
def test_a_length_that_is_none_is_passed_over(length: str) -> None:
    stream = b"--cut\r\nContent-Length: " + length.encode() + b"\r\n\r\n" + _FRAMES[0] + b"\r\n"
    assert [part.data for part in Multipart("x", "cut").feed(stream, 0.0)] == [_FRAMES[0]]


def _flood(reader: Multipart) -> None:
    for _ in range(2 * MAX_COMPRESSED >> 16):
        reader.feed(b"Z" * (1 << 16), 0.0)


def test_what_has_no_end_is_given_up() -> None:
    with pytest.raises(WorldError) as refused:
        Multipart("x", "cut").feed(b"--cut\r\nContent-Length: %d\r\n\r\n" % (MAX_COMPRESSED + 1), 0.0)
    assert refused.value.code == "frame-too-large"
    for begin, code in (
        (b"--cut\r\n\r\n\xff\xd8", "frame-too-large"),
        (b"", "no-pictures"),
        (b"--cut\r\nX: ", "no-pictures"),
    ):
        reader = Multipart("x", "cut")
        reader.feed(begin, 0.0)
        with pytest.raises(WorldError) as refused:
            _flood(reader)
        assert refused.value.code == code


def test_the_size_is_read_without_decoding() -> None:
    assert jpeg_size(_jpeg(64, 48)) == (64, 48)
    assert jpeg_size(b"") is None
    assert jpeg_size(b"GIF89a" + bytes(20)) is None
    assert jpeg_size(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 3) is None


@given(st.binary(max_size=200))
def test_noise_is_no_jpeg_and_no_crash(noise: bytes) -> None:
    found = jpeg_size(b"\xff\xd8" + noise)
    assert found is None or min(found) >= 0


def test_a_damaged_frame_is_left_out_and_the_next_is_whole() -> None:
    decoder = JpegDecoder("the camera")
    whole = _jpeg(640, 480)
    assert decoder.decode(whole[: len(whole) // 2]) is None
    image = decoder.decode(whole)
    assert image is not None
    assert (image.width, image.height) == (640, 480)


@pytest.mark.parametrize(("size", "code"), [(20_000, "picture-too-large"), (8, "picture-too-small")])
def test_an_impossible_size_is_refused(size: int, code: str) -> None:
    frame = bytearray(_jpeg())
    struct.pack_into(">HH", frame, frame.index(b"\xff\xc0") + 5, size, size)
    with pytest.raises(WorldError) as refused:
        JpegDecoder("the camera").decode(bytes(frame))
    assert refused.value.code == code
