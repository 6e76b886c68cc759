"""The sync self-test: flashes and beeps, or claps, found in a few seconds of one camera and the open input.

Works with the window's own flash seen in a mirror, or with a phone that films the screen: the flash may fill any part
of the picture. Only the difference between the two is told, so that it does not matter when the test began.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from roomtone.devices.streams import Floats
from roomtone.engine.messages import SelfTested
from roomtone.foundation.errors import RoomtoneError, WorldError

Values = npt.NDArray[np.float64]

BEEP_HZ: Final = 1000.0
FLASH_SECONDS: Final = 0.1
# An event of the picture and one of the sound belong together when they are nearer than this.
_REACH: Final = 0.45
_LEAST_EVENTS: Final = 3
_HOP: Final = 0.0025
_WINDOW: Final = 0.005
# How much brighter a flash is than what was there before, of 255.
_LEAST_FLASH: Final = 12.0
# A beep or clap stands out of the noise by this factor in amplitude.
_LEAST_SOUND: Final = 4.0
_WORST_SPREAD_MS: Final = 40.0


def find_flashes(moments: Values, cells: Values) -> Values:
    """Return when flashes began, in the clock of ``moments``. ``cells`` has the shape (frames, cells)."""
    if len(moments) < 10:
        return np.empty(0)
    base = np.median(cells, axis=0)
    contrast = np.percentile(cells, 97, axis=0) - base
    bright = contrast >= max(_LEAST_FLASH, 0.5 * float(contrast.max()))
    if not bright.any():
        return np.empty(0)
    light = np.clip(cells[:, bright].mean(axis=1) - base[bright].mean(), 0, None)
    half = light.max() / 2
    lit = light > half
    starts = np.flatnonzero(lit & ~np.concatenate([[False], lit[:-1]]))
    frame = float(np.median(np.diff(moments)))
    found = []
    for start in starts:
        near = np.abs(moments - (moments[start] + FLASH_SECONDS / 2)) < FLASH_SECONDS / 2 + 3 * frame
        weight = light[near]
        length = weight.sum() / light.max() * frame
        # Something that stays bright for long is no flash of ours: a lamp, a cloud.
        if length < 4 * FLASH_SECONDS:
            found.append(float((moments[near] * weight).sum() / weight.sum()) - FLASH_SECONDS / 2)
    return np.array(found)


def find_motion_ends(moments: Values, cells: Values) -> Values:
    """Return when fast movement stopped abruptly, as hands do that clap."""
    if len(moments) < 10:
        return np.empty(0)
    motion = np.abs(np.diff(cells, axis=0)).max(axis=1)
    noise = float(np.median(motion))
    frame = float(np.median(np.diff(moments)))
    level = max(3.0, noise + 0.4 * float(motion.max() - noise))
    fast = motion > level
    ends = np.flatnonzero(fast & ~np.concatenate([fast[1:], [False]]))
    # The last movement is seen between two frames; the hands met half a frame before the later one.
    return np.array([float(moments[end + 1]) - frame / 2 for end in ends])


def find_beeps(samples: Floats, rate: int) -> Values:
    """Return when tones of ``BEEP_HZ`` began, in seconds of ``samples``, shape (frames,)."""
    time = np.arange(len(samples)) / rate
    mixed = samples * np.exp(-2j * np.pi * BEEP_HZ * time)
    return _onsets(np.abs(_sliding_mean(mixed, int(_WINDOW * rate))), rate, _WINDOW)


def find_claps(samples: Floats, rate: int) -> Values:
    """Return when short loud noises began, in seconds of ``samples``, shape (frames,)."""
    rough = np.abs(np.diff(samples, prepend=samples[:1]))
    return _onsets(_sliding_mean(rough, int(0.002 * rate)), rate, 0.002)


def _sliding_mean(values: npt.NDArray[np.generic], width: int) -> npt.NDArray[np.generic]:
    total = np.cumsum(np.concatenate([np.zeros(1, values.dtype), values]))
    mean: npt.NDArray[np.generic] = (total[width:] - total[:-width]) / width
    return mean


def _onsets(level: npt.NDArray[np.generic], rate: int, window: float) -> Values:
    """Return where a level rises through half of what it reaches, at most three times a second."""
    if not len(level):
        return np.empty(0)
    hop = max(1, int(_HOP * rate / 5))
    coarse = np.asarray(level, np.float64)[::hop]
    top = float(np.percentile(coarse, 99.7))
    if top < _LEAST_SOUND * max(float(np.median(coarse)), 1e-6):
        return np.empty(0)
    loud = coarse > top / 2
    starts = np.flatnonzero(loud & ~np.concatenate([[True], loud[:-1]]))
    found: list[float] = []
    for start in starts:
        # Half of the level is reached when half of the window lies in the tone.
        at = start * hop / rate + window / 2
        if not found or at - found[-1] > 1 / 3:
            found.append(at)
    return np.array(found)


def compare(seen: Values, heard: Values, *, claps: bool) -> SelfTested:
    """Return how much later things are seen than heard. Raises ``WorldError`` where that cannot be told."""
    flashes, beeps = (("clap", "claps"),) * 2 if claps else (("flash", "flashes"), ("beep", "beeps"))
    if len(seen) < _LEAST_EVENTS:
        raise _failed(f"{_counted(len(seen), *flashes)} seen")
    if len(heard) < _LEAST_EVENTS:
        raise _failed(f"{_counted(len(heard), *beeps)} heard")
    offsets = []
    for moment in seen:
        nearest = heard[np.argmin(np.abs(heard - moment))]
        if abs(nearest - moment) < _REACH:
            offsets.append(moment - nearest)
    if len(offsets) < _LEAST_EVENTS:
        raise _failed("What was seen and what was heard do not belong together")
    values = np.array(offsets)
    middle = float(np.median(values))
    agreeing = values[np.abs(values - middle) < 0.05]
    spread = float(agreeing.std()) * 1000 if len(agreeing) else 1000.0
    if len(agreeing) < _LEAST_EVENTS or spread > _WORST_SPREAD_MS:
        raise _failed("The distances between picture and sound differ too much")
    return SelfTested(round(float(agreeing.mean()) * 1000, 1), round(spread, 1), len(agreeing))


def _counted(count: int, one: str, many: str) -> str:
    if count == 0:
        return f"No {one} was"
    return f"Only one {one} was" if count == 1 else f"Only {count} {many} were"


def _failed(why: str) -> RoomtoneError:
    return WorldError(
        "self-test-failed",
        "Picture and sound were not measured",
        why,
        "Hold a mirror so that the camera sees the flashing window, turn the loudspeaker up, and try again; or clap "
        "five times slowly before the camera",
    )
