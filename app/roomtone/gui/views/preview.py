"""A camera's picture as it is now: the newest one wins, and nothing here ever waits for one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.camera import TileModel
from roomtone.gui.presenters.framing import fit
from roomtone.gui.presenters.meters import Bar
from roomtone.gui.views.overlays import meter_width, paint_chip, paint_framing, paint_meter, zebra
from roomtone.gui.views.parts import paint_focus
from roomtone.studio.preview import Preview
from roomtone.studio.snapshot import Framing

_WIDE = 16 / 9


class PreviewView(QWidget):
    """Shows a camera. ``pressed`` tells that it was clicked, or chosen with a key where it is a ``choice``."""

    pressed = Signal()

    def __init__(self, look: Look, store: PictureStore, choice: bool = False) -> None:
        super().__init__()
        self._look = look
        self._store = store
        self._choice = choice
        self._preview = Preview()
        self._tile: TileModel | None = None
        self._framing = Framing()
        self._bars: tuple[Bar, ...] = ()
        self._ghost = ""
        self._source: QImage | None = None
        self._pixels_kept = b""
        self._shown: QPixmap | None = None
        self._stripes: QImage | None = None
        self._laid: tuple[tuple[int, QSize, bool], QPixmap] | None = None
        self._picture = QRectF()
        self._time = ""
        self._still = ""
        self._marked = False
        self.frames = 0
        # Every pixel is painted by this widget itself, so nothing behind it need be.
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)
        if choice:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        store.loaded.connect(self._picture_came)
        look.changed.connect(self.update)

    @property
    def camera(self) -> str:
        """The camera that is shown."""
        return self._tile.id if self._tile is not None else ""

    @property
    def wanted(self) -> bool:
        """Whether there are pictures to be looked for."""
        return bool(self.camera) and self.isVisible()

    @property
    def has_picture(self) -> bool:
        """Whether a picture has come."""
        return self._source is not None

    def show_tile(self, tile: TileModel | None, framing: Framing, ghost: str = "") -> None:
        """Show this camera in this way, with the picture in the file ``ghost`` over it."""
        if tile == self._tile and framing == self._framing and ghost == self._ghost:
            return
        if tile is None or tile.preview != (self._tile.preview if self._tile is not None else ""):
            self._source = self._shown = self._stripes = None
        self._tile, self._framing, self._ghost = tile, framing, ghost
        if tile is None:
            self._preview.close()
        else:
            what = "Looks at" if self._choice else "Camera"
            self.setAccessibleName(f"{what} {tile.label}")
            self.setAccessibleDescription(tile.line.text)
            self.setToolTip(f"{tile.label}: {tile.line.text}" if self._choice else tile.line.text)
            self._prepare()
        self.update()

    def show_still(self, path: str) -> None:
        """Show a picture in a file instead of the camera, or the camera again for ""."""
        if path != self._still:
            self._still = path
            self.update()

    def show_moving(self, time: str, bars: tuple[Bar, ...]) -> None:
        """Show how long the take is ("" for none), and the levels."""
        recording = self._tile is not None and self._tile.recording
        text = f"REC {time}" if time and recording else ""
        if text != self._time:
            self._time = text
            self.update(0, 0, self.width(), self._look.px(40))
        bars = bars if self._framing.meter and not self._choice else ()
        if bars != self._bars:
            width = max(meter_width(self._look, bars), meter_width(self._look, self._bars))
            self._bars = bars
            self.update(QRect(int(self._picture.left()), 0, width + 2, self.height()))

    def mark(self, marked: bool) -> None:
        """Be the one of several that is seen large."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    def look(self) -> bool:
        """Look whether there is a newer picture, and have it painted; return whether there is."""
        tile = self._tile
        if tile is None or self._still:
            return False
        pixels = self._preview.look(tile.preview)
        width, height = self._preview.size
        if pixels is None or len(pixels) != width * height * 4:
            return False
        # The image does not own its bytes, and lies over those that are kept here.
        self._pixels_kept = pixels
        self._source = QImage(pixels, width, height, width * 4, QImage.Format.Format_RGB32)
        self.frames += 1
        self._prepare()
        self.update()
        return True

    def close_preview(self) -> None:
        """Let go of the camera's memory."""
        self._preview.close()

    def hasHeightForWidth(self) -> bool:
        return self.sizePolicy().hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return round(width / _WIDE)

    def sizeHint(self) -> QSize:
        width = self._look.px(72 if self._choice else 280)
        # Who says how low it may get wants it that low where there is no room, and larger only where there is.
        return QSize(width, self.minimumHeight() or round(width / _WIDE))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 36)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        del event
        self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._choice and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._prepare()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        clip = QPainterPath()
        radius = look.tokens.radius.small if self._choice else look.tokens.radius.large
        whole = QRectF(self.rect())
        clip.addRoundedRect(whole if self._still or self._shown is None else self._picture, radius, radius)
        painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        painter.fillRect(self.rect(), look.colour("raised"))
        still = self._store.picture(self._still, self._pixels(self.height())) if self._still else None
        if self._still:
            self._paint_file(painter, still)
        elif self._shown is not None:
            painter.drawPixmap(self._picture.topLeft(), self._shown)
            self._paint_over(painter)
        else:
            self._paint_waiting(painter)
        if self._choice and self.hasFocus():
            paint_focus(painter, look, QRectF(self.rect()), radius)
        elif self._marked:
            painter.setPen(QPen(look.colour("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        painter.end()

    def _paint_over(self, painter: QPainter) -> None:
        framing, look = self._framing, self._look
        ghost = self._ghost_pixmap() if framing.ghost > 0 and self._ghost and not self._choice else None
        if ghost is not None:
            size = ghost.deviceIndependentSize()
            painter.setOpacity(framing.ghost)
            painter.drawPixmap(self._picture.center() - QPointF(size.width() / 2, size.height() / 2), ghost)
            painter.setOpacity(1.0)
        if self._choice:
            return
        if self._stripes is not None:
            painter.drawImage(self._picture, self._stripes)
        paint_framing(painter, framing, self._picture)
        paint_meter(painter, look, self._bars, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_chips(painter)

    def _paint_chips(self, painter: QPainter) -> None:
        look, gap = self._look, self._look.px(8)
        painter.setFont(look.font(look.tokens.type.caption, 600, tabular=True))
        if self._time:
            # What is outside the picture is not painted: a tall picture leaves room at the sides.
            corner, room = self._picture.topRight() + QPointF(-gap, gap), self._picture.width() - 2 * gap
            paint_chip(painter, look, self._time, corner, ("page", "record"), room, right=True)

    def _paint_waiting(self, painter: QPainter) -> None:
        tile, look = self._tile, self._look
        side = look.px(16 if self._choice else 26)
        icon = "video-off" if tile is not None and tile.trouble is not None else "video"
        middle = QRectF(self.rect()).center()
        painter.drawPixmap(
            middle - QPointF(side / 2, side / 2), look.icon(icon, "muted", side, self.devicePixelRatioF())
        )

    def _paint_file(self, painter: QPainter, pixmap: QPixmap | None) -> None:
        if pixmap is not None:
            area = fit(pixmap.width() / pixmap.height(), (0, 0, self.width(), self.height()))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(QRectF(*area), pixmap, QRectF(pixmap.rect()))

    def _ghost_pixmap(self) -> QPixmap | None:
        """Return the ghost as large as the picture; it is made once and then only laid over."""
        found = self._store.picture(self._ghost, self._pixels(self.height()))
        if found is None or self._tile is None:
            return None
        ratio = self.devicePixelRatioF()
        area = (0.0, 0.0, self._picture.width(), self._picture.height())
        _, _, width, height = fit(found.width() / found.height(), area)
        size = QSize(max(1, round(width * ratio)), max(1, round(height * ratio)))
        key = (found.cacheKey(), size, self._tile.mirrored)
        if self._laid is None or self._laid[0] != key:
            smooth = Qt.TransformationMode.SmoothTransformation
            image = found.toImage().scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            if self._tile.mirrored:
                # It lies over a mirrored picture, so it is mirrored as well, or the two would never meet.
                image.flip(Qt.Orientation.Horizontal)
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(ratio)
            self._laid = (key, pixmap)
        return self._laid[1]

    def _prepare(self) -> None:
        """Make what is painted of the newest picture: once a picture, however often it is painted."""
        source, tile = self._source, self._tile
        if source is None or tile is None or self.width() < 1:
            return
        ratio = self.devicePixelRatioF()
        left, top, width, height = fit(source.width() / source.height(), (0, 0, self.width(), self.height()))
        self._picture = QRectF(round(left), round(top), round(width), round(height))
        size = QSize(max(1, round(width * ratio)), max(1, round(height * ratio)))
        smooth = Qt.TransformationMode.SmoothTransformation
        shown = source.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        if tile.mirrored:
            shown.flip(Qt.Orientation.Horizontal)
        self._shown = QPixmap.fromImage(shown)
        self._shown.setDevicePixelRatio(ratio)
        wanted = self._framing.zebra and not self._choice
        self._stripes = zebra(source, tile.mirrored) if wanted else None

    def _pixels(self, logical: int) -> int:
        return max(1, round(logical * self.devicePixelRatioF()))

    def _picture_came(self, path: str) -> None:
        if path in (self._ghost, self._still):
            self.update()
