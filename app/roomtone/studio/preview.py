"""The newest picture of an open camera, for the thread that paints: it never waits, and never slows a recording."""

from __future__ import annotations

from pathlib import Path

from roomtone.devices.pictures.ring import RingError, RingLooker


class Preview:
    """Looks at the shared memory that ``CameraView.preview`` names. It belongs to one thread."""

    def __init__(self) -> None:
        self._path = ""
        self._looker: RingLooker | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures; (0, 0) while there are none."""
        return self._looker.size if self._looker is not None else (0, 0)

    def look(self, path: str) -> bytes | None:
        """Return the newest picture at ``path``: 4 bytes a pixel (B, G, R, unused), rows without padding.

        ``None`` where nothing is new. A path that changed, or is gone, is followed by itself.
        """
        if path != self._path:
            self.close()
            self._path = path
        if self._looker is None and path:
            try:
                self._looker = RingLooker(Path(path))
            except (OSError, RingError, ValueError):
                # The camera closed a moment ago, or is not there yet; the next state will tell.
                return None
        return self._looker.newest() if self._looker is not None else None

    def close(self) -> None:
        """Let go of the memory."""
        if self._looker is not None:
            self._looker.close()
            self._looker = None
        self._path = ""
