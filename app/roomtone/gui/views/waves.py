"""The waveform of a finished take: painted once into a pixmap, with the playhead over it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel

Columns = Sequence[tuple[float, float]]
# Columns stand three pixels apart, two of them wide: bars, as a person expects of a waveform, and half the work.
PITCH: Final = 3
# The last pair of a waveform may be short of the take's end by so many seconds.
_TOLERANCE: Final = 0.1


class TrackWave(Protocol):
    """The waveform of a track: pairs of int16, one for each ``bucket`` frames."""

    rate: int
    bucket: int

    @property
    def lows(self) -> array[int]: ...

    @property
    def highs(self) -> array[int]: ...

    def envelope(self, first: float, last: float, columns: int) -> list[tuple[float, float]]:
        """Return (low, high) in -1…1 for equal parts of the pairs from ``first`` to ``last``."""


WaveSource = Callable[[str, str], TrackWave]


def paint_columns(painter: QPainter, columns: Columns, area: QRectF, first: int = 0) -> None:
    """Paint columns of (low, high) with the painter's pen; column 0 stands at the left of ``area``."""
    middle, half = area.center().y(), area.height() / 2
    lines = []
    for number, (low, high) in enumerate(columns, first):
        x = area.left() + number * PITCH + 1
        lines.append(QLineF(x, middle - max(high * half, 0.5), x, middle + max(-low * half, 0.5)))
    painter.drawLines(lines)


def track_rows(area: QRectF, tracks: int) -> list[QRectF]:
    """Share the height of ``area`` among so many tracks."""
    count = max(1, tracks)
    height = area.height() / count
    return [QRectF(area.left(), area.top() + row * height, area.width(), height) for row in range(count)]


def paint_filmstrip(painter: QPainter, film: QPixmap, ratio: float, area: QRectF) -> None:
    """Paint a strip of pictures of a ratio (width ÷ height) across ``area``, each at its time, none distorted."""
    tile = film.height() * ratio
    tiles = max(1, round(film.width() / tile))
    width = area.height() * ratio
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for number in range(int(area.width() / width) + 1):
        left = area.left() + number * width
        # The strip may hold more pictures than there is room for, or fewer: the one of the middle of this place counts.
        chosen = min(tiles - 1, int((number + 0.5) * width / area.width() * tiles))
        painter.drawPixmap(
            QRectF(left, area.top(), width, area.height()), film, QRectF(chosen * tile, 0, tile, film.height())
        )


def paint_thumbnail(painter: QPainter, small: QPixmap, area: QRectF) -> float:
    """Paint a picture at the left of ``area``, as high as it is; return how much room it took."""
    width = min(area.width(), area.height() * small.width() / max(1, small.height()))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(area.left(), area.top(), width, area.height()), small, QRectF(small.rect()))
    return width


