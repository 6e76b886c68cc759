"""The waveform of a finished take: painted once into a pixmap, with the playhead over it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import LaneModel

Columns = Sequence[tuple[float, float]]
# Columns stand three pixels apart, two of them wide: bars, as a person expects of a waveform, and half the work.
PITCH: Final = 3


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


class WaveView(QWidget):
    """A take's clip. ``pressed`` tells where in it, from 0 to 1, the mouse was pressed."""

    pressed = Signal(float)

    def __init__(self, look: Look, source: WaveSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._source = source
        self._lane: LaneModel | None = None
        self._still: QPixmap | None = None
        self._drawn = 0
        self._playhead = -1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self._forget)

    def show_lane(self, lane: LaneModel) -> None:
        """Show the clip of a take."""
        if lane is self._lane:
            return
        self._lane = lane
        self.setAccessibleName(f"Waveform of {lane.title}")
        self.setAccessibleDescription("Click to play from there; with the keyboard, Left and Right")
        self.setCursor(Qt.CursorShape.IBeamCursor if lane.playable else Qt.CursorShape.ArrowCursor)
        self._forget()

    def show_playhead(self, share: float) -> None:
        """Put the playhead at a part (0 to 1) of the take, or take it away (-1)."""
        if share == self._playhead:
            return
        for at in (self._playhead, share):
            if at >= 0:
                self.update(self._playhead_area(at))
        self._playhead = share

    def complete(self) -> bool:
        """Look whether the waveform is there in full by now, and paint afresh if there is more of it."""
        lane = self._lane
        if lane is None or not lane.tracks:
            return True
        known = sum(len(self._source(lane.id, track).lows) for track in lane.tracks)
        if known != self._drawn:
            self._forget()
        return known > 0

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
        if self._playhead >= 0:
            x = self._playhead * self.width()
            painter.setPen(QPen(self._look.colour("playhead"), 1.5))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.end()

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
        own = lane.own and lane.readable and not lane.trashed
        painter.fillRect(area, self._look.colour("person_clip" if own else "plain_clip"))
        self._paint_tracks(painter, lane, area, "person" if own else "plain_wave")
        self._paint_words(painter, lane, area)
        self._paint_green_line(painter, lane, area)
        painter.end()
        return still

    def _paint_tracks(self, painter: QPainter, lane: LaneModel, area: QRectF, colour: str) -> None:
        painter.setPen(QPen(self._look.colour(colour), 2.0))
        inner = area.adjusted(0, self._look.px(8), 0, -self._look.px(10))
        self._drawn = 0
        for track, row in zip(lane.tracks, track_rows(inner, len(lane.tracks)), strict=False):
            wave = self._source(lane.id, track)
            count = len(wave.lows)
            self._drawn += count
            if count:
                paint_columns(painter, wave.envelope(0, count, int(row.width() / PITCH)), row)

    def _paint_words(self, painter: QPainter, lane: LaneModel, area: QRectF) -> None:
        look = self._look
        left: float = look.px(8)
        painter.setFont(look.font(look.tokens.type.caption, 500))
        metrics = painter.fontMetrics()
        for tag in lane.tags:
            box = QRectF(left, look.px(6), metrics.horizontalAdvance(tag) + look.px(12), metrics.height() + look.px(4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("control"))
            painter.drawRoundedRect(box, look.tokens.radius.small, look.tokens.radius.small)
            painter.setPen(look.colour("text"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), tag)
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

    def _paint_green_line(self, painter: QPainter, lane: LaneModel, area: QRectF) -> None:
        if lane.sent <= 0 or lane.message:
            return
        height = self._look.px(self._look.tokens.size.green_line)
        painter.fillRect(
            QRectF(area.left(), area.bottom() - height, area.width() * lane.sent, height), self._look.colour("safe")
        )
