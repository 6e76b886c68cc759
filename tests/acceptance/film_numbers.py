"""Films of the rig's camera, as ffmpeg decodes them: which numbered frame is shown when, and where nothing new is."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.rigs.camera import Timeline, frame_number
from tests.rigs.film import probe_film
from tests.rigs.processes import need, run

# The bar code lies in the upper half of every picture of the rig.
_SHARE: Final = 2
_MOST_MISSING: Final = 2000


@dataclass(frozen=True)
class Shown:
    """One picture of a film: when it is shown, in seconds, and its number if it has a bar code."""

    at: float
    number: int | None


def shown_in(film: Path, *others: tuple[int, int]) -> list[Shown]:
    """Return every picture of a film, in order. ``others`` are more sizes, (width, height), that the camera sent."""
    need("ffmpeg", "ffprobe")
    asked = ["-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]
    times = [float(line.strip(",")) for line in run(["ffprobe", "-v", "error", *asked, film], 120).split()]
    probed = probe_film(film)
    width, height = probed.width, probed.height // _SHARE
    with tempfile.TemporaryFile() as raw:
        out = ["-vf", f"crop=iw:{height}:0:0,format=gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-"]
        done = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-i", film, "-map", "0:v:0", *out],
            stdout=raw,
            stderr=subprocess.PIPE,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        raw.seek(0)
        grays = np.frombuffer(raw.read(), np.uint8).reshape(-1, height, width)
    assert len(grays) == len(times)
    sizes = [(width, height), *((w, h // _SHARE) for w, h in others)]
    shown: list[Shown] = []
    before: int | None = None
    for at, gray in zip(times, grays, strict=True):
        number = _number(gray, sizes, before)
        before = before if number is None else number
        shown.append(Shown(at, number))
    return shown


def _number(gray: npt.NDArray[Any], sizes: list[tuple[int, int]], before: int | None) -> int | None:
    """Return a picture's number. Read in the wrong size it may be any; so it has to follow the one ``before``."""
    read = [found for size in sizes if (found := frame_number(gray, size)) is not None]
    return next((found for found in read if before is None or 0 < found - before < _MOST_MISSING), None)


def holes_in(shown: Sequence[Shown], longest: float) -> list[tuple[float, float]]:
    """Return where one picture is shown for at least ``longest`` seconds: its time, and how long."""
    pairs = itertools.pairwise(shown)
    return [(one.at, other.at - one.at) for one, other in pairs if other.at - one.at >= longest]


def deviations(shown: Sequence[Shown], timeline: Timeline) -> npt.NDArray[np.float64]:
    """Return how much later than the first ones each numbered picture is shown, by when it was taken, in seconds.

    The first second tells where the film's zero lies on the camera's timeline.
    """
    late: npt.NDArray[np.float64] = np.array(
        [one.at - timeline.taken(one.number) for one in shown if one.number is not None]
    )
    assert len(late) > timeline.fps
    deviation: npt.NDArray[np.float64] = late - np.median(late[: int(timeline.fps)])
    return deviation


def check_decodes(film: Path) -> None:
    """Check that ffprobe reads a film, and that ffmpeg decodes all of it and has nothing to say.

    It is left in its own time base: in one of whole frames, ffmpeg would warn of pictures that its own rounding puts
    onto the same tick.
    """
    need("ffmpeg", "ffprobe")
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "warning", "-i", film, "-enc_time_base", "-1", "-f", "null", "-"],
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, b""), done.stderr.decode()
    assert run(["ffprobe", "-v", "warning", "-show_entries", "format=duration", "-of", "csv=p=0", film], 60).strip()
