"""One take in the list: what it is, how it looks, what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from roomtone.gui.look import Look
from roomtone.gui.presenters.model import LaneModel, PlayingModel
from roomtone.gui.views.parts import ElidedLabel, IconButton, paint_focus
from roomtone.gui.views.waves import WaveSource, WaveView


class InlineEdit(QLineEdit):
    """A line of text that is changed where it stands: Enter keeps, Esc leaves it as it was."""

    kept = Signal(str)
    ended = Signal()

    def __init__(self, text: str, name: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName("inline")
        self.setAccessibleName(name)
        self.setAccessibleDescription("Enter keeps it, Escape leaves it as it was")
        self._before = text
        self._over = False
        self.editingFinished.connect(self._finish)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            super().keyPressEvent(event)
        # What a line of text has no use for, such as Up and Down, must not reach the list behind it.
        event.accept()

    def _finish(self) -> None:
        text = " ".join(self.text().split())
        if not self._over and text != self._before:
            self.kept.emit(text)
        self._end()

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self.ended.emit()


class LaneView(QWidget):
    """A lane. Its signals say what the person wishes for the take that it shows."""

    played = Signal(str)
    sought = Signal(str, float)
    starred = Signal(str, bool)
    renamed = Signal(str, str)
    noted = Signal(str, str)
    trashed = Signal(str)
    restored = Signal(str)
    picked = Signal(str)
    edited = Signal()

    def __init__(self, look: Look, source: WaveSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.lane: LaneModel | None = None
        self._current = False
        self._ringed = False
        self._edit: InlineEdit | None = None
        sizes = look.tokens.type
        self.play = IconButton(look, "play", "Play", self, "Enter")
        self.play.on_ground("control")
        self.title = self._label(sizes.title, 600, "text")
        self.title.elide_middle()
        self.detail = self._label(sizes.small, 400, "muted")
        self.safety = self._label(sizes.small, 400, "muted")
        self.wave = WaveView(look, source, self)
        self.star = IconButton(look, "star", "Star", self, "S")
        self.rename = IconButton(look, "pencil", "Rename", self, "F2")
        self.write = IconButton(look, "sticky-note", "Note", self, "N")
        self.trash = IconButton(look, "trash-2", "Move to the trash", self, "Delete")
        self._wire()
        look.changed.connect(self.update)

    @property
    def controls(self) -> list[IconButton]:
        """The buttons in the order of the Tab key."""
        return [self.play, self.star, self.rename, self.write, self.trash]

    @property
    def editing(self) -> bool:
        """Whether its title or note is being changed."""
        return self._edit is not None

    def show_lane(self, lane: LaneModel) -> None:
        """Show a take."""
        if lane is self.lane:
            return
        if self.lane is not None and self.lane.id != lane.id:
            self.end_edit()
        self.lane = lane
        self.setAccessibleName(lane.spoken)
        self.title.show_text(lane.heading)
        self.title.setToolTip(lane.title)
        self.detail.show_text(lane.detail)
        self.safety.show_line(lane.safety)
        self.wave.show_lane(lane)
        called = f"“{lane.title}”"
        self.star.show_as("star", f"Take the star off {called}" if lane.starred else f"Star {called}", lane.starred)
        self.rename.show_as("pencil", f"Rename {called}")
        self.write.show_as("sticky-note", f"Write a note on {called}", bool(lane.note))
        if lane.trashed:
            self.trash.show_as("undo-2", f"Take {called} out of the trash")
        else:
            self.trash.show_as("trash-2", f"Move {called} to the trash")
        for button in (self.star, self.rename, self.write):
            button.setVisible(lane.readable and not lane.trashed)
        self.trash.setVisible(lane.readable)
        self.play.setEnabled(lane.playable)
        self.show_playing(None)

    def show_playing(self, playing: PlayingModel | None, at: float = 0.0) -> None:
        """Show whether this take plays, and where."""
        lane = self.lane
        if lane is None:
            return
        mine = playing if playing is not None and playing.take == lane.id else None
        on = mine is not None and not mine.paused
        self.play.show_as("pause" if on else "play", f"Pause “{lane.title}”" if on else f"Play “{lane.title}”")
        self.wave.show_playhead(min(1.0, at / mine.length) if mine is not None and mine.length > 0 else -1.0)

    def set_current(self, current: bool, ringed: bool) -> None:
        """Be the lane that the keyboard speaks of; with a ring while the list has the keyboard."""
        if (current, ringed) != (self._current, self._ringed):
            self._current, self._ringed = current, ringed
            self.update()
        for button in self.controls:
            # Tab walks through the buttons of one lane only, so that nobody has to pass hundreds of them.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if current else Qt.FocusPolicy.NoFocus)

    def begin_rename(self) -> None:
        """Let the title be changed where it stands."""
        if self.lane is not None and self.lane.readable and not self.lane.trashed:
            take = self.lane.id
            edit = self._begin_edit(self.lane.title, f"New title of “{self.lane.title}”")
            edit.kept.connect(lambda text: self.renamed.emit(take, text) if text else None)

    def begin_note(self) -> None:
        """Let the note be changed, across the waveform."""
        if self.lane is not None and self.lane.readable and not self.lane.trashed:
            take = self.lane.id
            edit = self._begin_edit(self.lane.note, f"Note on “{self.lane.title}”", note=True)
            edit.setPlaceholderText("What should the others know about this take?")
            edit.kept.connect(lambda text: self.noted.emit(take, text))

    def end_edit(self) -> None:
        """Leave what is being changed as it was."""
        if self._edit is not None:
            edit, self._edit = self._edit, None
            edit.hide()
            edit.deleteLater()
            self.edited.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        del event
        if self.lane is not None:
            self.picked.emit(self.lane.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.title.geometry().contains(event.position().toPoint()):
            self.begin_rename()

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        if self._current:
            painter.fillRect(self.rect(), self._look.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._look.colour("line"))
        if self._ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_focus(painter, self._look, QRectF(self.rect()), self._look.tokens.radius.small)
        painter.end()

    def _label(self, size: int, weight: int, colour: str) -> ElidedLabel:
        label = ElidedLabel(self._look, size, weight, colour)
        label.setParent(self)
        return label

    def _wire(self) -> None:
        self.play.clicked.connect(lambda: self.played.emit(self._id()))
        self.star.clicked.connect(lambda: self.starred.emit(self._id(), not self.star.lit))
        self.rename.clicked.connect(self.begin_rename)
        self.write.clicked.connect(self.begin_note)
        self.trash.clicked.connect(self._trash_pressed)
        self.wave.pressed.connect(lambda share: self.sought.emit(self._id(), share))

    def _trash_pressed(self) -> None:
        trashed = self.lane is not None and self.lane.trashed
        (self.restored if trashed else self.trashed).emit(self._id())

    def _id(self) -> str:
        return self.lane.id if self.lane is not None else ""

    def _begin_edit(self, text: str, name: str, note: bool = False) -> InlineEdit:
        self.end_edit()
        edit = InlineEdit(text, name, self)
        edit.setProperty("note", note)
        edit.setFont(self._look.font(self._look.tokens.type.body))
        edit.ended.connect(self.end_edit)
        self._edit = edit
        self._lay_out()
        edit.selectAll()
        edit.show()
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        return edit

    def _lay_out(self) -> None:
        look, tokens = self._look, self._look.tokens
        width, height = self.width(), self.height()
        pad, gap = tokens.space.large, tokens.space.small
        button = look.px(tokens.size.control)
        round_play = look.px(36)
        texts = pad + round_play + tokens.space.medium
        titles = min(look.px(tokens.size.lane_title), int(width * 0.38))
        actions = 4 * button + tokens.space.medium
        heights = [label.sizeHint().height() for label in (self.title, self.detail, self.safety)]
        between = look.px(4)
        top = (height - sum(heights) - 2 * between) // 2
        self.play.setGeometry(pad, (height - round_play) // 2, round_play, round_play)
        for label, label_height in zip((self.title, self.detail, self.safety), heights, strict=True):
            label.setGeometry(texts, top, titles - texts - gap, label_height)
            top += label_height + between
        left, right = titles, width - actions - tokens.space.small
        self.wave.setGeometry(left, look.px(8), max(1, right - left), height - look.px(16) - 1)
        row = (height - button) // 2
        for number, one in enumerate((self.star, self.write, self.rename, self.trash)):
            one.setGeometry(right + gap + number * button, row, button, button)
        self._lay_out_edit(texts, left, right)

    def _lay_out_edit(self, texts: int, left: int, right: int) -> None:
        if self._edit is None:
            return
        tall = self._edit.sizeHint().height()
        if self._edit.property("note"):
            self._edit.setGeometry(QRect(left, (self.height() - tall) // 2, right - left, tall))
        else:
            middle = self.title.geometry().center().y()
            self._edit.setGeometry(
                QRect(texts - 6, max(1, middle - tall // 2), min(right - texts, self._look.px(520)), tall)
            )
        self._edit.raise_()
