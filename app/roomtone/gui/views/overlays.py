"""What is painted over the preview, and never into what is recorded."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from roomtone.gui.look import Look
from roomtone.gui.presenters.framing import EYE_LINE, Area, fit, outside, ratio_of
from roomtone.gui.presenters.meters import LOOK_AT, Bar, place
from roomtone.studio.snapshot import Framing

# From so bright on, of 255, there is no drawing left in the highlights.
CLIPPED: Final = 250
_MARKS: Final = bytes(255 if value >= CLIPPED else 0 for value in range(256))
_MASK: Final = QColor(0, 0, 0, 165)
_METER_WIDTH: Final = 5
# The stripes need be no finer than this; every single picture is looked through for them.
_ZEBRA_WIDTH: Final = 320


@lru_cache(maxsize=8)
def _stripe_pattern(line: int, height: int) -> int:
    """Return slanted stripes of 1 and 2, a byte a pixel, as one number: what ``zebra`` cuts its stripes from."""
    wide = max(4, height // 24)
    longest = bytes(1 + (at // wide) % 2 for at in range(line + height))
    return int.from_bytes(b"".join(longest[row : row + line] for row in range(height)), "little")


def zebra(image: QImage, mirrored: bool) -> QImage | None:
    """Return stripes where ``image`` is clipped, at most 320 pixels wide, or ``None`` where it is nowhere."""
    small = image.scaledToWidth(_ZEBRA_WIDTH) if image.width() > _ZEBRA_WIDTH else image
    grey = small.convertToFormat(QImage.Format.Format_Grayscale8)
    marks = bytes(grey.constBits()).translate(_MARKS)
    if b"\xff" not in marks:
        return None
    line, height = grey.bytesPerLine(), grey.height()
    # All pixels at once: "and" of two long numbers is the fastest loop that there is without an array library.
    cut = (int.from_bytes(marks, "little") & _stripe_pattern(line, height)).to_bytes(len(marks), "little")
    stripes = QImage(cut, grey.width(), height, line, QImage.Format.Format_Indexed8)
    stripes.setColorTable([0, 0xFF000000, 0xFFFFFFFF])
    stripes = stripes.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    if mirrored:
        stripes.flip(Qt.Orientation.Horizontal)
    return stripes


def paint_framing(painter: QPainter, framing: Framing, picture: QRectF) -> None:
    """Paint the aspect mask, the thirds of what it leaves, and the eye line."""
    whole: Area = (picture.left(), picture.top(), picture.width(), picture.height())
    kept = fit(ratio_of(framing.aspect), whole)
    for side in outside(kept, whole):
        painter.fillRect(QRectF(*side), _MASK)
    left, top, width, height = kept
    if framing.thirds:
        lines = [QLineF(left + width * n / 3, top, left + width * n / 3, top + height) for n in (1, 2)]
        # The line for the eyes takes the place of the upper one.
        down = (2,) if framing.eye_line else (1, 2)
        lines += [QLineF(left, top + height * n / 3, left + width, top + height * n / 3) for n in down]
        _paint_lines(painter, lines)
    if framing.eye_line:
        y = top + height * EYE_LINE
        _paint_lines(painter, [QLineF(left, y, left + width, y)], dashed=True)


def paint_meter(painter: QPainter, look: Look, bars: tuple[Bar, ...], picture: QRectF) -> None:
    """Paint the level of every channel upright at the left edge of the picture."""
    wide, gap = look.px(_METER_WIDTH), look.px(3)
    turn = place(LOOK_AT)
    for number, bar in enumerate(bars[:8]):
        room = QRectF(
            picture.left() + gap + number * (wide + gap), picture.top() + gap, wide, picture.height() - 2 * gap
        )
        painter.fillRect(room, _MASK)
        low = room.height() * min(bar.level, turn)
        painter.fillRect(QRectF(room.left(), room.bottom() - low, wide, low), look.colour("safe_fill"))
        if bar.level > turn:
            high = room.height() * (bar.level - turn)
            painter.fillRect(QRectF(room.left(), room.bottom() - low - high, wide, high), look.colour("look_fill"))
        if bar.clipped:
            painter.fillRect(QRectF(room.left(), room.top(), wide, wide), look.colour("look_fill"))


def meter_width(look: Look, bars: tuple[Bar, ...]) -> int:
    """Return how much of the left edge the meter takes."""
    return min(8, len(bars)) * (look.px(_METER_WIDTH) + look.px(3)) + look.px(3)


def paint_chip(
    painter: QPainter,
    look: Look,
    text: str,
    corner: QPointF,
    colours: tuple[str, str],
    room: float,
    right: bool = False,
) -> None:
    """Paint a word or a line on a ground: its top left corner (top right with ``right``) at ``corner``."""
    metrics = painter.fontMetrics()
    pad = look.px(7)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room - 2 * pad))
    width, height = metrics.horizontalAdvance(shown) + 2 * pad, metrics.height() + look.px(4)
    area = QRectF(corner.x() - (width if right else 0), corner.y(), width, height)
    ground = look.colour(colours[1])
    if colours[1] != "record":
        ground.setAlphaF(0.88)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(area, look.tokens.radius.small, look.tokens.radius.small)
    painter.setPen(look.colour(colours[0]))
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), shown)


def chip_height(look: Look) -> int:
    """Return how high a chip is."""
    return look.px(look.tokens.type.caption * 1.25) + look.px(5)


def _paint_lines(painter: QPainter, lines: list[QLineF], dashed: bool = False) -> None:
    """Paint lines that can be seen on any picture: light ones with a dark edge."""
    painter.setPen(QPen(QColor(0, 0, 0, 130), 3))
    painter.drawLines(lines)
    pen = QPen(QColor(255, 255, 255, 215), 1)
    if dashed:
        pen.setDashPattern([6, 5])
    painter.setPen(pen)
    painter.drawLines(lines)
