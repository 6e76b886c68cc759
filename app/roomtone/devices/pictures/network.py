"""Cameras and phones by their address: motion JPEG over HTTP, and RTSP and whatever else FFmpeg reads.

Motion JPEG is read by ourselves: FFmpeg's reader holds a frame back until the next one comes where no length is told,
allocates what a length announces, and its patience with what is no picture has no end.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final

import av
import requests
import urllib3

from roomtone.devices.pictures.jpeg import JpegDecoder, Multipart, Part
from roomtone.devices.pictures.model import PictureMode, network_name
from roomtone.devices.pictures.sources import (
    MAX_PIXELS,
    SILENCE_SECONDS,
    USUAL_FPS,
    OpenSource,
    Picture,
    Promise,
    Uncontrolled,
    check_bytes,
    check_size,
    gone,
    no_pictures,
    silent,
)
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import WorldError

_BOUNDARY: Final = re.compile(r"boundary=(\"[^\"]+\"|[^;\s]+)", re.IGNORECASE)
_PIECE: Final = 1 << 18
# Packets whose frame did not come out of the decoder yet; a decoder of live video keeps two or three.
_MAX_PENDING: Final = 64
# Over RTSP, FFmpeg tells that a picture of these is whole only when the next one begins.
_HELD: Final = ("h264", "hevc", "mpeg4")
# An encoder may leave out what does not change, so that a still scene gives the very same picture for long.
_STILL_SECONDS: Final = 15.0


def open_address(address: str, mode: PictureMode, clock: Clock) -> OpenSource:
    """Open a camera by its address. Raises ``WorldError`` when it is not there or no camera."""
    if not address.lower().startswith("http"):
        return FFmpegStream(address, mode, clock)
    answer = _ask(address)
    kind = answer.headers.get("Content-Type", "").lower()
    if kind.startswith("multipart/"):
        return MotionJpeg(address, answer, mode, clock)
    answer.close()
    if kind.startswith(("video/", "application/")):
        return FFmpegStream(address, mode, clock)
    raise WorldError(
        "no-stream",
        f"At “{network_name(address)}” is no stream of pictures",
        f"The address answers with {kind.split(';')[0] or 'something unknown'}",
        "Look for the address of the video in the camera's app; it often ends in /video or /mjpeg",
    )


class MotionJpeg(Uncontrolled):
    """JPEG after JPEG in one endless answer."""

    def __init__(self, address: str, answer: requests.Response, mode: PictureMode, clock: Clock) -> None:
        self._name = network_name(address)
        self._answer = answer
        self._clock = clock
        self._rate = mode.fps
        found = _BOUNDARY.search(answer.headers.get("Content-Type", ""))
        self._multipart = Multipart(self._name, found.group(1) if found else "")
        self._decoder = JpegDecoder(self._name)
        self._parts: deque[Part] = deque()
        self._index = 0
        self._timed: bool | None = None

    @property
    def promise(self) -> Promise:
        return Promise(self._rate, numbered=not self._timed)

    def read(self) -> Picture:
        deadline = self._clock.monotonic() + SILENCE_SECONDS
        while True:
            while self._parts:
                part = self._parts.popleft()
                source_time = self._source_time(part)
                image = self._decoder.decode(part.data)
                if image is not None:
                    return Picture(image, source_time, part.arrival)
            if self._clock.monotonic() > deadline:
                raise no_pictures(self._name)
            data = self._receive()
            self._parts.extend(self._multipart.feed(data, self._clock.monotonic()))

    def close(self) -> None:
        self._answer.close()

    def _source_time(self, part: Part) -> float:
        """Return the time that the camera says, or its number over the rate where it says none.

        A damaged frame has its number as well, or all later ones would be too early.
        """
        index = self._index
        self._index += 1
        if self._timed is None:
            self._timed = part.timestamp is not None
        if self._timed and part.timestamp is not None:
            return part.timestamp
        return index / (self._rate or USUAL_FPS)

    def _receive(self) -> bytes:
        raw = self._answer.raw
        assert isinstance(raw, urllib3.HTTPResponse)
        try:
            data = raw.read1(_PIECE, decode_content=False)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise silent(self._name) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise gone(self._name, "The connection broke") from error
        if not data:
            raise gone(self._name, "It ended the connection")
        return data


def _ask(address: str) -> requests.Response:
    """Return the answer of a camera, of which only the headers were read."""
    name = network_name(address)
    with requests.Session() as session:
        # A camera stands in the same house, and a proxy does not.
        session.trust_env = False
        try:
            answer = session.get(address, stream=True, timeout=(SILENCE_SECONDS, SILENCE_SECONDS))
        except requests.Timeout as error:
            raise silent(name) from error
        except (requests.RequestException, ValueError) as error:
            raise gone(name, "No connection can be made to this address") from error
    if answer.status_code == requests.codes.ok:
        return answer
    answer.close()
    if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
        raise WorldError(
            "camera-password",
            f"“{name}” wants a password",
            "The camera shows its picture only to those who have one",
            "Write it into the address: http://name:password@…",
        )
    raise WorldError(
        "no-stream",
        f"“{name}” has no picture at this address",
        f"It answers {answer.status_code} {answer.reason}",
        "Look for the address of the video in the camera's app",
    )


class FFmpegStream(Uncontrolled):
    """RTSP, or a video that FFmpeg reads from an address. Its time stamps are the camera's own."""

    def __init__(self, address: str, mode: PictureMode, clock: Clock) -> None:
        self._name = network_name(address)
        self._clock = clock
        # RTSP over TCP: a picture with holes is worse than one that is a little late.
        options = {"rtsp_transport": "tcp", "fflags": "nobuffer", "flags": "low_delay", "max_delay": "0"}
        if address.lower().startswith("rtsp"):
            # The description that RTSP gives is enough to begin with.
            options |= {"analyzeduration": "0"}
        try:
            self._container = av.open(address, options=options, timeout=(SILENCE_SECONDS, SILENCE_SECONDS))
        except (av.FFmpegError, OSError) as error:
            raise _not_opened(self._name, error) from error
        try:
            self._open_video(address, mode)
        except BaseException:
            self._container.close()
            raise

    def _open_video(self, address: str, mode: PictureMode) -> None:
        videos = self._container.streams.video
        if not videos:
            raise no_pictures(self._name)
        self._stream = videos[0]
        codec = self._stream.codec_context
        if codec.width and codec.height:
            check_size(self._name, codec.width, codec.height)
        codec.thread_type = "NONE"
        codec.options = {"max_pixels": str(MAX_PIXELS), "flags": "low_delay"}
        rate = self._stream.average_rate or self._stream.guessed_rate
        self._rate = mode.fps or (float(rate) if rate else 0.0)
        self._packets = self._container.demux(self._stream)
        self._pending: dict[int, float] = {}
        self._held = address.lower().startswith("rtsp") and codec.name in _HELD
        self._began: float | None = None
        self._ready: deque[Picture] = deque()

    @property
    def promise(self) -> Promise:
        return Promise(self._rate, still_seconds=_STILL_SECONDS)

    def read(self) -> Picture:
        deadline = self._clock.monotonic() + SILENCE_SECONDS
        while not self._ready:
            if self._clock.monotonic() > deadline:
                raise no_pictures(self._name)
            self._ready.extend(self._decoded())
        return self._ready.popleft()

    def close(self) -> None:
        self._container.close()

    def _decoded(self) -> list[Picture]:
        try:
            packet = next(self._packets)
        except StopIteration as error:
            raise gone(self._name, "It ended the stream") from error
        except (av.FFmpegError, OSError) as error:
            raise _not_read(self._name, error) from error
        arrival = self._arrival()
        if not packet.size:
            raise gone(self._name, "It ended the stream")
        check_bytes(self._name, packet.size)
        if packet.pts is not None:
            if len(self._pending) >= _MAX_PENDING:
                self._pending.clear()
            self._pending[packet.pts] = arrival
        try:
            frames = packet.decode()
        except av.FFmpegError:
            # A stream is joined in its middle, where nothing can be decoded before the next whole picture.
            return []
        return [self._picture(frame, arrival) for frame in frames]

    def _arrival(self) -> float:
        """Return when the packet that was just read came: when it began, where it was held back for the next one."""
        now = self._clock.monotonic()
        began, self._began = self._began, now
        return began if self._held and began is not None else now

    def _picture(self, frame: av.VideoFrame, arrival: float) -> Picture:
        check_size(self._name, frame.width, frame.height)
        if frame.pts is None or frame.time_base is None:
            return Picture(frame, arrival, arrival)
        return Picture(frame, float(frame.pts * frame.time_base), self._pending.pop(frame.pts, arrival))


def _not_opened(name: str, error: Exception) -> WorldError:
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return WorldError(
            "camera-password",
            f"“{name}” wants a password",
            "The camera shows its picture only to those who have one",
            "Write it into the address: rtsp://name:password@…",
        )
    if isinstance(error, av.error.InvalidDataError):
        return no_pictures(name)
    return _not_read(name, error)


def _not_read(name: str, error: Exception) -> WorldError:
    if isinstance(error, av.error.ExitError | TimeoutError):
        return silent(name)
    why = error.strerror if isinstance(error, OSError) and error.strerror else "The connection broke"
    return gone(name, why)
