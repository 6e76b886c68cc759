"""Motion JPEG: the frames out of a multipart stream, their size before anything is decoded, and their decoding.

The stream is read as RFC 2046 says, with the liberties that cameras take: a boundary that is declared with its dashes,
parts without a length, ends of lines without a carriage return.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import av

from roomtone.devices.pictures.sources import MAX_PIXELS, check_bytes, check_size, no_pictures

# Before the first boundary and between two parts there is next to nothing.
_MAX_BETWEEN: Final = 1 << 20
_MAX_HEADERS: Final = 16 << 10
# The markers that begin a frame's description: all of C0 to CF but three, by ITU-T T.81, table B.1.
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Part:
    """One JPEG. ``arrival`` is when its first bytes came; ``timestamp`` what the camera said of its time, if it did."""

    data: bytes
    arrival: float
    timestamp: float | None


class Multipart:
    """Cuts the body of a multipart stream into its parts. It holds at most one frame and one piece of input."""

    def __init__(self, name: str, boundary: str) -> None:
        """``boundary`` is the parameter of the content type."""
        self._name = name
        self._mark = b"--" + boundary.strip('" ').lstrip("-").encode("latin-1", "replace")
        self._buffer = bytearray()
        self._between = 0
        self._in_body = False
        self._length: int | None = None
        self._timestamp: float | None = None
        self._arrival: float | None = None
        self._looked = 0

    def feed(self, data: bytes, arrival: float) -> list[Part]:
        """Take what arrived and return the parts that are whole now.

        Raises ``WorldError`` when this is no such stream, or a part is larger than ``MAX_COMPRESSED``.
        """
        self._buffer += data
        parts: list[Part] = []
        while True:
            if not self._in_body and not self._begin_part():
                return parts
            if self._arrival is None and self._buffer:
                self._arrival = arrival
            body = self._body()
            if body is None:
                return parts
            if body and self._arrival is not None:
                parts.append(Part(body, self._arrival, self._timestamp))
            self._in_body = False

    def _begin_part(self) -> bool:
        """Find the next boundary and read the headers after it; return whether the body has begun."""
        buffer = self._buffer
        at = buffer.find(self._mark)
        if at < 0:
            useless = max(0, len(buffer) - len(self._mark) - 4)
            self._between += useless
            del buffer[:useless]
            if self._between > _MAX_BETWEEN:
                raise no_pictures(self._name)
            return False
        for ending in (b"\r\n\r\n", b"\n\n"):
            end = buffer.find(ending, at, at + _MAX_HEADERS)
            if end >= 0:
                self._read_headers(bytes(buffer[at + len(self._mark) : end]))
                del buffer[: end + len(ending)]
                self._in_body, self._arrival, self._looked, self._between = True, None, 0, 0
                return True
        if len(buffer) - at > _MAX_HEADERS:
            raise no_pictures(self._name)
        return False

    def _read_headers(self, raw: bytes) -> None:
        self._length = self._timestamp = None
        for line in raw.decode("latin-1").splitlines():
            key, _, value = line.partition(":")
            value = value.strip()
            match key.strip().lower():
                case "content-length" if value.isascii() and value.isdigit():
                    # Ten digits are more than any frame has, and reading more of them costs time.
                    self._length = int(value[:10])
                    check_bytes(self._name, self._length)
                case "x-timestamp":
                    self._timestamp = _seconds(value)

    def _body(self) -> bytes | None:
        """Return the body and take it away, once it is whole."""
        buffer = self._buffer
        if self._length is not None:
            if len(buffer) < self._length:
                return None
            size = self._length
        else:
            size = buffer.find(self._mark, max(0, self._looked - len(self._mark)))
            self._looked = len(buffer)
            if size < 0:
                check_bytes(self._name, len(buffer))
                # Waiting for the boundary would hold every frame back until the next one comes.
                if not buffer[-4:].rstrip(b"\r\n").endswith(b"\xff\xd9"):
                    return None
                size = len(buffer)
        body = bytes(buffer[:size])
        del buffer[:size]
        return body.rstrip(b"\r\n") if self._length is None else body


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e11 else None


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height that a JPEG's header says; ``None`` where it is none."""
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _START_OF_FRAME:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        elif marker in (0xD9, 0xDA):
            return None
        elif 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


class JpegDecoder:
    """Decodes frames one by one, on the caller's thread and without holding any back."""

    def __init__(self, name: str) -> None:
        """``name`` is what the source is called in errors."""
        self._name = name
        self._codec: av.VideoCodecContext | None = None

    def decode(self, data: bytes) -> av.VideoFrame | None:
        """Return the picture; ``None`` for what is none or is damaged. Raises ``WorldError`` for an impossible size."""
        size = jpeg_size(data)
        if size is None:
            return None
        check_size(self._name, *size)
        if self._codec is None:
            self._codec = _mjpeg()
        try:
            frames = self._codec.decode(av.Packet(data))
        except av.FFmpegError:
            # What a decoder keeps of a damaged frame is not to show in the next.
            self._codec = None
            return None
        return frames[-1] if frames else None


def _mjpeg() -> av.VideoCodecContext:
    codec = av.CodecContext.create("mjpeg", "r")
    assert isinstance(codec, av.VideoCodecContext)
    codec.thread_type = "NONE"
    codec.options = {"max_pixels": str(MAX_PIXELS), "err_detect": "explode"}
    return codec
