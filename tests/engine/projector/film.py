"""A film whose brightness tells which of its pictures one sees."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

FPS: Final = 25
SECONDS: Final = 4
# Brightness rises by as much from picture to picture, so that coding them cannot blur which it is.
_RISE: Final = 2
_DARKEST: Final = 20


def write_film(
    path: Path, width: int = 160, height: int = 88, *, key_every: int = 50, late: float = 0.0, sound: bool = False
) -> Path:
    """Write four seconds at 25 pictures a second, the first of them at ``late`` seconds of the file.

    With ``sound`` there is a silent track that begins at the same time.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "12", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = width, height, "yuv420p", key_every
        stream.time_base = Fraction(1, 1000)
        speaker = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(FPS * SECONDS):
            planes = np.full((height * 3 // 2, width), 128, np.uint8)
            planes[:height] = _DARKEST + _RISE * number
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = round((late + number / FPS) * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if speaker is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 48_000 * SECONDS), np.float32), "fltp", "mono")
            silence.sample_rate, silence.pts = 48_000, round(late * 48_000)
            silence.time_base = Fraction(1, 48_000)
            container.mux([*speaker.encode(silence), *speaker.encode(None)])
    return path


def number_of(brightness: float) -> int:
    """Return which picture is as bright, from 0 to 255, when it was turned from television's range into grey."""
    return round((brightness * 219 / 255 + 16 - _DARKEST) / _RISE)


def number_in(frame: av.VideoFrame | None) -> int:
    """Return which picture a decoded one is; -1 for none."""
    return -1 if frame is None else number_of(float(frame.to_ndarray(format="rgb24").mean()))
