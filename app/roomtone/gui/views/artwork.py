"""The artwork page: a camera over the drawing table, the pictures that were taken, and the film that they make."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.drafts import ArtworkModel
from roomtone.gui.views.artwork_tools import ArtworkStart, ArtworkTools
from roomtone.gui.views.picture_strip import PictureStrip
from roomtone.gui.views.preview import PreviewView
from roomtone.studio.snapshot import DraftKind

_FIRST_ONION = 0.35


class ArtworkPage(QWidget):
    """The page. Its signals are wishes; drafts, pictures and cameras are named by their ids and files."""

    begun = Signal(object)
    chosen = Signal(str)
    camera_wished = Signal()
    camera_chosen = Signal(str)
    snapped = Signal(str, str)
    lapsed = Signal(str, str, float)
    dropped = Signal(str, str)
    kept = Signal(str, str, int)
    thrown = Signal(str)

    def __init__(self, look: Look, store: PictureStore) -> None:
        super().__init__()
        self._look = look
        self._model = ArtworkModel()
        self._onion = _FIRST_ONION
        self._playing = -1
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Artwork")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.preview = PreviewView(look, store)
        self.strip = PictureStrip(look, store)
        self.tools = ArtworkTools(look)
        self.start = ArtworkStart(look)
        self._player = QTimer(self)
        self._player.setTimerType(Qt.TimerType.PreciseTimer)
        self._player.timeout.connect(self._play_next)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        # In a low window with large text the page scrolls, so that nothing of it is out of reach.
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._desk())
        self._stack.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._wire()
        self.show_artwork(self._model)

    def show_artwork(self, model: ArtworkModel) -> None:
        """Show a state of the page."""
        if model.draft is None or self._model.draft is None or model.draft.id != self._model.draft.id:
            self.stop_playing()
        self._model = model
        draft = model.draft
        self._stack.setCurrentIndex(0 if draft is None else 1)
        if draft is None:
            return
        self.strip.show_pictures(draft.pictures)
        # Before there is one, the room belongs to the camera.
        self.strip.setVisible(bool(draft.pictures))
        self.tools.show_tools(model)
        self._show_camera()

    def stop_playing(self) -> None:
        """Show the camera again."""
        self._player.stop()
        self._playing = -1
        self.preview.show_still("")
        self.tools.show_playing(False)

    def snap(self) -> None:
        """Take a picture, if one can be taken now."""
        draft, camera = self._model.draft, self._model.camera
        if draft is not None and camera is not None and self._model.can_snap:
            self.stop_playing()
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            if draft.kind is DraftKind.TIME_LAPSE:
                self.lapsed.emit(draft.id, camera.id, self.tools.every.value())
            else:
                self.snapped.emit(draft.id, camera.id)
        elif draft is not None and draft.running:
            self.lapsed.emit(draft.id, camera.id if camera is not None else "", 0.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space means the record button on every page; a picture is taken with Enter.
        # It comes here from the fields and buttons of the page, too, where it means something else or nothing.
        mine = self.hasFocus() or self.tools.snap.hasFocus()
        if mine and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.snap()
        else:
            super().keyPressEvent(event)

    def _desk(self) -> QWidget:
        space = self._look.tokens.space
        desk = QWidget()
        desk.setObjectName("sheet")
        layout = QVBoxLayout(desk)
        layout.setContentsMargins(space.wide, space.large, space.wide, space.large)
        layout.setSpacing(space.medium)
        self.preview.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.preview.setMinimumHeight(self._look.px(90))
        layout.addWidget(self.tools.head)
        layout.addWidget(self.preview, 1)
        layout.addWidget(self.tools)
        layout.addWidget(self.strip)
        return desk

    def _wire(self) -> None:
        tools = self.tools
        self.start.begun.connect(self.begun)
        tools.begun.connect(self.begun)
        tools.snap.clicked.connect(self.snap)
        tools.play.clicked.connect(self._turn_playing)
        tools.onion.moved.connect(self._set_onion)
        tools.drafts.chose.connect(self.chosen)
        tools.cameras.chose.connect(self._choose_camera)
        tools.keep.clicked.connect(self._keep)
        tools.throw.clicked.connect(self._throw)
        tools.fps.valueChanged.connect(lambda fps: self._player.setInterval(round(1000 / fps)))
        self.strip.dropped.connect(self._drop)
        self.strip.looked_at.connect(self._look_at)
        tools.onion.show_value(_FIRST_ONION)

    def _show_camera(self) -> None:
        """Show the camera with the last picture over it, through which the next one is placed."""
        model, draft = self._model, self._model.draft
        onion = draft is not None and draft.kind is DraftKind.STOP_MOTION and bool(draft.pictures)
        framing = msgspec.structs.replace(
            model.framing, aspect="", eye_line=False, meter=False, ghost=self._onion if onion else 0.0
        )
        camera = model.camera
        if camera is not None:
            # A drawing is shown as it lies on the table.
            camera = msgspec.structs.replace(camera, mirrored=False, recording=False)
        self.preview.show_tile(camera, framing, draft.pictures[-1] if onion and draft is not None else "")

    def _set_onion(self, value: float, _: bool) -> None:
        self._onion = value
        self._show_camera()

    def _choose_camera(self, camera: str) -> None:
        if camera:
            self.camera_chosen.emit(camera)
        else:
            self.camera_wished.emit()

    def _look_at(self, file: str) -> None:
        self.stop_playing()
        self.preview.show_still(file)

    def _drop(self, file: str) -> None:
        if self._model.draft is not None:
            self.stop_playing()
            self.dropped.emit(self._model.draft.id, file)

    def _throw(self) -> None:
        if self._model.draft is not None:
            self.stop_playing()
            self.thrown.emit(self._model.draft.id)

    def _turn_playing(self) -> None:
        if self._player.isActive():
            self.stop_playing()
        elif self._model.draft is not None and self._model.draft.pictures:
            self._playing = -1
            self.tools.show_playing(True)
            self._player.start(round(1000 / self.tools.fps.value()))
            self._play_next()

    def _play_next(self) -> None:
        pictures = self._model.draft.pictures if self._model.draft is not None else []
        self._playing += 1
        if self._playing >= len(pictures):
            self.stop_playing()
        else:
            self.preview.show_still(pictures[self._playing])

    def _keep(self) -> None:
        draft = self._model.draft
        if draft is not None:
            self.stop_playing()
            self.kept.emit(draft.id, " ".join(self.tools.title.text().split()), self.tools.fps.value())
            self.tools.title.clear()
