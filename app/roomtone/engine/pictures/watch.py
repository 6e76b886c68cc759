"""Brightness and motion of a camera's frames, collected for the sync self-test where they lie."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
import numpy.typing as npt

from roomtone.devices.pictures import messages as cam
from roomtone.engine.pictures.selftest import Values
from roomtone.engine.pictures.taking import Ring
from roomtone.engine.pictures.timing import Taken

_GRID: Final = (9, 16)


class Watch:
    """Collects brightness and motion of a camera's frames; a ``FrameTaker``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moments: list[float] = []
        self._cells: list[Values] = []

    def frame(self, ring: Ring, frame: cam.Frame, taken: Taken) -> None:
        """Measure a frame where it lies."""
        opened = ring.opened
        with ring.keeper.frame(frame.slot) as planes:
            luma = np.frombuffer(planes, np.uint8, opened.width * opened.height).reshape(opened.height, opened.width)
            cells = _in_cells(luma)
        ring.done(frame.number)
        with self._lock:
            self._moments.append(taken.moment)
            self._cells.append(cells)

    def lost(self, why: str) -> None:
        """What came before the loss still counts."""

    def dropped(self, count: int) -> None:
        """A frame less makes an event less exact, not wrong."""

    def seen(self) -> tuple[Values, Values]:
        """Return the moments (monotonic seconds) and the cells, shape (frames, cells)."""
        with self._lock:
            cells = np.array(self._cells) if self._cells else np.empty((0, _GRID[0] * _GRID[1]))
            return np.array(self._moments), cells


def _in_cells(luma: npt.NDArray[np.uint8]) -> Values:
    """Return the mean brightness of the cells of a grid over the picture."""
    rows, columns = _GRID
    step_y, step_x = max(1, luma.shape[0] // rows), max(1, luma.shape[1] // columns)
    # Every fourth pixel is plenty for a mean.
    cut = luma[: rows * step_y, : columns * step_x]
    if cut.shape != (rows * step_y, columns * step_x):
        return np.full(rows * columns, float(luma.mean()))
    blocks = cut.reshape(rows, step_y, columns, step_x)[:, ::4, :, ::4]
    means: Values = blocks.mean(axis=(1, 3)).reshape(-1)
    return means
