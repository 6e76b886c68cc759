"""Local cameras, as far as a machine without one can show: what a driver is asked, and what OpenCV's frames become."""

from __future__ import annotations

import errno
import itertools
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import av
import cv2
import numpy as np
import pytest

from roomtone.devices.pictures import v4l2
from roomtone.devices.pictures.frames import as_planar, full_range, luma
from roomtone.devices.pictures.jpeg import JpegDecoder
from roomtone.devices.pictures.local import LocalCamera, check_device, picture_of
from roomtone.devices.pictures.model import Control, PictureKind, PictureMode
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import WorldError
from tests.devices.viewer import Viewer, consecutive
from tests.rigs.camera import CameraRig, frame_number
from tests.rigs.processes import cannot

_MJPG, _YUYV, _ODD = (int.from_bytes(code, "little") for code in (b"MJPG", b"YUYV", b"H264"))
_NOBODY = 65534
T = TypeVar("T")


class Driver:
    """A camera's driver as the kernel's header describes it: answers requests in place, or refuses with EINVAL."""

    def __init__(self) -> None:
        self.values = {0x009A0901: 3, 0x009A0902: 156, 0x009A090A: 10}
        self.busy = False
        # Exposure modes that this camera has: manual and aperture priority.
        self._exposures = (1, 3)

    def __call__(self, request: int, buffer: bytearray) -> None:
        answers = {
            v4l2.ENUM_FORMATS: self._format,
            v4l2.ENUM_SIZES: self._size,
            v4l2.ENUM_INTERVALS: self._interval,
            v4l2.QUERY_CONTROL: self._query,
            v4l2.GET_CONTROL: self._get,
            v4l2.SET_CONTROL: self._set,
            v4l2.REQUEST_BUFFERS: self._buffers,
        }
        answers[request](buffer)

    def _format(self, buffer: bytearray) -> None:
        struct.pack_into("=I", buffer, 44, self._of([_MJPG, _YUYV, _ODD], buffer))

    def _size(self, buffer: bytearray) -> None:
        pixels = struct.unpack_from("=I", buffer, 4)[0]
        if pixels == _ODD:
            self._of([None], buffer)
            struct.pack_into("=I6I", buffer, 8, 3, 320, 1920, 16, 240, 1080, 8)
            return
        sizes = {_MJPG: [(1920, 1080), (1280, 720)], _YUYV: [(640, 480), (60_000, 60_000)]}[pixels]
        struct.pack_into("=III", buffer, 8, 1, *self._of(sizes, buffer))

    def _interval(self, buffer: bytearray) -> None:
        pixels, width = struct.unpack_from("=II", buffer, 4)
        if pixels == _ODD:
            self._of([None], buffer)
            struct.pack_into("=I6I", buffer, 16, 3, 1, 30, 1, 10, 0, 1)
            return
        rates = {1920: [(1, 30)], 1280: [(1, 60), (1001, 30_000)], 640: [(1, 30), (2, 15)]}[width]
        struct.pack_into("=III", buffer, 16, 1, *self._of(rates, buffer))

    def _query(self, buffer: bytearray) -> None:
        limits = {0x009A0902: (3, 2047, 0), 0x009A090A: (0, 250, 0), 0x0098091A: (2800, 6500, 1)}
        control = struct.unpack_from("=I", buffer)[0]
        if control not in limits:
            raise OSError(errno.EINVAL, "invalid")
        low, high, flags = limits[control]
        struct.pack_into("=iiiiI", buffer, 40, low, high, 1, low, flags)

    def _get(self, buffer: bytearray) -> None:
        control = struct.unpack_from("=I", buffer)[0]
        if control not in self.values:
            raise OSError(errno.EINVAL, "invalid")
        struct.pack_into("=i", buffer, 4, self.values[control])

    def _set(self, buffer: bytearray) -> None:
        control, value = struct.unpack("=Ii", buffer)
        if control not in self.values or (control == 0x009A0901 and value not in self._exposures):
            raise OSError(errno.EINVAL, "invalid")
        self.values[control] = value

    def _buffers(self, _: bytearray) -> None:
        if self.busy:
            raise OSError(errno.EBUSY, "busy")

    @staticmethod
    def _of(choices: Sequence[T], buffer: bytearray) -> T:
        """Return the choice that the first number asks for; past the end the driver refuses."""
        index = int.from_bytes(buffer[:4], "little")
        if index >= len(choices):
            raise OSError(errno.EINVAL, "invalid")
        return choices[index]


def test_requests_have_the_codes_of_the_kernel() -> None:
    # As linux/videodev2.h gives them on every 64-bit machine; the size of each structure is part of its code.
    assert [
        v4l2.ENUM_FORMATS,
        v4l2.ENUM_SIZES,
        v4l2.ENUM_INTERVALS,
        v4l2.QUERY_CONTROL,
        v4l2.GET_CONTROL,
        v4l2.SET_CONTROL,
        v4l2.REQUEST_BUFFERS,
    ] == [0xC0405602, 0xC02C564A, 0xC034564B, 0xC0445624, 0xC008561B, 0xC008561C, 0xC0145608]


