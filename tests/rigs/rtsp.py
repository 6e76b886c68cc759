"""An RTSP camera of the test's own: H.264 over TCP with the times of its own clock (RFC 2326, 3550 and 6184).

Frames carry their number in the bar code. They are taken on a ``Timeline`` and sent at once; each viewer joins at a
whole picture, as cameras see to.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
from av.codec.context import Flags

from tests.rigs.barcodes import Pictures
from tests.rigs.camera import Timeline
from tests.rigs.processes import Program, free_port

_ROOT: Final = Path(__file__).parents[2]
_CLOCK: Final = 90_000
_TYPE: Final = 96
_PAYLOAD: Final = 1_300
_START_CODE: Final = re.compile(rb"\x00\x00\x00?\x01")


class RtspRig:
    """The test's side. As a context manager it starts the camera, and ends it on the way out."""

    def __init__(self, width: int = 320, height: int = 240, fps: float = 30.0, ppm: float = 0.0) -> None:
        self.size = (width, height)
        self.port = free_port()
        self.timeline = Timeline(time.monotonic(), fps, ppm)
        self._program: Program | None = None

    @property
    def url(self) -> str:
        """Where the camera is watched."""
        return f"rtsp://127.0.0.1:{self.port}/video"

    def start(self) -> Self:
        """Start the camera, or start it again after ``kill``."""
        line = self.timeline
        argv = [sys.executable, "-m", "tests.rigs.rtsp", *map(str, (self.port, *self.size))]
        argv += map(str, (line.start, line.fps, line.ppm))
        self._program = Program(argv, env={**os.environ, "PYTHONUNBUFFERED": "1"}, cwd=_ROOT)
        self._program.wait_for_line("^ready$")
        return self

    def kill(self) -> None:
        """End the camera as a power cut would."""
        if self._program is not None:
            self._program.kill()
            self._program = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program is not None:
            self._program.end()


class _Encoder:
    """Frames of one viewer as the units of H.264."""

    def __init__(self, width: int, height: int) -> None:
        self._pictures = Pictures(width, height)
        reader = av.CodecContext.create("mjpeg", "r")
        writer = av.CodecContext.create("libx264", "w")
        assert isinstance(reader, av.VideoCodecContext)
        assert isinstance(writer, av.VideoCodecContext)
        writer.width, writer.height, writer.pix_fmt, writer.time_base = width, height, "yuv420p", Fraction(1, 30)
        writer.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "keyint=15:repeat-headers=1"}
        writer.flags |= Flags.global_header
        writer.open()
        self._reader, self._writer, self._pts = reader, writer, 0

    def parameters(self) -> tuple[bytes, bytes]:
        """Return the sequence's and the picture's parameter sets."""
        units = {unit[0] & 31: unit for unit in _units(self._writer.extradata or b"")}
        return units[7], units[8]

    def units(self, number: int, white: bool) -> list[bytes]:
        """Return the units of the next frame."""
        found: list[bytes] = []
        for image in self._reader.decode(av.Packet(self._pictures.frame(number, white))):
            plain = image.reformat(format="yuv420p", dst_color_range="MPEG")
            plain.pts, self._pts = self._pts, self._pts + 1
            for packet in self._writer.encode(plain):
                found += _units(bytes(packet))
        return found


def _units(stream: bytes) -> list[bytes]:
    return [unit for unit in _START_CODE.split(stream) if unit]


def _payloads(unit: bytes) -> Iterator[bytes]:
    """Cut a unit into what fits into a packet: itself, or fragments of type 28 (FU-A)."""
    if len(unit) <= _PAYLOAD:
        yield unit
        return
    indicator, kind, rest = unit[0] & 0xE0 | 28, unit[0] & 31, unit[1:]
    for at in range(0, len(rest), _PAYLOAD):
        begins, ends = at == 0, at + _PAYLOAD >= len(rest)
        yield bytes((indicator, begins << 7 | ends << 6 | kind)) + rest[at : at + _PAYLOAD]


def _serve(viewer: socket.socket, line: Timeline, size: tuple[int, int]) -> None:
    """Answer one viewer's requests, and send pictures from PLAY on."""
    with contextlib.suppress(OSError), viewer, viewer.makefile("rb") as asked:
        encoder = _Encoder(*size)
        while request := _request(asked.readline):
            method, url, sequence = request
            head = f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\nSession: 1\r\n"
            if method == "DESCRIBE":
                text = _description(*encoder.parameters())
                head += f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(text)}\r\n"
                viewer.sendall(f"{head}\r\n{text}".encode())
            elif method == "SETUP":
                viewer.sendall(f"{head}Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n".encode())
            elif method == "OPTIONS":
                viewer.sendall(f"{head}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n".encode())
            elif method == "PLAY":
                viewer.sendall(f"{head}Range: npt=0-\r\n\r\n".encode())
                _play(viewer, encoder, line)


def _request(read_line: object) -> tuple[str, str, str] | None:
    """Read one request and return its method, its address and its number; ``None`` at the end."""
    assert callable(read_line)
    lines = []
    while text := read_line().decode("latin-1").strip():
        lines.append(text)
    if not lines:
        return None
    method, url, _ = lines[0].split()
    headers = dict(entry.lower().split(": ", 1) for entry in lines[1:])
    return method, url.rstrip("/"), headers["cseq"]


def _description(sequence: bytes, picture: bytes) -> str:
    sets = ",".join(base64.b64encode(one).decode() for one in (sequence, picture))
    lines = [
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=rig",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        f"m=video 0 RTP/AVP {_TYPE}",
        f"a=rtpmap:{_TYPE} H264/{_CLOCK}",
        f"a=fmtp:{_TYPE} packetization-mode=1;sprop-parameter-sets={sets}",
        "a=control:track0",
    ]
    return "\r\n".join(lines) + "\r\n"


def _play(viewer: socket.socket, encoder: _Encoder, line: Timeline) -> None:
    number, count = line.latest(time.monotonic()) + 1, 0
    while True:
        while (pause := line.taken(number) - time.monotonic()) > 0:
            time.sleep(pause)
        units = encoder.units(number, line.white(number))
        # The camera's own clock believes that it takes exactly ``fps`` frames a second.
        stamp = int(number / line.fps * _CLOCK) & 0xFFFFFFFF
        for index, unit in enumerate(units):
            payloads = list(_payloads(unit))
            for place, payload in enumerate(payloads):
                last = index == len(units) - 1 and place == len(payloads) - 1
                packet = struct.pack(">BBHII", 0x80, last << 7 | _TYPE, count & 0xFFFF, stamp, 1) + payload
                viewer.sendall(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                count += 1
        number += 1


def main(arguments: Sequence[str]) -> int:
    """Be the camera until standard input ends."""
    port, width, height = map(int, arguments[:3])
    line = Timeline(*map(float, arguments[3:6]))
    with socket.create_server(("127.0.0.1", port)) as listener:

        def accept() -> None:
            while True:
                viewer, _ = listener.accept()
                viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=_serve, args=(viewer, line, (width, height)), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
