"""The engine worker's process: its composition root.

Orphan policy: while a take is recorded it goes on, and a reopened window finds it; while one waits for room on a
full disk it stays, to bring it home; idle and without a client it ends.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any, Final

import msgspec

from roomtone.devices.lookout import Lookout
from roomtone.devices.model import DeviceList
from roomtone.devices.pictures.model import PictureList
from roomtone.devices.system import SoundSystem
from roomtone.engine import messages as m
from roomtone.engine.desk import Desk
from roomtone.engine.space import remove_leftovers
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.decoding import decoder_of
from roomtone.foundation.errors import RoomtoneError, from_os_error
from roomtone.foundation.memory import give_back_large_blocks
from roomtone.foundation.paths import Home
from roomtone.foundation.workers import spawn
from roomtone.foundation.workers.host import WorkerHost
from roomtone.foundation.workers.process import run_worker
from roomtone.takes.homecoming import bring_all_home
from roomtone.takes.model import Take
from roomtone.takes.overflow import waiting
from roomtone.takes.recovery import recover_all

log = logging.getLogger(__name__)

# How long an idle engine waits for somebody to come back: long enough for a window that restarts.
IDLE_SECONDS: Final = 10.0
_STATUS_SECONDS: Final = 0.5
# Room for takes that wait for it is looked for this often.
_ROOM_SECONDS: Final = 2.0
# Devices that come and go are looked for this often; less often while recording, which comes first.
_LOOK_SECONDS: Final = 3.0
_LOOK_RECORDING_SECONDS: Final = 20.0
# Where there was none at all, a look may cost a whole new process.
_LOOK_NONE_SECONDS: Final = 5.0


class EngineWorker:
    """Joins the desk to its clients and gives both their regular attention."""

    def __init__(self, home: Home, clock: SystemClock) -> None:
        self._home = home
        self._clock = clock
        self._decoder: msgspec.json.Decoder[m.Command] = decoder_of(m.Command)
        self._ending = threading.Event()
        self._lookout = Lookout(home.logs / "devices.out")
        self._sound = SoundSystem(clock)
        self._desk = Desk(home, clock, self._lookout, self._sound, self._tell)
        self._recovered: list[m.Recovered] = []
        self._host = WorkerHost(home, m.NAME, self._handle, self._greeting)
        self._devices = m.DevicesSeen(DeviceList([]))
        self._pictures = m.PicturesSeen(PictureList([]))

    def serve(self) -> None:
        """Recover what an earlier engine left, accept clients, and return when nobody needs this process."""
        self._recover()
        watch = threading.Thread(target=self._watch_devices, name="device-watch", daemon=True)
        with self._host:
            spawn.say_ready()
            watch.start()
            self._attend()
        self._ending.set()
        self._desk.close()
        watch.join()

    @property
    def stuck(self) -> bool:
        """Whether a driver holds on to this process, which then cannot end in the ordinary way."""
        return self._sound.stuck.is_set()

    def end(self) -> None:
        """Ask the worker to end; a rolling take is sealed first."""
        self._ending.set()

    def _recover(self) -> None:
        try:
            # First, so that even a full disk has room for what recovery writes.
            remove_leftovers(self._home.takes)
            takes = bring_all_home(waiting(self._home.takes), self._clock)
            takes += recover_all(self._home.takes, self._clock)[0]
        except OSError as error:
            log.warning("recovery could not finish: %s", from_os_error(error, "recovering takes"))
            return
        self._recovered = _told(takes)

    def _bring_home(self) -> bool:
        """Bring home the takes that wait for room on the disk; return whether any still does."""
        folders = waiting(self._home.takes)
        # A take that begins from here on is not among them.
        if not folders or self._desk.panel.busy:
            return bool(folders)
        takes = bring_all_home(folders, self._clock)
        for event in _told(takes):
            self._recovered.append(event)
            self._host.publish(event)
        self._desk.panel.note_waiting(len(takes) < len(folders))
        return len(takes) < len(folders)

    def _attend(self) -> None:
        """Tell the state twice a second while something moves, until this process is not needed any more."""
        idle_since = looked = self._clock.monotonic()
        while not self._clock.wait(self._ending, _STATUS_SECONDS):
            now = self._clock.monotonic()
            self._desk.attend()
            if self._sound.stuck.is_set() and not self._desk.panel.busy:
                log.warning("this process ends, so that the next one can use the sound again")
                return
            if now - looked > _ROOM_SECONDS:
                looked = now
                if self._bring_home():
                    idle_since = now
            if self._host.clients or self._desk.panel.busy:
                idle_since = now
            elif now - idle_since > IDLE_SECONDS:
                return
            if self._host.clients:
                self._desk.panel.tell()

    def _watch_devices(self) -> None:
        while not self._clock.wait(self._ending, self._look_pause()):
            if not self._host.clients:
                continue
            try:
                seen = m.DevicesSeen(self._lookout.look())
            except RoomtoneError as error:
                log.info("devices were not listed: %s", error)
                continue
            if seen != self._devices:
                self._devices = seen
                self._host.publish(seen)
            self._watch_pictures()

    def _watch_pictures(self) -> None:
        """Look for cameras as well, once somebody has asked for them: it takes a process of its own."""
        if not self._desk.pictures.asked:
            return
        try:
            seen = m.PicturesSeen(self._desk.pictures.look())
        except RoomtoneError as error:
            log.info("cameras were not listed: %s", error)
            return
        if seen != self._pictures:
            self._pictures = seen
            self._host.publish(seen)

    def _look_pause(self) -> float:
        if self._desk.panel.busy:
            return _LOOK_RECORDING_SECONDS
        return _LOOK_SECONDS if self._devices.list.devices else _LOOK_NONE_SECONDS

    def _greeting(self) -> list[Any]:
        return [self._desk.panel.status(), self._devices, *self._recovered]

    def _tell(self, event: m.Event) -> None:
        self._host.publish(event)

    def _handle(self, raw: msgspec.Raw) -> object:
        return self._carry_out(self._decoder.decode(raw))

    def _carry_out(self, command: m.Command) -> object:
        desk = self._desk
        match command:
            case m.GetStatus():
                answer: object = desk.panel.status()
            case m.LookForDevices():
                answer = desk.devices(rates=command.rates)
            case m.OpenInput():
                answer = desk.open_input(command)
            case m.CloseInput():
                answer = desk.close_input()
            case m.StartTake():
                answer = desk.start_take(command)
            case m.StopTake():
                answer = desk.stop_take(command)
            case m.Play():
                answer = desk.deck.play(command)
            case m.Seek():
                answer = desk.deck.seek(command.at)
            case m.Pause():
                answer = desk.deck.pause(command.on)
            case m.StopPlaying():
                answer = desk.deck.stop()
            case _:
                answer = desk.pictures.carry_out(command)
        return answer


def _told(takes: list[Take]) -> list[m.Recovered]:
    return [m.Recovered(str(take.folder), take.manifest) for take in takes if take.manifest is not None]


def run(home: str | None, arguments: list[str]) -> int:
    """Run the engine worker of a home until nobody needs it."""
    del arguments
    # It films for hours, and frames and parts of films are large.
    give_back_large_blocks()
    worker = run_worker(home, m.NAME, lambda place: EngineWorker(place, SystemClock()))
    if worker is not None and worker.stuck:
        logging.shutdown()
        # PortAudio's own end would wait for the driver for ever. Everything of ours is closed and on disk.
        os._exit(0)
    return 0
