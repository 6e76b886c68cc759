"""One take in the list: what it is, how it looks, what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.model import LaneModel, PlayingModel
from roomtone.gui.views.inline import InlineEdit
from roomtone.gui.views.lane_menu import NudgeBar, fill_menu, open_below
from roomtone.gui.views.parts import ElidedLabel, IconButton, paint_focus
from roomtone.gui.views.waves import WaveSource, WaveView

# What has no sound has a sign of what it is where others have their button.
_ICONS = {"artwork": "image", "writing": "pen-line"}


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
    nudged = Signal(str, float)
    film_wished = Signal(str)
    file_wished = Signal(str)
    ghost_wished = Signal(str)
    folder_wished = Signal(str)

    def __init__(self, look: Look, source: WaveSource, store: PictureStore, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.lane: LaneModel | None = None
        self._current = False
        self._ringed = False
        self._menu: QMenu | None = None
        self.edit: InlineEdit | NudgeBar | None = None
        # While a take is recorded nobody is led away from it by a dialog.
        self.files = True
        sizes = look.tokens.type
        self.play = IconButton(look, "play", "Play", self, "Enter")
        self.play.on_ground("control")
        self.title = self._label(sizes.title, 600, "text")
        self.title.elide_middle()
        self.detail = self._label(sizes.small, 400, "muted")
        self.safety = self._label(sizes.small, 400, "muted")
        self.wave = WaveView(look, source, self, store)
        self.star = IconButton(look, "star", "Star", self, "S")
        self.rename = IconButton(look, "pencil", "Rename", self, "F2")
        self.write = IconButton(look, "sticky-note", "Note", self, "N")
        self.trash = IconButton(look, "trash-2", "Move to the trash", self, "Delete")
        self.more = IconButton(look, "ellipsis", "More", self, "M")
        self._wire()
        look.changed.connect(self.update)

    @property
    def controls(self) -> list[IconButton]:
        """The buttons in the order of the Tab key."""
        return [self.play, self.star, self.rename, self.write, self.trash, self.more]

    @property
    def editing(self) -> bool:
        """Whether its title or note is being changed."""
        return self.edit is not None

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
        self.more.show_as("ellipsis", f"More for {called}")
        for button in (self.star, self.rename, self.write, self.more):
            button.setVisible(lane.readable and not lane.trashed)
        self.trash.setVisible(lane.readable)
        self.play.setEnabled(lane.playable)
        if isinstance(self.edit, NudgeBar):
            self.edit.show_lane(lane)
        self.play.setVisible(lane.media not in _ICONS)
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

    def begin_nudge(self) -> None:
        """Let the take be moved in time, across the waveform."""
        if self.lane is not None and self.lane.belongs and not self.lane.trashed:
            self.end_edit()
            take = self.lane.id
            bar = self.edit = NudgeBar(self._look, self.lane, self)
            bar.nudged.connect(lambda offset: self.nudged.emit(take, offset))
            bar.ended.connect(self.end_edit)
            _lay_out(self, self._look)
            bar.show()
            bar.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_more(self) -> None:
        """Offer what else can be done with the take."""
        if self.lane is not None and self.lane.readable and not self.lane.trashed:
            if self._menu is None:
                self._menu = QMenu("More", self)
            fill_menu(self._menu, self.lane, self, self.files)
            open_below(self._menu, self.more)

    def wish_film(self, take: str) -> None:
        """Ask for the take as a film."""
        self.film_wished.emit(take)

    def wish_file(self, take: str) -> None:
        """Ask for a camera's file that belongs to the take."""
        self.file_wished.emit(take)

    def wish_ghost(self, take: str) -> None:
        """Ask for the take's picture over the camera."""
        self.ghost_wished.emit(take)

    def wish_folder(self, folder: str) -> None:
        """Ask to see the files of the take, which lie in ``folder``."""
        self.folder_wished.emit(folder)

    def end_edit(self) -> None:
        """Leave what is being changed as it was."""
        if self.edit is not None:
            edit, self.edit = self.edit, None
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
        _lay_out(self, self._look)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        if self._current:
            painter.fillRect(self.rect(), self._look.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._look.colour("line"))
        icon = _ICONS.get(self.lane.media) if self.lane is not None else None
        if icon is not None:
            side = self._look.px(20)
            middle = QPointF(self.play.geometry().center()) - QPointF(side / 2, side / 2)
            painter.drawPixmap(middle, self._look.icon(icon, "muted", side, self.devicePixelRatioF()))
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
        self.more.clicked.connect(self.open_more)
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
        self.edit = edit
        _lay_out(self, self._look)
        edit.selectAll()
        edit.show()
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        return edit


def _lay_out(lane: LaneView, look: Look) -> None:
    """Put the parts of a lane where they belong: texts, clip, buttons."""
    tokens = look.tokens
    width, height = lane.width(), lane.height()
    pad, gap = tokens.space.large, tokens.space.small
    button = look.px(tokens.size.control)
    round_play = look.px(36)
    texts = pad + round_play + tokens.space.medium
    titles = min(look.px(tokens.size.lane_title), int(width * 0.38))
    actions = 5 * button + tokens.space.medium
    heights = [label.sizeHint().height() for label in (lane.title, lane.detail, lane.safety)]
    between = look.px(4)
    top = (height - sum(heights) - 2 * between) // 2
    lane.play.setGeometry(pad, (height - round_play) // 2, round_play, round_play)
    for label, label_height in zip((lane.title, lane.detail, lane.safety), heights, strict=True):
        label.setGeometry(texts, top, titles - texts - gap, label_height)
        top += label_height + between
    left, right = titles, width - actions - tokens.space.small
    lane.wave.setGeometry(left, look.px(8), max(1, right - left), height - look.px(16) - 1)
    row = (height - button) // 2
    for number, one in enumerate((lane.star, lane.write, lane.rename, lane.trash, lane.more)):
        one.setGeometry(right + gap + number * button, row, button, button)
    if lane.edit is not None:
        _lay_out_edit(lane, lane.edit, look, (texts, left, right))


def _lay_out_edit(lane: LaneView, edit: InlineEdit | NudgeBar, look: Look, at: tuple[int, int, int]) -> None:
    texts, left, right = at
    tall = edit.sizeHint().height()
    if isinstance(edit, NudgeBar):
        # Where the clip has no room for it, it lies over the buttons as well.
        right = max(right, min(lane.width(), left + edit.sizeHint().width()))
        edit.setGeometry(QRect(left, look.px(8), right - left, lane.height() - look.px(16)))
    elif edit.property("note"):
        edit.setGeometry(QRect(left, (lane.height() - tall) // 2, right - left, tall))
    else:
        middle = lane.title.geometry().center().y()
        edit.setGeometry(QRect(texts - 6, max(1, middle - tall // 2), min(right - texts, look.px(520)), tall))
    edit.raise_()
