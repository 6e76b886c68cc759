"""Takes with a film whose flashes and beeps come at the same times."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile

from roomtone.takes.documents import Ending, Manifest, Source, TrackSeal
from roomtone.takes.folder import write_manifest

SECONDS = 6.0
EVENTS = [1.25, 2.25, 3.25, 4.25, 5.25]
_RATE = 48_000


def _film(path: Path, flashes: list[float], *, first: float, fps: float, seed: int) -> int:
    """Write a film of variable rate whose frames are white for 100 ms from each of ``flashes`` on."""
    random = np.random.default_rng(seed)
    count = 0
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=30, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 90_000)
        at = first
        while at < SECONDS:
            white = any(flash <= at < flash + 0.1 for flash in flashes)
            shade = 235 if white else 30 + count % 20
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), shade, np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(at * 90_000), Fraction(1, 90_000)
            film.mux(stream.encode(frame))
            count += 1
            at += (1 / fps) * random.uniform(0.7, 1.3)
        film.mux(stream.encode(None))
    return count


def film_take(folder: Path, *, first: float, fps: float, size: int = 1) -> Path:
    """Write a sealed take of a camera and a microphone whose tracks are said to have ``size`` bytes."""
    folder.mkdir()
    frames = _film(folder / "camera-1.mp4", EVENTS, first=first, fps=fps, seed=2)
    film = TrackSeal("camera-1.mp4", "video/mp4", size, "", frames=frames, width=320, height=180, seconds=SECONDS)
    return _seal(folder, [_beeps(folder, EVENTS, SECONDS, size), film])


def sound_take(folder: Path, events: list[float], seconds: float) -> Path:
    """Write a sealed take of a microphone that beeps at these moments."""
    folder.mkdir()
    return _seal(folder, [_beeps(folder, events, seconds, 1)])


def _beeps(folder: Path, events: list[float], seconds: float, size: int) -> TrackSeal:
    time = np.arange(int(seconds * _RATE)) / _RATE
    beeping = np.any([(time >= at) & (time < at + 0.05) for at in events], axis=0)
    sound = np.where(beeping, 0.4 * np.sin(2 * np.pi * 1000 * time), 0.0)
    soundfile.write(folder / "mic-1.flac", sound, _RATE, "PCM_24")
    return TrackSeal(
        "mic-1.flac", "audio/flac", size, "", rate=_RATE, channels=1, bits=24, frames=len(sound), peak=-8.0
    )


def _seal(folder: Path, tracks: list[TrackSeal]) -> Path:
    write_manifest(
        folder,
        Manifest(1, "0" * 32, "t", "", "", "", "", 1, "", "", Source.RECORDED, Ending.STOPPED, "", tracks),
    )
    return folder
