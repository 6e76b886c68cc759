"""What an input stream owes to whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Gap:
    """Samples that never arrived. ``at`` counts frames since the stream opened.

    ``frames`` of silence stand in their place in what ``read`` returned; 0 where the device only said that
    something was lost. ``overflow`` is true when our own buffer was full, false when the device lost them.
    """

    at: int
    frames: int
    overflow: bool


@dataclass(frozen=True)
class Chunk:
    """What arrived since the last read: shape (frames, channels), float32, and the gaps that lie in it."""

    samples: Floats
    gaps: tuple[Gap, ...] = ()


class InputStream(Protocol):
    """A running input. One thread reads; the caller reads at least every five seconds and closes it at the end."""

    @property
    def rate(self) -> int:
        """Frames a second."""

    @property
    def channels(self) -> int:
        """How many channels ``read`` returns, in the order in which they were asked for."""

    def read(self) -> Chunk:
        """Return everything that arrived since the last call, at once; it may be empty."""

    def arrived(self) -> int:
        """Return how many frames the device has delivered so far, read or not. Cheap; for the watchdog."""

    def active(self) -> bool:
        """Return whether the driver still claims to run. ``False`` is final, ``True`` proves nothing."""

    def close(self) -> None:
        """Stop. Reading what arrived before is still possible until then, not after."""
