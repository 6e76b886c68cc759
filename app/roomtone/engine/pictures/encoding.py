"""Which encoder holds pictures of a size: tried and measured on this machine, and remembered."""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import sys
import threading
import time
from pathlib import Path
from typing import Final

import av
import msgspec
import numpy as np
import numpy.typing as npt
from av.codec.codec import UnknownCodecError
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext

from roomtone.engine.pictures.ladder import LADDER, SOFTWARE, TICKS, EncoderChoice, EncoderError, LadderEncoder
from roomtone.foundation.decoding import decode
from roomtone.foundation.files import atomic_write

log = logging.getLogger(__name__)

# What each system may have, best first. That one can be opened says nothing: it has to prove itself.
_HARDWARE: Final[dict[str, tuple[str, ...]]] = {
    "linux": ("h264_nvenc", "h264_qsv", "h264_amf", "h264_v4l2m2m"),
    "win32": ("h264_nvenc", "h264_qsv", "h264_amf", "h264_mf"),
    "darwin": ("h264_videotoolbox",),
}
# A preset may take this share of the time between two pictures; the rest belongs to the camera, and to moments when
# everything happens at once.
_SHARE: Final = 0.35
_TRIAL_SECONDS: Final = 1.0
_TRIAL_FRAMES: Final = 60
_TRIAL_PSNR: Final = 30.0
_MEASURED_FRAMES: Final = 6
_MOVING: Final = 4
_MOST_THREADS: Final = 8
_SCHEMA: Final = 1

Picture = npt.NDArray[np.uint8]


