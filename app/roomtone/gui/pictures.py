"""Picture files for the views: read and scaled on a thread of their own, and kept ready to be painted."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

_MOST_BYTES: Final = 96 * 1024 * 1024


class PictureStore(QObject):
    """Gives pixmaps of files. What is not there yet is ``None``; ``loaded`` tells its path when it is.

    A file that cannot be read, or is none any more, stays ``None``: the views show what they show without it.
    """

    loaded = Signal(str)
    _read = Signal(str, int, QImage)

    def __init__(self) -> None:
        super().__init__()
        # One thread is enough for small pictures, and leaves the machine to the recording.
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self._kept: OrderedDict[tuple[str, int], QPixmap] = OrderedDict()
        self._bytes = 0
        self._wanted: set[tuple[str, int]] = set()
        self._closed = False
        self._read.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def picture(self, path: str, height: int = 0) -> QPixmap | None:
        """Return the picture in ``path``, at most ``height`` device pixels high (0: as it is), if it is there yet."""
        key = (path, height)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return None if kept.isNull() else kept
        if path and key not in self._wanted and not self._closed:
            self._wanted.add(key)
            self._pool.start(partial(self._load, path, height))
        return None

    def close(self) -> None:
        """Stop reading. What is being read now is waited for; it is a small picture."""
        self._closed = True
        self._pool.clear()
        self._pool.waitForDone()

    def _load(self, path: str, height: int) -> None:
        reader = QImageReader(path)
        reader.setAutoTransform(True)
        size = reader.size()
        if 0 < height < size.height():
            reader.setScaledSize(QSize(max(1, round(size.width() * height / size.height())), height))
        self._read.emit(path, height, reader.read())

    def _keep(self, path: str, height: int, image: QImage) -> None:
        self._wanted.discard((path, height))
        pixmap = QPixmap.fromImage(image)
        self._kept[(path, height)] = pixmap
        self._bytes += _size(pixmap)
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)
        self.loaded.emit(path)


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
