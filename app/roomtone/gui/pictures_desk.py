"""What connects the cameras, films, the prompter, artwork and writing with the studio, and looks for new pictures."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem
from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.presenters.page import PagePresenter
from roomtone.gui.views.film import FilmView
from roomtone.gui.views.flash import FlashLight
from roomtone.gui.views.preview import PreviewView
from roomtone.gui.views.window import StudioWindow
from roomtone.studio.intents import StudioIntents
from roomtone.studio.snapshot import StudioState

_LOOK_MILLISECONDS = 16


class PicturesDesk(QObject):
    """Connects them. It looks for new pictures while a camera or a film is in sight, and at no other time."""

    def __init__(
        self, look: Look, clock: Clock, window: StudioWindow, presenter: PagePresenter, store: PictureStore
    ) -> None:
        super().__init__()
        self._window = window
        self._presenter = presenter
        self._store = store
        self.flash = FlashLight(clock, window, window.studio.cameras.preview, calm=not look.motion)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        window.tab_changed.connect(self._watch)
        window.studio.side_changed.connect(self._watch)
        window.artwork.camera_wished.connect(self._wish_camera)
        window.takes.folder_wished.connect(self._show_folder)
        self._wire_cameras()

    @property
    def looking(self) -> bool:
        """Whether new pictures are looked for."""
        return self._timer.isActive()

    def attach(self, studio: StudioIntents) -> None:
        """Hand wishes to the studio from now on."""
        window, artwork, writing = self._window, self._window.artwork, self._window.writing
        self._presenter.camera.studio = studio
        window.studio.film.closed.connect(studio.stop_playing)
        window.studio.film.pressed.connect(self._presenter.pause_or_go_on)
        window.studio.prompter.prompted.connect(studio.prompt)
        for page in (artwork, writing):
            page.begun.connect(studio.begin_draft)
            page.thrown.connect(studio.throw_draft_away)
        artwork.snapped.connect(studio.snap)
        artwork.lapsed.connect(studio.lapse)
        artwork.dropped.connect(studio.drop_picture)
        artwork.kept.connect(studio.keep_draft)
        writing.written.connect(studio.write)
        writing.restored.connect(studio.restore_page)
        writing.kept.connect(studio.keep_draft)
        window.takes.nudged.connect(studio.nudge)
        window.takes.ghost_wished.connect(studio.choose_ghost)
        window.film_named.connect(studio.export_film)
        window.file_named.connect(studio.align)

    def take_state(self, state: StudioState) -> None:
        """A new state is shown by now: flash and look as it says."""
        self.flash.run(state.testing_since if state.testing else None)
        self._watch()

    def look(self) -> None:
        """Look for new pictures once."""
        for preview in self._in_sight():
            preview.look()

    def close(self) -> None:
        """Let go of the memory of cameras and films, and of what is being read."""
        self._timer.stop()
        self.flash.run(None)
        for preview in self._every():
            preview.close_preview()
        self._store.close()

    def _wire_cameras(self) -> None:
        panel, camera = self._window.studio.cameras, self._presenter.camera
        panel.looked_at.connect(camera.look_at)
        panel.opened.connect(camera.open)
        panel.closed.connect(camera.close)
        panel.framed.connect(lambda name, value: camera.frame(**{name: value}))
        panel.ghost_wished.connect(camera.show_ghost)
        panel.prompter_wished.connect(camera.show_prompter)
        panel.controlled.connect(camera.control)
        panel.tested.connect(camera.test_sync)
        self._window.artwork.chosen.connect(self._presenter.work_on)
        self._window.writing.chosen.connect(self._presenter.work_on)
        self._window.artwork.camera_chosen.connect(camera.look_at)

    def _wish_camera(self) -> None:
        self._window.show_tab("studio")
        self._window.studio.show_side(True)
        self._window.studio.cameras.open_choices()

    def _show_folder(self, folder: str) -> None:
        """Have the system show the files of a take in its own program for folders."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self._presenter.add_notice(
                Problem(
                    "no-file-manager",
                    "The files could not be shown",
                    "No program of this system shows folders",
                    f"They lie in {folder}",
                )
            )

    def _every(self) -> list[PreviewView | FilmView]:
        window = self._window
        films = (window.studio.film, window.together.review.take.film)
        return [*window.studio.cameras.previews, window.artwork.preview, *films]

    def _in_sight(self) -> list[PreviewView | FilmView]:
        return [preview for preview in self._every() if preview.wanted]

    def _watch(self) -> None:
        if bool(self._in_sight()) != self._timer.isActive():
            if self._timer.isActive():
                self._timer.stop()
            else:
                self._timer.start()
