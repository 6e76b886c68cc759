"""The studio: keeps the one state that the window shows, and carries out what it asks for.

Intents wait in a queue for a thread of the studio's; the workers' events change the state where they arrive.
Every change publishes a whole new state.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from roomtone.devices.model import PRACTICE_TONE, DeviceList
from roomtone.engine import messages as engine
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.studio.hearing import SILENT_CODE, Heard, SilenceWatch, levels_view, silent_problem
from roomtone.studio.model import StudioModel
from roomtone.studio.queueing import QueueThread
from roomtone.studio.snapshot import LevelsView, StudioState, Tone
from roomtone.studio.waveforms import Waveforms
from roomtone.studio.workshop import Workshop
from roomtone.takes.library import LibraryItem
from roomtone.upload import messages as sync

log = logging.getLogger(__name__)


class Studio:
    """See ``intents.StudioIntents`` for what it owes."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self._clock = clock
        self._workshop = Workshop(home, clock, self._engine_told, self._sync_told, self._lost)
        self._waveforms = Waveforms(home)
        # The errands read waveforms on a thread of their own; a reader belongs to one thread.
        self._drawn = Waveforms(home)
        self._model = StudioModel()
        self._lock = threading.RLock()
        self._on_state: Callable[[StudioState], None] = _unheard
        self._on_levels: Callable[[LevelsView], None] = _unheard
        self._intents = QueueThread("studio", self._notice)
        self._errands = QueueThread("studio-errands", self._notice)
        self._closing = False
        self._silence = SilenceWatch()
        # The input that was opened last, to come back to after the engine died; the practice tone is not kept
        # in the settings.
        self._opened: tuple[str, str] | None = None

    @property
    def waveforms(self) -> Waveforms:
        return self._waveforms

    def subscribe(self, on_state: Callable[[StudioState], None], on_levels: Callable[[LevelsView], None]) -> None:
        self._on_state, self._on_levels = on_state, on_levels

    def start(self) -> None:
        settings = self._workshop.settings
        with self._lock:
            self._model.theme = settings.theme
            self._model.person = settings.person
        self._intents.start()
        self._errands.start()
        self._intents.put(self._open_up)

    def close(self) -> None:
        self._closing = True
        self._intents.end()
        self._errands.end()
        self._intents.join()
        self._workshop.close()
        self._errands.join()

    # Recording.

    def record(self) -> None:
        def begin() -> None:
            self._silence.begin()
            self._workshop.start_take()

        self._intents.put(begin)

    def stop(self) -> None:
        def end() -> None:
            if self._model.status is not None and self._model.status.rolling is not None:
                self._workshop.stop_take(self._model.status.rolling.id)

        self._intents.put(end)

    def choose_input(self, device: str, channels: str = "") -> None:
        def choose() -> None:
            # The practice tone is for this time only: a real microphone comes first at the next start.
            if device != PRACTICE_TONE:
                self._workshop.change(input=device, channels=channels)
            self._open_input(device, channels)

        self._intents.put(choose)

    def choose_format(self, form: str) -> None:
        def choose() -> None:
            settings = self._workshop.change(format=form)
            current = self._model.status.input.device if self._model.status and self._model.status.input else ""
            self._open_input(current, settings.channels)

        self._intents.put(choose)

    # How it looks, who plays.

    def choose_theme(self, theme: str) -> None:
        def choose() -> None:
            self._workshop.change(theme=theme)
            with self._lock:
                self._model.theme = theme
            self._publish()

        self._intents.put(choose)

    def name_person(self, name: str) -> None:
        def keep() -> None:
            self._workshop.change(person=" ".join(name.split())[:100])
            with self._lock:
                self._model.person = self._workshop.settings.person
            self._publish()

        self._intents.put(keep)

    # Playing.

    def play(self, take: str, at: float = 0.0) -> None:
        self._intents.put(lambda: self._with_take(take, lambda item: self._workshop.play(item, at)))

    def seek(self, at: float) -> None:
        self._intents.put(lambda: self._workshop.engine().seek(at))

    def pause(self, on: bool) -> None:
        self._intents.put(lambda: self._workshop.engine().pause(on))

    def stop_playing(self) -> None:
        self._intents.put(lambda: self._workshop.engine().stop_playing())

    # Takes.

    def rename(self, take: str, title: str) -> None:
        def change(item: LibraryItem) -> None:
            self._workshop.rename(item, title)
            self._undoable(f"Renamed “{item.title}”", lambda: self.rename(take, item.title))

        self._edit(take, change)

    def star(self, take: str, on: bool) -> None:
        self._edit(take, lambda item: self._workshop.star(item, on))

    def note(self, take: str, text: str) -> None:
        self._edit(take, lambda item: self._workshop.note(item, text))

    def trash(self, take: str) -> None:
        def change(item: LibraryItem) -> None:
            self._workshop.trash(item, True)
            self._undoable(f"“{item.title}” is in the trash", lambda: self.restore(take))

        self._edit(take, change)

    def restore(self, take: str) -> None:
        def change(item: LibraryItem) -> None:
            self._workshop.trash(item, False)
            self._undoable("", None)

        self._edit(take, change)

    def undo(self) -> None:
        with self._lock:
            action, self._model.undo, self._model.undo_label = self._model.undo, None, ""
        if action is not None:
            action()

    def bring_in(self, files: list[str]) -> None:
        def bring() -> None:
            for file in files:
                try:
                    brought = self._workshop.bring_in(file)
                except RoomtoneError as error:
                    self._notice(error.problem)
                    continue
                self._refresh()
                self._draw_missing(brought.manifest.id)

        self._errands.put(bring)

    # Sending and notices.

    def retry(self) -> None:
        self._intents.put(lambda: self._workshop.sync().retry_now())

    def dismiss(self, notice: int) -> None:
        with self._lock:
            self._model.dismiss(notice)
        self._publish()

    def act(self, notice: int) -> None:
        with self._lock:
            action = self._model.actions.get(notice)
        self.dismiss(notice)
        if action is not None:
            action()

    # The studio's own thread.

    def _open_up(self) -> None:
        """Show the takes first, then reach the engine, then the server."""
        _, title = self._workshop.project()
        with self._lock:
            self._model.project = title
        self._refresh()
        self._reach_engine()
        self._intents.put(self._workshop.watch)
        for item in self._workshop.takes():
            if item.problem is None:
                self._errands.put(partial(self._draw, item))

    def _reach_engine(self) -> None:
        try:
            status = self._workshop.engine().status()
        except RoomtoneError as error:
            if not self._closing:
                self._notice(error.problem, "Try again", lambda: self._intents.put(self._reach_engine))
            return
        self._engine_told(status)
        if status.input is None:
            settings = self._workshop.settings
            self._open_input(*(self._opened or (settings.input, settings.channels)))
        # What was recovered while the engine started is in the folders now.
        self._refresh()

    def _open_input(self, device: str, channels: str) -> None:
        settings = self._workshop.settings
        try:
            self._workshop.open_input(
                device, channels, settings.rate if device == PRACTICE_TONE else 0, settings.format
            )
            self._opened = (device, channels)
        except RoomtoneError as error:
            if error.code == "bad-channels" and channels:
                self._workshop.open_input(device, "", 0, settings.format)
            elif error.code == "no-such-input" and device:
                # The one of last time is not plugged in: the default one will do, and says so.
                self._notice(error.problem)
                self._open_input("", "")
            else:
                self._offer_practice(error.problem)

    def _offer_practice(self, problem: Problem) -> None:
        with self._lock:
            self._model.no_input = True
        self._notice(problem, "Use the practice tone", lambda: self.choose_input(PRACTICE_TONE))

    def _refresh(self) -> None:
        items = self._workshop.takes()
        with self._lock:
            self._model.set_items(items)
        self._publish()

    def _with_take(self, take: str, use: Callable[[LibraryItem], object]) -> None:
        use(self._workshop.find(take))

    def _edit(self, take: str, change: Callable[[LibraryItem], object]) -> None:
        def edit() -> None:
            self._with_take(take, change)
            self._refresh()

        self._intents.put(edit)

    def _undoable(self, label: str, action: Callable[[], None] | None) -> None:
        with self._lock:
            self._model.undo_label, self._model.undo = label, action

    def _draw_missing(self, take: str) -> None:
        self._errands.put(lambda: self._with_take(take, self._draw))

    def _draw(self, item: LibraryItem) -> None:
        if self._closing or not item.tracks or item.seconds <= 0:
            return
        missing = [t for t in item.tracks if not len(self._drawn.of(item.id, t.name).lows)]
        if missing and any(t.media.startswith(("audio/", "video/")) and t.frames for t in missing):
            try:
                self._workshop.draw_peaks(item)
            except RoomtoneError as error:
                log.info("no waveform for %s: %s", item.title, error)
            self._publish()

    # Events, on the workers' threads.

    def _engine_told(self, event: engine.Event) -> None:
        match event:
            case engine.Levels():
                self._hear(event)
            case engine.Status():
                self._take_status(event)
            case engine.Sealed() | engine.Recovered():
                self._intents.put(self._refresh)
            case engine.DevicesSeen():
                self._take_devices(event.list)
            case engine.Notice():
                self._notice(event.problem)

    def _take_status(self, status: engine.Status) -> None:
        with self._lock:
            before = self._model.status
            self._model.take_status(status)
            trouble = status.trouble
            news = trouble is not None and (before is None or before.trouble != trouble)
            if before is not None and before.trouble is not None and trouble != before.trouble:
                self._model.dismiss_code(before.trouble.code)
        if news and trouble is not None and trouble.code != "disk-low":
            action = self._reopen if trouble.code == "device-gone" else None
            self._notice(trouble, "Try again" if action else "", action)
        elif news and trouble is not None and not self._model.has_notice("disk-low"):
            self._notice(trouble)
        else:
            self._publish()

    def _reopen(self) -> None:
        settings = self._workshop.settings
        self._intents.put(lambda: self._open_input(settings.input, settings.channels))

    def _take_devices(self, devices: DeviceList) -> None:
        with self._lock:
            known = bool(self._model.devices.devices) or self._model.no_input
            self._model.devices = devices
            closed = self._model.status is not None and self._model.status.input is None
        if devices.inputs and closed and known:
            # The device came back, or the first one was plugged in: nobody needs to ask for it.
            self._reopen()
        self._publish()

    def _hear(self, levels: engine.Levels) -> None:
        with self._lock:
            self._model.frames = max(levels.frames, 0)
            source = self._model.status.input if self._model.status else None
        self._on_levels(levels_view(levels, source))
        if levels.frames < 0:
            return
        match self._silence.update(levels, self._clock.monotonic()):
            case Heard.SILENCE:
                self._notice(silent_problem(source.name if source else "the input"))
            case Heard.SOUND:
                with self._lock:
                    self._model.dismiss_code(SILENT_CODE)
            case Heard.NOTHING:
                pass
        self._publish()

    def _sync_told(self, event: sync.Event) -> None:
        with self._lock:
            self._model.take_sync(event)
        self._publish()

    def _lost(self, worker: str) -> None:
        if self._closing:
            return
        if worker == engine.NAME:
            with self._lock:
                self._model.status = None
            self._intents.put(self._reach_engine)
        else:
            self._intents.put(self._workshop.watch)

    # Publishing.

    def _notice(self, problem: Problem, action: str = "", do: Callable[[], None] | None = None) -> None:
        with self._lock:
            self._model.add_notice(problem, Tone.LOOK, action, do)
        self._publish()

    def _publish(self) -> None:
        with self._lock:
            state = self._model.state()
            # Told with the lock held, so that states arrive in the order in which they were made.
            self._on_state(state)


def _unheard(*_: object) -> None:
    """Nobody has subscribed yet."""
