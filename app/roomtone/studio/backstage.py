"""Backstage: the parts of the studio, put together, and what the workers tell handed to the one that knows.

Cameras have a thread of their own, because they may not answer; errands and films, because they take long; playing,
because some takes have to be made playable first, while Record and Stop wait for nothing; listening to others, because
their takes may have to come first; and drafts, because a page is kept in time whatever the engine does.
"""

from __future__ import annotations

from roomtone.engine import messages as engine
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.studio.aiming import Aiming
from roomtone.studio.board import Board
from roomtone.studio.company import Company
from roomtone.studio.contributing import Contributing
from roomtone.studio.drafts import Drafts
from roomtone.studio.drawing import Drawing
from roomtone.studio.films import Films
from roomtone.studio.pictures import Pictures
from roomtone.studio.preferences import Preferences
from roomtone.studio.queueing import QueueThread
from roomtone.studio.recording import Recording
from roomtone.studio.sync_test import SyncTest
from roomtone.studio.take_list import TakeList
from roomtone.studio.together import Together
from roomtone.studio.workshop import Workshop
from roomtone.upload import messages as sync


class Backstage:
    """Reaches the workers, comes back to them when they die, and keeps the state as they tell it."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self.board = Board()
        self.workshop = Workshop(home, clock, self._engine_told, self._sync_told, self._lost)
        self.intents = QueueThread("studio", self.board.notice)
        self.errands = QueueThread("studio-errands", self.board.notice)
        self.playing = QueueThread("studio-playing", self.board.notice)
        self.filming = QueueThread("studio-films", self.board.notice)
        self.listening = QueueThread("studio-listening", self.board.notice)
        self.cameras = QueueThread("studio-cameras", self.board.notice)
        self.writing = QueueThread("studio-drafts", self.board.notice)
        self._drawing = Drawing(self.board, self.workshop)
        self.recording = Recording(self.board, self.workshop, clock, self.intents)
        self.pictures = Pictures(self.board, self.workshop, self.cameras)
        self.sync_test = SyncTest(self.board, self.workshop, clock)
        self.takes = TakeList(self.board, self.workshop, clock, self.intents, self.errands, self._drawing)
        self.films = Films(self.board, self.workshop, self.errands, self.takes)
        self.preferences = Preferences(self.board, self.workshop, self.intents)
        self.drafts = Drafts(self.board, self.workshop, clock, self.writing, self.cameras, self.takes)
        self.quick = QueueThread("studio-together", self.board.notice)
        self.slow = QueueThread("studio-server", self.board.notice)
        self.together = Together(self.workshop, clock)
        self._aiming = Aiming(
            self.board, self.together, self.recording, self.pictures, self.preferences, self.intents, self.cameras
        )
        self.company = Company(self.board, self.together, clock, self.quick, self.slow, self._aiming)
        self.visiting = self.company.visiting
        self.contributing = Contributing(
            self.board,
            self.together,
            self._aiming,
            self.takes,
            self.visiting,
            self.quick,
            self.slow,
            self.company.ask,
        )
        self.takes.when_came = self.company.came
        working = [self.errands, self.playing, self.filming, self.listening]
        self._queues = [self.cameras, self.writing, self.intents, *working, self.quick, self.slow]
        self._closing = False

    def start(self) -> None:
        """Show the takes first, then reach the engine, its cameras, and the server."""
        self.preferences.recall()
        for queue in self._queues:
            queue.start()
        self.writing.put(self.drafts.show)
        self.drafts.start()
        self.intents.put(self._open_up)

    def close(self) -> None:
        """Let go of the workers. What waits for one on a thread that may wait hears that it is gone."""
        self._closing = True
        self._drawing.close()
        self.sync_test.end()
        self.drafts.close()
        self.company.close()
        self._aiming.restore()
        for queue in self._queues:
            queue.end()
        self.intents.join()
        self.workshop.close()
        for queue in self._queues:
            queue.join()

    def _open_up(self) -> None:
        _, title = self.workshop.project()
        with self.board.looking() as model:
            model.project = title
        self.takes.refresh()
        self._reach_engine()
        self.intents.put(self.workshop.watch)
        self.intents.put(self.company.start)
        self.takes.draw_all()

    def _reach_engine(self) -> None:
        try:
            status = self.workshop.engine().status()
        except RoomtoneError as error:
            if not self._closing:
                self.board.notice(error.problem, "Try again", lambda: self.intents.put(self._reach_engine))
            return
        self._engine_told(status)
        if status.input is None:
            self.recording.come_back()
        self.cameras.put(self.pictures.come_back)
        # What was recovered while the engine started is in the folders now.
        self.takes.refresh()

    # Events, on the workers' threads.

    def _engine_told(self, event: engine.Event) -> None:
        match event:
            case engine.Levels():
                self.recording.hear(event)
            case engine.Status():
                with self.board.looking() as model:
                    before = model.status.cameras if model.status is not None else []
                self.recording.take_status(event)
                self.pictures.take_status(before, event.cameras)
            case engine.Sealed() | engine.Recovered():
                self.intents.put(lambda: self.takes.came(event.manifest.id))
            case engine.DevicesSeen():
                self.recording.take_devices(event.list)
            case engine.PicturesSeen():
                self.pictures.take_list(event.list)
            case engine.Notice():
                self.board.notice(event.problem)

    def _sync_told(self, event: sync.Event) -> None:
        with self.board.changing() as model:
            model.take_sync(event)
        self.company.take_sync(event)

    def _lost(self, worker: str) -> None:
        if self._closing:
            return
        if worker == engine.NAME:
            with self.board.looking() as model:
                model.forget_engine()
            self.intents.put(self._reach_engine)
        else:
            self.intents.put(self.workshop.watch)
            self.intents.put(self.company.ask)