def test_a_camera_tells_its_real_modes() -> None:
    found = v4l2.modes(Driver())
    assert found[0] == PictureMode(1920, 1080, 30.0)
    assert PictureMode(1280, 720, 60.0) in found
    assert PictureMode(1280, 720, 29.97) in found
    assert PictureMode(640, 480, 7.5) in found
    # What takes any size between two is listed with the usual ones.
    assert PictureMode(960, 540, 15.0) in found
    assert PictureMode(960, 540, 60.0) not in found
    assert all(mode.width <= 1920 for mode in found)
    assert len(found) == len(set(found))


def test_a_device_that_is_no_camera_has_no_modes(tmp_path: Path) -> None:
    file = tmp_path / "video0"
    file.write_bytes(b"")
    with file.open("r+b") as device:
        import fcntl

        assert v4l2.modes(lambda request, buffer: fcntl.ioctl(device, request, buffer)) == []


def test_controls_are_held_within_their_limits_and_given_back() -> None:
    driver = Driver()
    exposure, focus = v4l2.controls(driver)
    assert exposure == Control("exposure", 156, 3, 2047, automatic=True)
    assert focus == Control("focus", 10, 0, 250, automatic=None)
    v4l2.set_control(driver, "exposure", 5_000.0, automatic=False)
    assert v4l2.controls(driver)[0] == Control("exposure", 2047, 3, 2047, automatic=False)
    v4l2.set_control(driver, "exposure", 0.0, automatic=True)
    assert v4l2.controls(driver)[0].automatic is True
    before = dict(driver.values)
    v4l2.set_control(driver, "zoom", 3.0, automatic=False)
    assert driver.values == before


def test_a_camera_in_use_is_noticed() -> None:
    driver = Driver()
    assert not v4l2.busy(driver)
    driver.busy = True
    assert v4l2.busy(driver)


def test_a_camera_that_is_not_there_is_told() -> None:
    with Viewer("/dev/video77", PictureKind.CAMERA) as viewer:
        viewer.wait_lost("camera-gone")
    with pytest.raises(WorldError, match="is gone"):
        check_device("the camera", Path("/dev/video77"))


def test_a_camera_that_is_closed_to_this_account_is_told(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.write_bytes(b"")
    device.chmod(0o600)
    check_device("the camera", device)
    if os.geteuid():
        cannot("only root can ask as somebody else")
    os.seteuid(_NOBODY)
    try:
        with pytest.raises(WorldError) as refused:
            check_device("the camera", device)
    finally:
        os.seteuid(0)
    assert refused.value.code == "no-permission"
    assert "video" in refused.value.remedy


def test_frames_of_every_kind_become_the_same_picture() -> None:
    decoder = JpegDecoder("the camera")
    colours = np.zeros((120, 160, 3), np.uint8)
    colours[:, :80] = (40, 90, 200)
    ok, jpeg = cv2.imencode(".jpg", colours, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert ok
    whole = av.VideoFrame.from_ndarray(colours, format="bgr24")
    packed = whole.reformat(format="yuyv422").to_ndarray()
    planar = whole.reformat(format="nv12").to_ndarray()
    images = {
        "B, G, R": picture_of(colours, "", decoder),
        "JPEG in a row": picture_of(jpeg.reshape(1, -1), "MJPG", decoder),
        "YUYV": picture_of(packed, "YUYV", decoder),
        "NV12": picture_of(planar, "NV12", decoder),
    }
    for name, image in images.items():
        assert image is not None, name
        flat = as_planar(image)
        assert flat.format.name in ("yuv420p", "yuvj420p"), name
        bright = float(luma(flat)[:, 10:70].mean())
        expected = 0.299 * 200 + 0.587 * 90 + 0.114 * 40
        assert abs(bright - (expected if full_range(flat) else 16 + expected * 219 / 255)) < 2, name
    assert full_range(as_planar(images["JPEG in a row"] or whole))


@pytest.mark.parametrize(
    "array", [np.zeros((1, 4000), np.uint8), np.zeros((2, 2), np.uint16), np.frombuffer(b"\xff\xd8\xff", np.uint8)]
)
def test_what_is_no_frame_is_no_picture(array: np.ndarray[Any, Any]) -> None:
    assert picture_of(array, "MJPG", JpegDecoder("the camera")) is None


def test_frames_that_opencv_reads_are_those_of_the_camera() -> None:
    with CameraRig(640, 360, flashes=False) as rig:
        camera = LocalCamera(
            "the camera", "", cv2.VideoCapture(rig.url, cv2.CAP_FFMPEG), PictureMode(640, 360, 30.0), SystemClock()
        )
        try:
            assert camera.promise.fps > 0
            assert camera.controls() == []
            pictures = [camera.read() for _ in range(10)]
            assert consecutive([frame_number(luma(as_planar(picture.image))) for picture in pictures])
            assert all(later.source_time > earlier.source_time for earlier, later in itertools.pairwise(pictures))
            rig.kill()
            with pytest.raises(WorldError, match="is gone"):
                list(iter(camera.read, None))
        finally:
            camera.close()
