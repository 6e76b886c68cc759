"""Small films for tests: a picture that flashes and a sound that beeps at the same moments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from roomtone.devices.streams import Floats
from roomtone.engine.growing import GrowingFile
from roomtone.engine.pictures.ladder import SOFTWARE, EncoderChoice
from roomtone.engine.pictures.movie import MovieTrack

WIDTH, HEIGHT, FPS, RATE = 320, 180, 30.0, 48_000


def choice(rung: int = 1, width: int = WIDTH, height: int = HEIGHT) -> EncoderChoice:
    """Return a quick encoder."""
    return EncoderChoice(SOFTWARE, rung, 1, width, height, FPS)


def picture(number: int, *, flash: bool = False, width: int = WIDTH, height: int = HEIGHT) -> memoryview:
    """Return 4:2:0 planes: a ramp that moves, or white."""
    planes = np.full(width * height * 3 // 2, 128, np.uint8)
    ramp = ((np.arange(width)[None, :] + np.arange(height)[:, None] + 3 * number) % 160 + 20).astype(np.uint8)
    planes[: width * height] = 235 if flash else ramp.reshape(-1)
    return memoryview(planes.tobytes())


def moments(seconds: float, first: float = 0.02, seed: int = 1, fps: float = FPS) -> npt.NDArray[np.float64]:
    """Return when the pictures were taken: not quite evenly."""
    count = round((seconds - first) * fps)
    return first + np.arange(count) / fps + np.random.default_rng(seed).uniform(0, 0.004, count)


def beeps(start: int, count: int, at: list[float], channels: int = 1) -> Floats:
    """Return a stretch of sound that beeps for 50 ms at each of the seconds ``at``."""
    time = (start + np.arange(count)) / RATE
    sound = np.zeros(count)
    for moment in at:
        inside = (time >= moment) & (time < moment + 0.05)
        sound[inside] = 0.5 * np.sin(2 * np.pi * 1000 * (time[inside] - moment))
    return np.repeat(sound[:, None], channels, axis=1).astype(np.float32)


def no_room() -> bool:
    return False


def new_track(path: Path, rung: int = 1, channels: int = 1, rate: int = RATE) -> MovieTrack:
    """Begin a film."""
    return MovieTrack(path, no_room, None, WIDTH, HEIGHT, choice(rung), rate, channels)


def record(track: MovieTrack, taken: npt.NDArray[np.float64], *, flashes: int = 30, channels: int = 1) -> list[float]:
    """Record pictures and sound; every ``flashes``-th picture is white and begins a beep. Return when that was."""
    at = [float(moment) for number, moment in enumerate(taken) if number % flashes == flashes // 2]
    fed = 0
    for number, moment in enumerate(taken.tolist()):
        until = int(moment * RATE)
        track.sound(beeps(fed, until - fed, at, channels))
        fed = until
        flash = number % flashes == flashes // 2
        track.picture(picture(number, flash=flash), moment, full_range=False)
    return at


def seal(track: MovieTrack) -> str:
    """Finish a film as the recorder does; return its digest."""
    track.finish()
    digest = track.file.digest()
    seal_file(track.file)
    return digest


def seal_file(file: GrowingFile) -> None:
    file.sync()
    file.apply_patches()
    file.close()
