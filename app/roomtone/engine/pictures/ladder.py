"""H.264 as this machine can hold it: hardware that has proved itself, or x264 with a preset that can be exchanged.

All rungs of the ladder are told the same about everything that goes into the stream's header, so that the encoder can
be exchanged at a key frame in the middle of a track, and whoever plays it sees nothing but a change in fineness.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.codec.context import Flags
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from roomtone.engine.pictures.bits import most_bits
from roomtone.foundation.errors import WorldError

log = logging.getLogger(__name__)

TICKS: Final = 90_000
TIME_BASE: Final = Fraction(1, TICKS)
SOFTWARE: Final = "libx264"
# From the quickest to the finest. Presets beyond look the same at this quality without B-frames, and cost more.
LADDER: Final = ("ultrafast", "superfast", "veryfast", "faster")
# A calm time this long, in seconds of the film, before a finer rung is tried again.
_CALM_SECONDS: Final = 60.0
# A rung is given this long to show what it can do before the next one is taken.
_EASE_SECONDS: Final = 1.0
_KEY_SECONDS: Final = 1.0
_QUALITY: Final = 23
# No lookahead: what it saves in bytes it would keep back, a third of a second of pictures, from the disk. The rest
# keeps the stream's header the same on all rungs.
_PINNED: Final = (
    "stitchable=1:cabac=1:8x8dct=1:ref=1:weightp=0:bframes=0:scenecut=0:open-gop=0:rc-lookahead=0:sync-lookahead=0"
    ":mbtree=0:force-cfr=0"
)


class EncoderError(WorldError):
    """No encoder takes these pictures."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "no-encoder", "The pictures cannot be recorded", why, "Choose a smaller size for the camera, and try again"
        )


class EncoderChoice:
    """How pictures of one size and rate are kept. ``rung`` is that of the ladder, 0 for hardware."""

    def __init__(self, codec: str, rung: int, threads: int, width: int, height: int, fps: float) -> None:
        self.codec = codec
        self.rung = rung
        self.threads = threads
        self.width = width
        self.height = height
        self.fps = fps

    @property
    def title(self) -> str:
        """How it is called in a manifest."""
        return title(self.codec, self.rung)


def title(codec: str, rung: int) -> str:
    """Return how an encoder and a rung of the ladder are called in a manifest."""
    return f"{codec} {LADDER[rung]}" if codec == SOFTWARE else codec


