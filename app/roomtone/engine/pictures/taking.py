"""How frames get from an open camera to whoever records, measures or draws them."""

from __future__ import annotations

from typing import Protocol

from roomtone.devices.pictures import messages as cam
from roomtone.devices.pictures.ring import RingKeeper
from roomtone.engine.pictures.timing import Taken


class Ring:
    """One stretch of shared memory: frames of one size. Frames that are being read keep it open."""

    def __init__(self, keeper: RingKeeper, opened: cam.Opened, first: int) -> None:
        self.keeper = keeper
        self.opened = opened
        self.first = first

    def done(self, number: int) -> None:
        """Say that frame ``number`` and all before it are not needed any more."""
        self.keeper.keep(True, number - self.first + 1)


class FrameTaker(Protocol):
    """Whoever wants every frame. Called on the camera's thread; must return soon."""

    def frame(self, ring: Ring, frame: cam.Frame, taken: Taken) -> None:
        """Frame ``frame`` lies in ``ring`` until ``ring.done`` was called for it."""

    def lost(self, why: str) -> None:
        """No frames come for now; ``why`` is for people."""

    def dropped(self, count: int) -> None:
        """So many frames were let go because the taker was too slow."""
