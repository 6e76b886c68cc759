"""What holds the window, its presenter and the studio together while the window is open."""

from __future__ import annotations

from array import array

from PySide6.QtCore import QObject, Signal

from roomtone.foundation.clock import Clock
from roomtone.gui.bridge import Bridge
from roomtone.gui.look import Look
from roomtone.gui.pictures import PictureStore
from roomtone.gui.pictures_desk import PicturesDesk
from roomtone.gui.presenters.guard import Press
from roomtone.gui.presenters.model import PageModel
from roomtone.gui.presenters.page import PagePresenter
from roomtone.gui.together_desk import TogetherDesk
from roomtone.gui.views.waves import TrackWave
from roomtone.gui.views.window import FrameDriver, StudioWindow
from roomtone.studio.intents import StudioIntents
from roomtone.studio.snapshot import LevelsView, StudioState
from roomtone.studio.together_intents import TogetherIntents


class Desk(QObject):
    """Connects them. Before ``attach`` the window is there and shows that it starts."""

    closed = Signal()

    def __init__(self, look: Look, clock: Clock) -> None:
        super().__init__()
        self._look = look
        self.bridge = Bridge()
        store = PictureStore()
        self.window = StudioWindow(look, self._wave, store)
        self.presenter = PagePresenter(clock, self._show)
        self.presenter.meters.smooth = look.motion
        self.frames = FrameDriver()
        self.pictures = PicturesDesk(look, clock, self.window, self.presenter, store)
        self.together = TogetherDesk(self.window, self.presenter)
        self.studio: StudioIntents | None = None
        self.bridge.state.connect(self._take_state)
        self.bridge.levels.connect(self._take_levels)
        self.frames.frame.connect(self.show_frame)
        self._wire_page()
        self.presenter.refresh()

    def attach(self, studio: StudioIntents, together: TogetherIntents | None = None) -> None:
        """Let the window speak with the studio from now on, and start it; with ``together`` also of others."""
        self.studio = self.presenter.studio = studio
        takes, window = self.window.takes, self.window
        self.pictures.attach(studio)
        if together is not None:
            self.together.attach(studio, together)
        takes.starred.connect(studio.star)
        takes.renamed.connect(studio.rename)
        takes.noted.connect(studio.note)
        takes.trashed.connect(studio.trash)
        takes.restored.connect(studio.restore)
        window.undone.connect(studio.undo)
        window.files_brought.connect(studio.bring_in)
        window.header.theme_chosen.connect(studio.choose_theme)
        window.settings.named.connect(studio.name_person)
        window.settings.format_chosen.connect(studio.choose_format)
        window.transport.safety.retried.connect(studio.retry)
        studio.subscribe(self.bridge.put_state, self.bridge.put_levels)
        studio.start()

    def close(self) -> None:
        """Let go of the studio. A rolling take goes on."""
        self.frames.run(False)
        self.pictures.close()
        if self.studio is not None:
            self.studio.close()

    def show_frame(self) -> None:
        """Show what moves, as it is now."""
        bars = self.presenter.bars()
        self.window.show_frame(self.presenter.frame(), bars)
        state = self.presenter.state
        playing = state.playing is not None and not state.playing.paused
        moving = any(bar.level > 0 or bar.hold > 0 or bar.clipped for bar in bars)
        self.frames.run(moving or playing or state.rolling is not None)

    def _wire_page(self) -> None:
        window, presenter = self.window, self.presenter
        window.record_key.connect(lambda: presenter.press_record(Press.KEY))
        window.transport.button.clicked.connect(lambda: presenter.press_record(Press.BUTTON))
        window.transport.button.keyed.connect(lambda: presenter.press_record(Press.KEY))
        window.transport.input.input_chosen.connect(presenter.choose_input)
        window.transport.input.channels_chosen.connect(presenter.choose_channels)
        window.transport.meter.pressed.connect(presenter.meters.unclip)
        window.header.trash_wished.connect(presenter.show_trash)
        window.takes.played.connect(presenter.play_or_pause)
        window.takes.sought.connect(presenter.play_from)
        window.notices.dismissed.connect(presenter.dismiss)
        window.notices.acted.connect(presenter.act)
        window.empty.acted.connect(presenter.use_practice)

    def _take_state(self, state: StudioState) -> None:
        self._look.choose(state.theme)
        self.presenter.show_state(state)
        self.pictures.take_state(state)
        if not self.frames.running:
            self.show_frame()

    def _take_levels(self, levels: LevelsView) -> None:
        self.presenter.show_levels(levels)
        if not self.frames.running:
            self.show_frame()

    def _show(self, page: PageModel) -> None:
        self.window.show_page(page)

    def _wave(self, take: str, track: str) -> TrackWave:
        return self.studio.waveforms.of(take, track) if self.studio is not None else _NO_WAVE


class _NoWave:
    """A waveform of which nothing is known yet."""

    rate = 0
    bucket = 0
    lows: array[int] = array("h")
    highs: array[int] = array("h")

    def envelope(self, first: float, last: float, columns: int) -> list[tuple[float, float]]:
        del first, last, columns
        return []


_NO_WAVE = _NoWave()
