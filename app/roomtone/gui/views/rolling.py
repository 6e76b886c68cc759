"""The take that rolls: a red lane with its growing waveform, and the green line of what is in the project already."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import RollingModel
from roomtone.gui.presenters.strip import GrowingStrip, span_for
from roomtone.gui.presenters.words import mark_text, ruler_step
from roomtone.gui.views.parts import ElidedLabel
from roomtone.gui.views.waves import PITCH, WaveSource, paint_columns, track_rows
from roomtone.studio.lines import Line, Tone


class RollingWave(QWidget):
    """The growing clip. Only what was added since the last frame is painted."""

    def __init__(self, look: Look, source: WaveSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._source = source
        self._take: RollingModel | None = None
        self._seconds = 0.0
        self._span = span_for(0.0)
        self._strips: list[GrowingStrip] = []
        self._still: QPixmap | None = None
        self.setAccessibleName("Waveform of the take that is being recorded")
        look.changed.connect(self.forget)

    def show_take(self, take: RollingModel) -> None:
        """Show a state of the rolling take."""
        before, self._take = self._take, take
        if before is None or before.id != take.id or before.tracks != take.tracks:
            self._strips, self._seconds = [], 0.0
            self.forget()
        elif before.gaps != take.gaps:
            self.forget()
        elif before.safe_seconds != take.safe_seconds:
            self._update_line(before.safe_seconds, take.safe_seconds)

    def show_time(self, seconds: float) -> None:
        """Grow as far as ``seconds``."""
        take = self._take
        if take is None or self.width() < PITCH:
            return
        span = span_for(seconds)
        if span != self._span or self._still is None:
            self._span = span
            self.forget()
        self._update_edge(self._seconds)
        self._seconds = seconds
        self._update_edge(seconds)
        self._grow(take)

    def forget(self) -> None:
        """Paint everything afresh."""
        self._still = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._strips = []
        self.forget()

    def paintEvent(self, event: QPaintEvent) -> None:
        take = self._take
        if take is None:
            return
        if self._still is None:
            self._grow(take)
        painter = QPainter(self)
        edge = self._x(self._seconds)
        area = event.rect()
        painter.setClipRect(area)
        self._paint_ruler(painter)
        ground = QRectF(0, self._top(), edge, self.height() - self._top())
        if self._still is not None:
            painter.setClipRect(ground.toAlignedRect().intersected(area))
            ratio = self._still.devicePixelRatio()
            source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
            painter.drawPixmap(QRectF(area), self._still, source)
        painter.setClipRect(area)
        painter.setPen(QPen(self._look.colour("look_fill"), 2.0))
        for gap in take.gaps:
            painter.drawLine(
                QPointF(self._x(gap), self._top() - self._look.px(4)), QPointF(self._x(gap), self.height())
            )
        thick = self._look.px(self._look.tokens.size.green_line)
        safe = QRectF(0, self.height() - thick, min(edge, self._x(take.safe_seconds)), thick)
        painter.fillRect(safe, self._look.colour("safe_fill"))
        painter.setPen(QPen(self._look.colour("playhead"), 1.5))
        painter.drawLine(QPointF(edge, self._top() - self._look.px(4)), QPointF(edge, self.height()))
        painter.end()

    def _grow(self, take: RollingModel) -> None:
        width = self.width() // PITCH
        if len(self._strips) != len(take.tracks):
            self._strips = [GrowingStrip(width) for _ in take.tracks]
        fresh = self._still is None
        still = self._ground() if self._still is None else self._still
        self._still = still
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pad = self._look.px(12)
        inner = QRectF(0, self._top() + pad, self.width(), self.height() - self._top() - 2 * pad)
        for track, strip, row in zip(take.tracks, self._strips, track_rows(inner, len(take.tracks)), strict=True):
            first, last = strip.update(self._source(take.id, track), self._span)
            first = 0 if fresh else first
            if last <= first:
                continue
            dirty = QRectF(first * PITCH, row.top(), (last - first) * PITCH, row.height())
            painter.fillRect(dirty, self._look.colour("record_clip"))
            painter.setPen(QPen(self._look.colour("record"), 2.0))
            paint_columns(painter, strip.columns[first:last], row, first)
            self.update(dirty.toAlignedRect())
        painter.end()

    def _ground(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        still = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        still.setDevicePixelRatio(ratio)
        still.fill(Qt.GlobalColor.transparent)
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QPainterPath()
        radius = self._look.tokens.radius.medium
        clip.addRoundedRect(QRectF(0, self._top(), self.width(), self.height() - self._top()), radius, radius)
        painter.fillPath(clip, self._look.colour("record_clip"))
        painter.end()
        return still

    def _paint_ruler(self, painter: QPainter) -> None:
        look = self._look
        painter.setFont(look.font(look.tokens.type.caption, tabular=True))
        painter.setPen(look.colour("muted"))
        step = ruler_step(self._span)
        height = painter.fontMetrics().height()
        for number in range(int(self._span / step)):
            x = self._x(number * step)
            painter.drawText(QPointF(x + look.px(4), height - look.px(3)), mark_text(number * step))
            painter.fillRect(QRectF(x, look.px(2), 1, height), look.colour("line"))

    def _top(self) -> int:
        return self._look.px(22)

    def _x(self, seconds: float) -> float:
        return min(1.0, seconds / self._span) * self.width()

    def _update_edge(self, seconds: float) -> None:
        self.update(int(self._x(seconds)) - 3, 0, 7, self.height())

    def _update_line(self, before: float, after: float) -> None:
        low, high = sorted((self._x(before), self._x(after)))
        thick = self._look.px(self._look.tokens.size.green_line)
        self.update(int(low) - 1, self.height() - thick, int(high - low) + 3, thick)


class RollingView(QWidget):
    """The red lane on top of the list."""

    def __init__(self, look: Look, source: WaveSource) -> None:
        super().__init__()
        self._look = look
        sizes = look.tokens.type
        self.setAccessibleName("The take that is being recorded")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.title = ElidedLabel(look, sizes.title, 600)
        self.title.elide_middle()
        self.detail = ElidedLabel(look, sizes.small, 400, "muted")
        self.safe = ElidedLabel(look, sizes.small, 400, "muted")
        self.trouble = ElidedLabel(look, sizes.small, 500, "look")
        for label in (self.title, self.detail, self.safe, self.trouble):
            label.setParent(self)
        self.wave = RollingWave(look, source, self)

    def show_take(self, take: RollingModel) -> None:
        """Show a state of the rolling take."""
        self.title.show_text(take.heading)
        self.title.setToolTip(take.title)
        self.detail.show_text(take.detail)
        behind = max(0.0, take.seconds - take.safe_seconds)
        reached = take.safe_seconds > 0
        text = f"In the project, {behind:.1f} s behind" if reached else "Not in the project yet"
        self.safe.show_line(Line(text, Tone.SAFE if reached else Tone.QUIET))
        if take.trouble != self.trouble.text():
            self.trouble.show_line(Line(take.trouble, Tone.LOOK))
        self.wave.show_take(take)

    def show_time(self, seconds: float) -> None:
        """Grow as far as ``seconds``."""
        self.wave.show_time(seconds)

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(600), self._look.px(self._look.tokens.size.rolling))

    def minimumSizeHint(self) -> QSize:
        # In a low window it gives way, so that everything else can still be reached.
        return QSize(self._look.px(300), self._look.px(74))

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        look, tokens = self._look, self._look.tokens
        titles = min(look.px(tokens.size.lane_title), int(self.width() * 0.38))
        left, gap = tokens.space.large + look.px(36) + tokens.space.medium, look.px(4)
        labels = [self.title, self.safe, self.trouble]
        heights = {label: label.sizeHint().height() + gap for label in (*labels, self.detail)}
        # Where the lane is low, what is said about the input gives way.
        roomy = sum(heights.values()) <= self.height()
        self.detail.setVisible(roomy)
        labels[1:1] = [self.detail] if roomy else []
        top = max(0, (self.height() - sum(heights[label] for label in labels)) // 2)
        for label in labels:
            label.setGeometry(left, top, titles - left - tokens.space.small, heights[label] - gap)
            top += heights[label]
        right = self.width() - tokens.space.large
        self.wave.setGeometry(titles, look.px(6), right - titles, self.height() - look.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._look.colour("surface"))
        painter.fillRect(0, 0, self._look.px(3), self.height(), self._look.colour("record"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._look.colour("line"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self._look.px(36) / 2
        middle = QPointF(self._look.tokens.space.large + radius, self.height() / 2)
        for name, part in (("record_halo", 1.0), ("record", 0.4)):
            painter.setBrush(self._look.colour(name))
            painter.drawEllipse(middle, radius * part, radius * part)
        painter.end()