class WaveView(QWidget):
    """A take's clip. ``pressed`` tells where in it, from 0 to 1, the mouse was pressed."""

    pressed = Signal(float)

    def __init__(self, look: Look, source: WaveSource, parent: QWidget, store: PictureStore) -> None:
        super().__init__(parent)
        self._look = look
        self._source = source
        self._store = store
        self._lane: LaneModel | None = None
        self._still: QPixmap | None = None
        self._covered = 0.0
        self._playhead = -1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self._forget)
        store.loaded.connect(self._picture_came)

    def show_lane(self, lane: LaneModel) -> None:
        """Show the clip of a take."""
        if lane is self._lane:
            return
        before, self._lane = self._lane, lane
        self.setAccessibleName(f"Waveform of {lane.title}")
        self.setAccessibleDescription("Click to play from there; with the keyboard, Left and Right")
        self.setCursor(Qt.CursorShape.IBeamCursor if lane.playable else Qt.CursorShape.ArrowCursor)
        if before is None or _drawn_of(before) != _drawn_of(lane):
            self._forget()
        elif before.sent != lane.sent:
            self.update(0, self.height() - self._line_height(), self.width(), self._line_height())

    def show_playhead(self, share: float) -> None:
        """Put the playhead at a part (0 to 1) of the take, or take it away (-1)."""
        if share == self._playhead:
            return
        for at in (self._playhead, share):
            if at >= 0:
                self.update(self._playhead_area(at))
        self._playhead = share

    def complete(self) -> None:
        """Look whether there is more of the waveform by now, unless all of it is there already."""
        lane = self._lane
        if lane is None or self._covered >= lane.seconds - _TOLERANCE:
            return
        if any(_length(self._source(lane.id, track)) > self._covered for track in lane.tracks):
            self._forget()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.width() > 0:
            self.pressed.emit(event.position().x() / self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._still = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._lane is None:
            return
        if self._still is None:
            self._still = self._paint_still(self._lane)
        painter = QPainter(self)
        ratio = self._still.devicePixelRatio()
        area = event.rect()
        painter.drawPixmap(
            QRectF(area),
            self._still,
            QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio),
        )
        self._paint_green_line(painter, self._lane)
        if self._playhead >= 0:
            x = self._playhead * self.width()
            painter.setPen(QPen(self._look.colour("playhead"), 1.5))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.end()

    def _picture_came(self, path: str) -> None:
        if self._lane is not None and path in (self._lane.filmstrip, self._lane.thumbnail):
            self._forget()

    def _forget(self) -> None:
        self._still = None
        self.update()

    def _playhead_area(self, share: float) -> QRect:
        return QRect(int(share * self.width()) - 3, 0, 7, self.height())

    def _paint_still(self, lane: LaneModel) -> QPixmap:
        ratio = self.devicePixelRatioF()
        still = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        still.setDevicePixelRatio(ratio)
        still.fill(Qt.GlobalColor.transparent)
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, 0, self.width(), self.height())
        clip = QPainterPath()
        clip.addRoundedRect(area, self._look.tokens.radius.medium, self._look.tokens.radius.medium)
        painter.setClipPath(clip)
        own = lane.own and lane.readable and not lane.trashed and lane.media in ("sound", "video")
        painter.fillRect(area, self._look.colour("person_clip" if own else "plain_clip"))
        high = round(area.height() * self.devicePixelRatioF())
        film = self._store.picture(lane.filmstrip, high) if lane.filmstrip else None
        small = self._store.picture(lane.thumbnail, high) if lane.thumbnail else None
        if film is not None:
            ratio = small.width() / small.height() if small is not None else 16 / 9
            paint_filmstrip(painter, film, ratio, area)
        else:
            taken = paint_thumbnail(painter, small, area) if small is not None else 0.0
            rest = area.adjusted(taken, 0, 0, 0)
            self._paint_tracks(painter, lane, rest, "person" if own else "plain_wave")
        self._paint_words(painter, lane, area)
        painter.end()
        return still

    def _paint_tracks(self, painter: QPainter, lane: LaneModel, area: QRectF, colour: str) -> None:
        painter.setPen(QPen(self._look.colour(colour), 2.0))
        inner = area.adjusted(0, self._look.px(8), 0, -self._look.px(10))
        self._covered = 0.0
        for track, row in zip(lane.tracks, track_rows(inner, len(lane.tracks)), strict=False):
            wave = self._source(lane.id, track)
            count = len(wave.lows)
            self._covered = max(self._covered, _length(wave))
            if count:
                paint_columns(painter, wave.envelope(0, count, int(row.width() / PITCH)), row)

    def _paint_words(self, painter: QPainter, lane: LaneModel, area: QRectF) -> None:
        look = self._look
        left: float = look.px(8)
        painter.setFont(look.font(look.tokens.type.caption, 500))
        metrics = painter.fontMetrics()
        for text in (*lane.tags, *(one for one in (lane.placed, lane.note) if one)):
            room = int(area.width() * 0.6 - left)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, look.px(60)))
            width = metrics.horizontalAdvance(shown) + look.px(12)
            box = QRectF(left, look.px(6), width, metrics.height() + look.px(4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("control"))
            painter.drawRoundedRect(box, look.tokens.radius.small, look.tokens.radius.small)
            painter.setPen(look.colour("text"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
            left = box.right() + look.px(6)
        if lane.message:
            self._paint_message(painter, lane.message, area)

    def _paint_message(self, painter: QPainter, message: str, area: QRectF) -> None:
        look = self._look
        painter.setFont(look.font(look.tokens.type.small))
        metrics = painter.fontMetrics()
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
        room = area.adjusted(look.px(14), 0, -look.px(14), 0)
        needed = metrics.boundingRect(room.toRect(), flags, message)
        height = min(area.height(), needed.height() + look.px(10))
        box = QRectF(area.left(), area.bottom() - height, area.width(), height)
        painter.fillRect(box, look.colour("look_clip"))
        painter.fillRect(QRectF(box.left(), box.top(), look.px(3), box.height()), look.colour("look"))
        painter.setPen(look.colour("text"))
        painter.drawText(box.adjusted(look.px(14), 0, -look.px(14), 0), flags, message)

    def _line_height(self) -> int:
        return self._look.px(self._look.tokens.size.green_line)

    def _paint_green_line(self, painter: QPainter, lane: LaneModel) -> None:
        if lane.sent <= 0 or lane.message:
            return
        height = self._line_height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("safe_fill"))
        painter.drawRoundedRect(
            QRectF(0, self.height() - height, self.width() * lane.sent, height), height / 2, height / 2
        )


def _drawn_of(lane: LaneModel) -> tuple[object, ...]:
    """Return what the still picture of a lane depends on."""
    return (
        lane.id,
        lane.tracks,
        lane.tags,
        lane.note,
        lane.message,
        lane.own,
        lane.readable,
        lane.trashed,
        lane.seconds,
        lane.thumbnail,
        lane.filmstrip,
        lane.placed,
    )


def _length(wave: TrackWave) -> float:
    return len(wave.lows) * wave.bucket / wave.rate if wave.rate > 0 else 0.0