def moving_pictures(width: int, height: int) -> list[Picture]:
    """Return a few pictures, 4:2:0 in the shape (height * 3 / 2, width), of something that moves before a camera."""
    across, down = np.arange(width)[None, :], np.arange(height)[:, None]
    scene = 120 + 50 * np.sin(across / 37) * np.cos(down / 29) + 30 * np.sin((across + 2 * down) / 11)
    grain = np.random.default_rng(1).normal(0, 2, (height, width))
    pictures = []
    for number in range(_MOVING):
        luma = np.roll(scene, 3 * number, axis=1) + np.roll(grain, 17 * number, axis=0)
        whole = np.full((height * 3 // 2, width), 128, np.uint8)
        whole[:height] = luma.clip(16, 235).astype(np.uint8)
        pictures.append(whole)
    return pictures


def prove(choice: EncoderChoice, pictures: list[Picture]) -> bool:
    """Whether an encoder keeps a second of pictures, in less time, so that they come out as they went in."""
    count = max(4, min(_TRIAL_FRAMES, round(choice.fps * _TRIAL_SECONDS)))
    try:
        began = time.perf_counter()
        encoder = LadderEncoder(choice)
        packets: list[Packet[Stream]] = []
        for number in range(count):
            picture = pictures[number % len(pictures)]
            packets += encoder.encode(picture, round(number * TICKS / choice.fps), full_range=False)
        packets += encoder.flush()
        spent = time.perf_counter() - began
        decoded = _decode(packets, encoder.extradata, choice.height)
    except (EncoderError, FFmpegError, UnknownCodecError, ValueError) as error:
        log.info("%s is not used: %s", choice.codec, error)
        return False
    errors = [
        np.square(luma.astype(np.float32) - pictures[number % len(pictures)][: choice.height]).mean()
        for number, luma in enumerate(decoded)
    ]
    psnr = 10 * np.log10(255**2 / max(float(np.mean(errors)), 1e-9)) if errors else 0.0
    proved = len(decoded) == len(packets) == count and psnr >= _TRIAL_PSNR and spent < count / choice.fps
    log.info("%s: %d of %d pictures, %.1f dB, %.2f s", choice.codec, len(decoded), count, psnr, spent)
    return bool(proved)


def _decode(packets: list[Packet[Stream]], extradata: bytes, height: int) -> list[Picture]:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    if extradata:
        decoder.extradata = extradata
    frames = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    return [np.asarray(frame.reformat(format="yuv420p").to_ndarray(), np.uint8)[:height] for frame in frames]


def measure(choice: EncoderChoice, pictures: list[Picture]) -> float:
    """Return how many seconds a picture takes when nothing else runs. Raises ``EncoderError``.

    Processor time is measured, because what is found is remembered for less busy days. The first picture, a key
    frame, does not count.
    """
    encoder = LadderEncoder(choice)
    encoder.encode(pictures[0], 0, full_range=False)
    timer = time.thread_time if choice.threads == 1 else time.process_time
    began = timer()
    for number in range(1, _MEASURED_FRAMES + 1):
        picture = pictures[number % len(pictures)]
        encoder.encode(picture, round(number * TICKS / choice.fps), full_range=False)
    encoder.flush()
    return (timer() - began) / _MEASURED_FRAMES / choice.threads


def choose_software(width: int, height: int, fps: float, pictures: list[Picture]) -> EncoderChoice:
    """Return the finest preset that this machine holds, on one thread where it can. Raises ``EncoderError``."""
    allowed = _SHARE / fps
    processors = os.cpu_count() or 1
    best = EncoderChoice(SOFTWARE, 0, max(1, min(processors, _MOST_THREADS)), width, height, fps)
    for threads in dict.fromkeys((1, max(1, min(processors - 1, _MOST_THREADS)), best.threads)):
        held = -1
        for rung in range(len(LADDER)):
            choice = EncoderChoice(SOFTWARE, rung, threads, width, height, fps)
            if measure(choice, pictures) > allowed:
                break
            held, best = rung, choice
        if held >= 0:
            break
    return best


class _Remembered(msgspec.Struct, frozen=True):
    codec: str
    rung: int
    threads: int


class _Cache(msgspec.Struct, frozen=True):
    schema: int
    machine: str
    choices: dict[str, _Remembered]


class Encoders:
    """The encoders of this machine. What was found is kept in ``cache`` until machine or library change."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._machine = _machine()
        self._known: dict[str, _Remembered] = {}
        try:
            kept = decode(cache.read_bytes(), _Cache)
            if (kept.schema, kept.machine) == (_SCHEMA, self._machine):
                self._known = dict(kept.choices)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            log.info("the encoders are measured again: %s", error)

    def choose(self, width: int, height: int, fps: float) -> EncoderChoice:
        """Return how to keep pictures of this size, even in both directions, and rate. Raises ``EncoderError``.

        What was not seen before takes a second or two.
        """
        fps = min(max(fps, 1.0), 240.0)
        # A rate that was measured is a little different each time.
        key = f"{width}x{height}@{round(fps / 5) * 5 or 5}"
        with self._lock:
            known = self._known.get(key)
            if known is None or not 0 <= known.rung < len(LADDER):
                known = self._find(width, height, fps)
                self._known[key] = known
                self._keep()
        return EncoderChoice(known.codec, known.rung, known.threads, width, height, fps)

    def _find(self, width: int, height: int, fps: float) -> _Remembered:
        pictures = moving_pictures(width, height)
        for codec in _HARDWARE.get(sys.platform, ()):
            if prove(EncoderChoice(codec, 0, 0, width, height, fps), pictures):
                return _Remembered(codec, 0, 0)
        found = choose_software(width, height, fps, pictures)
        return _Remembered(found.codec, found.rung, found.threads)

    def _keep(self) -> None:
        try:
            atomic_write(self._cache, msgspec.json.encode(_Cache(_SCHEMA, self._machine, self._known)))
        except OSError as error:
            log.info("the encoders are not remembered: %s", error)


def _machine() -> str:
    """Return what tells this machine, with its libraries, from others."""
    parts = [platform.node(), platform.machine(), platform.processor(), str(os.cpu_count()), av.__version__]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