def open_encoder(choice: EncoderChoice, rung: int, *, full_range: bool) -> VideoCodecContext:
    """Open an encoder for ``choice`` on ``rung``. Raises ``EncoderError``."""
    try:
        context = av.CodecContext.create(choice.codec, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = choice.width, choice.height
        context.time_base = TIME_BASE
        context.framerate = Fraction(choice.fps).limit_denominator(1001)
        context.gop_size = max(1, round(choice.fps * _KEY_SECONDS))
        context.max_b_frames = 0
        # What cameras send is coded as in BT.601, whatever its size; players guess otherwise unless they are told.
        context.color_range = ColorRange.JPEG if full_range else ColorRange.MPEG
        context.colorspace = Colorspace.ITU601
        context.flags |= Flags.global_header | Flags.closed_gop
        context.thread_count = choice.threads
        if choice.codec == SOFTWARE:
            _prepare_software(context, choice, rung)
        else:
            _prepare_hardware(context, choice)
        context.open()
    except (FFmpegError, ValueError, OSError) as error:
        raise EncoderError(f"{choice.codec}: {error}") from error
    return context


def _prepare_software(context: VideoCodecContext, choice: EncoderChoice, rung: int) -> None:
    context.pix_fmt = "yuv420p"
    most = str(most_bits(choice.width, choice.height, choice.fps))
    context.options = {
        "preset": LADDER[rung],
        "profile": "high",
        "crf": str(_QUALITY),
        "maxrate": most,
        "bufsize": most,
        "forced-idr": "1",
        "x264-params": _PINNED,
    }


# What each encoder must be told so that it keeps nothing back and begins a new group where it is asked to.
_HARDWARE_OPTIONS: Final[dict[str, dict[str, str]]] = {
    "h264_nvenc": {"preset": "p4", "rc": "vbr", "cq": str(_QUALITY), "delay": "0", "forced-idr": "1"},
    "h264_qsv": {"async_depth": "1", "forced_idr": "1", "look_ahead": "0"},
    "h264_amf": {"quality": "balanced", "forced_idr": "1"},
    "h264_mf": {"hw_encoding": "1"},
    "h264_videotoolbox": {"realtime": "1", "allow_sw": "0"},
    "h264_v4l2m2m": {},
}


def _prepare_hardware(context: VideoCodecContext, choice: EncoderChoice) -> None:
    formats = {form.name for form in context.codec.video_formats or []}
    context.pix_fmt = "yuv420p" if "yuv420p" in formats else "nv12"
    context.bit_rate = most_bits(choice.width, choice.height, choice.fps) // 2
    context.options = dict(_HARDWARE_OPTIONS.get(choice.codec, {}))


def as_frame(planes: memoryview | np.ndarray, width: int, height: int) -> VideoFrame:
    """Return 8-bit 4:2:0 ``planes`` (Y, U, V without padding; even sizes) as a frame, without copying them."""
    flat = np.frombuffer(planes, np.uint8)
    return VideoFrame.from_numpy_buffer(flat.reshape(height * 3 // 2, width), format="yuv420p")


class LadderEncoder:
    """Encodes the pictures of one track. ``ease`` may come from another thread, the rest belongs to one.

    Nothing of ``planes`` is needed any more when ``encode`` returns.
    """

    def __init__(self, choice: EncoderChoice) -> None:
        self._choice = choice
        self._rung = choice.rung
        self._wanted = choice.rung
        self._context: VideoCodecContext | None = None
        self._full_range = False
        self._lock = threading.Lock()
        self._key_at = -math.inf
        self._since_key = 0
        self._now = 0.0
        self._moved = -math.inf
        self._busy = 0.0
        self._extradata = b""

    @property
    def title(self) -> str:
        """What encodes right now."""
        return title(self._choice.codec, self._rung)

    @property
    def load(self) -> float:
        """Which share of the time between pictures encoding took lately."""
        return self._busy

    @property
    def extradata(self) -> bytes:
        """The stream's header, there once a picture was encoded; the same to the end."""
        return self._extradata

    def encode(self, planes: memoryview | np.ndarray, ticks: int, *, full_range: bool) -> list[Packet[Stream]]:
        """Encode a picture that was taken at ``ticks``; return what is ready. Raises ``EncoderError``."""
        began = time.perf_counter()
        self._now = ticks / TICKS
        frame = as_frame(planes, self._choice.width, self._choice.height)
        packets: list[Packet[Stream]] = []
        if self._context is None:
            self._full_range = full_range
            self._context = self._open(self._rung)
            self._extradata = self._context.extradata or b""
        elif full_range != self._full_range:
            frame = _in_range(frame, full_range=self._full_range)
        if self._wanted != self._rung and self._since_key > 0:
            packets += self._exchange()
        frame.pts, frame.time_base = ticks, TIME_BASE
        if self._now - self._key_at >= _KEY_SECONDS:
            frame.pict_type = 1
            self._key_at, self._since_key = self._now, 0
        else:
            self._since_key += 1
        packets += self._encode(frame)
        self._busy += ((time.perf_counter() - began) * self._choice.fps - self._busy) * 0.05
        return packets

    def flush(self) -> list[Packet[Stream]]:
        """Return what is still kept back. Nothing can be encoded afterwards. Raises ``EncoderError``."""
        return self._encode(None) if self._context is not None else []

    def ease(self) -> bool:
        """Take a quicker rung from the next picture on; return whether there is one and it is time for it."""
        with self._lock:
            if self._choice.codec != SOFTWARE or self._wanted == 0 or self._now - self._moved < _EASE_SECONDS:
                return False
            self._wanted -= 1
            self._moved = self._now
            return True

    def recover(self) -> bool:
        """Take a finer rung again, up to the one that was chosen, after a calm minute."""
        with self._lock:
            if self._wanted >= self._choice.rung or self._now - self._moved < _CALM_SECONDS:
                return False
            self._wanted += 1
            self._moved = self._now
            return True

    def _open(self, rung: int) -> VideoCodecContext:
        return open_encoder(self._choice, rung, full_range=self._full_range)

    def _exchange(self) -> list[Packet[Stream]]:
        """Put the wanted rung in the place of the present one; the next picture is a key frame."""
        packets = self._encode(None)
        # The old one goes first, because two at once would be more memory than the film ever needs otherwise.
        self._context = None
        wanted = self._wanted
        new, why = None, "it has another header"
        try:
            new = self._open(wanted)
        except EncoderError as error:
            why = error.detail
        if new is not None and (new.extradata or b"") == self._extradata:
            self._rung = wanted
        else:
            log.warning("the rung %s is not taken: %s", LADDER[wanted], why)
            self._wanted = self._rung
            new = self._open(self._rung)
        self._context = new
        self._key_at = -math.inf
        log.info("encoding with %s", self.title)
        return packets

    def _encode(self, frame: VideoFrame | None) -> list[Packet[Stream]]:
        assert self._context is not None
        if frame is not None and self._choice.codec != SOFTWARE:
            # Hardware reads a picture when it is ready to; what it reads must not change under it.
            pts, kind = frame.pts, frame.pict_type
            frame = frame.reformat(format="nv12" if self._context.pix_fmt == "nv12" else "yuv420p")
            frame = VideoFrame.from_ndarray(frame.to_ndarray(), format=frame.format.name)
            frame.pts, frame.time_base, frame.pict_type = pts, TIME_BASE, kind
        try:
            return list(self._context.encode(frame))
        except FFmpegError as error:
            raise EncoderError(f"{self._choice.codec}: {error}") from error


def _in_range(frame: VideoFrame, *, full_range: bool) -> VideoFrame:
    """Return a picture whose brightness is coded the other way: a camera that changed in the middle of a track."""
    ours, its = (ColorRange.JPEG, ColorRange.MPEG) if full_range else (ColorRange.MPEG, ColorRange.JPEG)
    return frame.reformat(format="yuv420p", src_color_range=its, dst_color_range=ours)
