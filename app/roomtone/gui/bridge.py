"""The one bridge from the studio's threads to Qt.

However fast states and levels come, the window's event loop has at most one message of each kind waiting: states
replace each other, levels are merged so that no peak and no clipped sample between two frames is missed.
"""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Qt, Signal

from roomtone.studio.snapshot import LevelsView, StudioState


class Bridge(QObject):
    """Take ``put_state`` and ``put_levels`` to the studio; ``state`` and ``levels`` come out in the window's thread."""

    state = Signal(object)
    levels = Signal(object)
    _state_waits = Signal()
    _levels_wait = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._state: StudioState | None = None
        self._levels: LevelsView | None = None
        self._state_waits.connect(self._hand_state, Qt.ConnectionType.QueuedConnection)
        self._levels_wait.connect(self._hand_levels, Qt.ConnectionType.QueuedConnection)

    def put_state(self, state: StudioState) -> None:
        """Take a state, on any thread."""
        with self._lock:
            waiting, self._state = self._state is not None, state
        if not waiting:
            self._state_waits.emit()

    def put_levels(self, levels: LevelsView) -> None:
        """Take levels, on any thread."""
        with self._lock:
            waiting = self._levels is not None
            self._levels = levels if self._levels is None else merge(self._levels, levels)
        if not waiting:
            self._levels_wait.emit()

    def _hand_state(self) -> None:
        with self._lock:
            state, self._state = self._state, None
        if state is not None:
            self.state.emit(state)

    def _hand_levels(self) -> None:
        with self._lock:
            levels, self._levels = self._levels, None
        if levels is not None:
            self.levels.emit(levels)


def merge(older: LevelsView, newer: LevelsView) -> LevelsView:
    """Return the newer levels with the highest peak of both, clipped if either was."""
    if [channel[0] for channel in older.channels] != [channel[0] for channel in newer.channels]:
        return newer
    return LevelsView(
        [
            (label, max(old[1], peak), max(old[2], rms), old[3] or clipped)
            for old, (label, peak, rms, clipped) in zip(older.channels, newer.channels, strict=True)
        ]
    )
