"""The picture of a film that plays, and before that a still of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.framing import fit
from roomtone.gui.presenters.model import PlayingModel
from roomtone.gui.views.overlays import paint_chip
from roomtone.gui.views.parts import IconButton
from roomtone.studio.preview import Preview

_WIDE: Final = 16 / 9
# How high a film is at most, and at least where there is hardly room, in pixels at a scale of 1.
_MOST: Final = 400
_LEAST: Final = 96


class FilmView(QWidget):
    """As wide as there is room, and as high as the film wants then. A click (``pressed``) is like the play button.

    ``closed`` is the wish to see it no more; only where it is ``closable`` is there a button for that.
    """

    pressed = Signal()
    closed = Signal()

    def __init__(self, look: Look, store: PictureStore, closable: bool = False) -> None:
        super().__init__()
        self._look = look
        self._store = store
        self._preview = Preview()
        self._memory = ""
        self._still = ""
        self._blind = ""
        self._image: QImage | None = None
        # The image does not own its bytes, and lies over these.
        self._pixels = b""
        self._most = 0
        self.frames = 0
        self.put_away = IconButton(look, "x", "Close the film", self) if closable else None
        if self.put_away is not None:
            self.put_away.on_ground("control")
            self.put_away.clicked.connect(self.closed)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Film")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        store.loaded.connect(self._came)
        look.changed.connect(self.updateGeometry)

    @property
    def wanted(self) -> bool:
        """Whether there are pictures to be looked for."""
        return bool(self._memory) and self.isVisible()

    def show_film(self, still: str, playing: PlayingModel | None) -> None:
        """Show what plays; ``still`` is the file of the picture that stands for it otherwise, "" for none."""
        memory = playing.picture if playing is not None else ""
        blind = playing.blind if playing is not None else ""
        if (still, memory, blind) == (self._still, self._memory, self._blind):
            return
        if memory != self._memory:
            self._preview.close()
            self._image, self._pixels = None, b""
        self._still, self._memory, self._blind = still, memory, blind
        self.setAccessibleDescription(blind)
        self.updateGeometry()
        self.update()

    def look(self) -> None:
        """Look whether there is a newer picture, and have it painted."""
        pixels = self._preview.look(self._memory)
        width, height = self._preview.size
        if pixels is None or len(pixels) != width * height * 4:
            return
        first = self._image is None
        self._pixels = pixels
        self._image = QImage(pixels, width, height, width * 4, QImage.Format.Format_RGB32)
        self.frames += 1
        if first:
            self.updateGeometry()
        self.update()

    def close_preview(self) -> None:
        """Let go of the memory."""
        self._preview.close()

    def limit(self, most: int) -> None:
        """Be no higher than this many pixels."""
        if most != self._most:
            self._most = most
            self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        most = self._look.large(_MOST)
        if self._most:
            most = max(self._look.px(_LEAST), min(most, self._most))
        around = self.contentsMargins()
        wide = width - around.left() - around.right()
        return min(most, round(wide / self._ratio) + around.top() + around.bottom())

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(320), self.heightForWidth(self.width() or self._look.px(320)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(120), self._look.px(_LEAST))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        del event
        self.pressed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        if self.put_away is not None:
            side, gap = self.put_away.sizeHint(), self._look.px(8)
            corner = self.contentsRect().topRight() + QPoint(-side.width() - gap, gap)
            self.put_away.setGeometry(QRect(corner, side))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        look, room = self._look, QRectF(self.contentsRect())
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        clip = QPainterPath()
        clip.addRoundedRect(room, look.tokens.radius.large, look.tokens.radius.large)
        painter.setClipPath(clip)
        painter.fillRect(room, look.colour("raised"))
        area = QRectF(*fit(self._ratio, (room.left(), room.top(), room.width(), room.height())))
        if self._image is not None:
            painter.drawImage(area, self._image)
        else:
            still = self._store.picture(self._still) if self._still else None
            if still is not None:
                painter.drawPixmap(area, still, QRectF(still.rect()))
            else:
                side = look.px(26)
                corner = room.center() - QPointF(side / 2, side / 2)
                painter.drawPixmap(corner, look.icon("video", "muted", side, self.devicePixelRatioF()))
        if self._blind:
            gap = look.px(8)
            painter.setFont(look.font(look.tokens.type.caption, 600))
            corner = room.topLeft() + QPointF(gap, gap)
            paint_chip(painter, look, self._blind, corner, ("look", "page"), room.width() - 2 * gap)
        painter.end()

    @property
    def _ratio(self) -> float:
        if self._image is not None:
            return self._image.width() / self._image.height()
        still = self._store.picture(self._still) if self._still else None
        return still.width() / still.height() if still is not None and still.height() else _WIDE

    def _came(self, path: str) -> None:
        if path == self._still:
            self.updateGeometry()
            self.update()
