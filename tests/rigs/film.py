"""Looking at films with other people's programs: ffmpeg and ffprobe tell when it flashes and beeps, never we."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.rigs.processes import need, run

_WHITE = 180.0
_BEEP_HZ = 1000
_SOUND_RATE = 48_000


@dataclass(frozen=True)
class Film:
    """What ffprobe says of a film. ``fps`` is the mean rate; times are in seconds."""

    frames: int
    fps: float
    start: float
    seconds: float
    width: int
    height: int


def probe_film(path: Path) -> Film:
    """Return what ffprobe says, having counted every frame."""
    need("ffprobe")
    asked = "stream=width,height,avg_frame_rate,nb_read_packets,start_time,duration:format=duration"
    counting = ["-v", "error", "-count_packets", "-select_streams", "v:0", "-show_entries", asked, "-of", "json"]
    said = run(["ffprobe", *counting, path], 120)
    document = json.loads(said)
    stream = document["streams"][0]
    over, under = stream["avg_frame_rate"].split("/")
    seconds = float(stream.get("duration") or document["format"]["duration"])
    return Film(
        int(stream["nb_read_packets"]),
        int(over) / int(under) if int(under) else 0.0,
        float(stream["start_time"]),
        seconds,
        stream["width"],
        stream["height"],
    )


def brightness_of(path: Path) -> list[tuple[float, float]]:
    """Return (time in seconds, mean brightness) of every frame as ffmpeg decodes it."""
    need("ffmpeg")
    graph = "scale=64:36,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
    said = run(
        ["ffmpeg", "-v", "error", "-copyts", "-i", path, "-vf", graph, "-fps_mode", "passthrough", "-f", "null", "-"],
        600,
    )
    times = [float(found) for found in re.findall(r"pts_time:(-?[0-9.]+)", said)]
    shades = [float(found) for found in re.findall(r"YAVG=([0-9.]+)", said)]
    return list(zip(times, shades, strict=True))


def flashes_in(path: Path, white: float = _WHITE) -> list[float]:
    """Return when the picture turns white, in seconds."""
    found = []
    before = 0.0
    for time, shade in brightness_of(path):
        if shade >= white > before:
            found.append(time)
        before = shade
    return found


def beeps_in(path: Path) -> list[float]:
    """Return when tones of 1 kHz begin, in seconds, in the sound as ffmpeg decodes it."""
    need("ffmpeg")
    raw = path.with_name(f".{path.name}.f32")
    even = f"aresample={_SOUND_RATE}:async=1:first_pts=0"
    out: list[str | Path] = ["-map", "0:a:0", "-af", even, "-ac", "1", "-f", "f32le", raw]
    run(["ffmpeg", "-v", "error", "-y", "-copyts", "-i", path, *out], 600)
    sound = np.fromfile(raw, np.float32)
    raw.unlink()
    time = np.arange(len(sound)) / _SOUND_RATE
    mixed = sound * np.exp(-2j * np.pi * _BEEP_HZ * time)
    width = _SOUND_RATE // 500
    total = np.cumsum(np.concatenate([[0], mixed]))
    level = np.abs(total[width:] - total[:-width]) / width
    loud = level > 0.5 * np.percentile(level, 99.5)
    starts = np.flatnonzero(loud & ~np.concatenate([[True], loud[:-1]]))
    found: list[float] = []
    for start in starts:
        # Half of the level is there when half of the window lies in the tone.
        at = (start + width / 2) / _SOUND_RATE
        if not found or at - found[-1] > 0.3:
            found.append(float(at))
    return found
