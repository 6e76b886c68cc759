"""The engine itself: an input that is open or not, a take that rolls or not, something that plays or not.

``Desk`` carries out the commands that have to do with the input and the take; ``deck`` plays, ``pictures`` sees, and
the ``panel`` shows it all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from roomtone.devices.lookout import Lookout
from roomtone.devices.model import PRACTICE_TONE, AudioDevice, DeviceList, choose_input, parse_channels
from roomtone.devices.route import PulseRoute
from roomtone.devices.system import SoundSystem
from roomtone.engine import messages as m
from roomtone.engine import troubles
from roomtone.engine.beginning import begin
from roomtone.engine.capture import FLAC_SECONDS, WAVE_SECONDS, Capture
from roomtone.engine.deck import Deck
from roomtone.engine.panel import Panel
from roomtone.engine.pictures.cameras import Cameras, picture_tracks
from roomtone.engine.pictures.desk import Listening, PictureDesk
from roomtone.engine.pictures.rings import Rings
from roomtone.engine.recording import TakeRecorder
from roomtone.engine.space import check_room
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import BugError, RoomtoneError, UsageError, from_os_error
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Ending, Source
from roomtone.takes.library import Library

log = logging.getLogger(__name__)

# PulseAudio is reached through ALSA.
_ALSA: Final = "ALSA"


class Desk:
    """The commands of the engine worker, on any thread; ``tell`` must not block."""

    def __init__(
        self, home: Home, clock: Clock, lookout: Lookout, sound: SoundSystem, tell: Callable[[m.Event], None]
    ) -> None:
        self._home = home
        self._clock = clock
        self._sound = sound
        self._lookout = lookout
        self._library = Library(home.library, home.takes)
        # Commands are carried out one after the other; what others see has a lock of its own, held briefly.
        self._commands = threading.RLock()
        self._capture: Capture | None = None
        self._last_sealed: m.Sealed | None = None
        self._filmed: frozenset[str] = frozenset()
        rings = Rings(home)
        self._cameras = Cameras(home, clock, rings, self._changed)
        self.deck = Deck(home, clock, lookout, sound, rings, lambda: self._capture is not None, self._changed)
        self.pictures = PictureDesk(self._cameras, clock, self._listening, lambda: self._filmed)
        self.panel = Panel(
            home, tell, lambda: self.deck.playing, self._cameras.describe, lambda: self._cameras.bytes_a_second
        )

    def attend(self) -> None:
        """Look after what may change unnoticed; called about twice a second."""
        self._cameras.attend()
        self.panel.watch_route()

    def devices(self, *, rates: bool) -> DeviceList:
        """Look at what the machine offers, without disturbing a stream."""
        return self._lookout.look(with_rates=rates)

    def open_input(self, command: m.OpenInput) -> m.Input:
        """Open an input, or keep the one that is open when it is the same."""
        with self._commands:
            self._refuse_while_busy("The input was not changed")
            device = choose_input(self._lookout.look(), command.device)
            rate = command.rate or (48_000 if device.id == PRACTICE_TONE else device.rate)
            tracks = parse_channels(command.channels, device.inputs)
            source = Source.PRACTICE_TONE if device.id == PRACTICE_TONE else Source.RECORDED
            wanted = m.Input(device.id, device.name, rate, command.format, tracks, source)
            if self._capture is not None and wanted == self.panel.input and self.panel.trouble is None:
                return wanted
            self._close_capture()
            self._start_capture(device, wanted)
        self.panel.tell()
        return wanted

    def close_input(self) -> m.Done:
        """Close the input."""
        with self._commands:
            self._refuse_while_busy("The input was not closed")
            self._close_capture()
        self.panel.tell()
        return m.Done()

    def start_take(self, command: m.StartTake) -> m.Rolling:
        """Begin a take on the open input, with every open camera."""
        panel = self.panel
        with self._commands:
            if panel.recorder is not None:
                return panel.recorder.rolling()
            if panel.input is None or self._capture is None:
                raise UsageError("no-input-open", "The take was not begun", "No input is open", "Choose an input")
            check_room(self._home.takes, panel.speed())
            cameras = self._cameras.all
            began = begin(command, panel.input, self._library.refresh(), self._clock, picture_tracks(cameras))
            sound_clock = self._capture.sound_clock
            films = self._cameras.films(cameras, panel.input, sound_clock, panel.notice) if cameras else None
            try:
                recorder = TakeRecorder(self._home, self._clock, began, panel.input, panel.notice, films)
            except OSError as error:
                raise from_os_error(error, "beginning a take") from error
            self._capture.record_into(recorder, command.seconds)
            with panel.lock:
                panel.recorder = recorder
                self._filmed = frozenset(camera.source.id for camera in cameras)
                panel.move(m.Activity.RECORDING)
        panel.tell()
        return recorder.rolling()

    def stop_take(self, command: m.StopTake) -> m.Sealed:
        """End the rolling take. Asked again, it answers with the take that was sealed last."""
        with self._commands:
            recorder = self.panel.recorder
            last = self._last_sealed
            if recorder is None or (command.take and command.take != recorder.id):
                if last is not None and command.take in ("", last.manifest.id):
                    return last
                raise UsageError("not-recording", "Nothing was stopped", "No take is being recorded", "Start one first")
            return self._end_take(Ending.STOPPED)

    def close(self) -> None:
        """End everything; a rolling take is sealed first."""
        with self._commands:
            if self.panel.recorder is not None:
                self._end_take(Ending.STOPPED)
            self.deck.stop()
            self._close_capture()
            self._cameras.shut()
            self._lookout.close()
            self._library.close()

    # CaptureEvents: called on the capture thread, which must not wait for a command.

    def levels(self, moments: list[m.Levels]) -> None:
        self.panel.tell_of(m.Moments(moments))

    def silent(self, on: bool) -> None:
        self.panel.be_troubled(troubles.silent(self.panel.input_name) if on else None)
        self.panel.tell()

    def device_gone(self) -> None:
        self.panel.be_troubled(troubles.gone(self.panel.input_name))
        self._from_capture(Ending.DEVICE_GONE)

    def disk_full(self) -> None:
        self.panel.be_troubled(troubles.DISK_FULL)
        self.panel.tell()

    def take_must_end(self, ending: Ending) -> None:
        self._from_capture(ending, self.panel.recorder)

    def failed(self, error: RoomtoneError) -> None:
        self.panel.be_troubled(error.problem)
        self.panel.notice(error)
        self._from_capture(Ending.DISK_FULL)

    # Inner works.

    def _from_capture(self, ending: Ending, meant: TakeRecorder | None = None) -> None:
        """End the take and close the input from outside the capture thread, which is waited for there.

        Where a take is ``meant``, one that was begun meanwhile rolls on.
        """

        def end() -> None:
            with self._commands:
                trouble = self.panel.trouble
                if self.panel.recorder is not None and meant in (None, self.panel.recorder):
                    try:
                        self._end_take(ending)
                    except RoomtoneError as error:
                        self.panel.notice(error)
                if ending is Ending.DEVICE_GONE:
                    self._close_capture()
                self.panel.be_troubled(trouble)
            self.panel.tell()

        threading.Thread(target=end, name="take-end", daemon=True).start()

    def _end_take(self, ending: Ending) -> m.Sealed:
        panel = self.panel
        recorder = panel.recorder
        if recorder is None or self._capture is None:
            raise BugError("no-recorder", "Nothing was stopped", "No take is being recorded", "Start one first")
        self._capture.release()
        with panel.lock:
            panel.move(m.Activity.SEALING)
        panel.tell()
        try:
            manifest = recorder.finish(ending)
        except OSError as error:
            raise from_os_error(error, "closing the take") from error
        finally:
            with panel.lock:
                panel.recorder = None
                self._filmed = frozenset()
                if ending is Ending.STOPPED:
                    # What ended a take otherwise is still wrong.
                    panel.trouble = None
                panel.move(m.Activity.LISTENING)
        self._last_sealed = m.Sealed(str(recorder.folder), manifest)
        panel.tell_of(self._last_sealed)
        panel.tell()
        return self._last_sealed

    def _listening(self) -> tuple[str, Listening] | None:
        with self.panel.lock:
            if self.panel.input is None or self._capture is None:
                return None
            return self.panel.input.device, self._capture

    def _start_capture(self, device: AudioDevice, wanted: m.Input) -> None:
        channels = [channel for track in wanted.tracks for channel in track]
        # What plays would be cut off; then only devices that were there before are found.
        quiet = self.deck.playing is None
        stream = self._sound.open_input(device.id, wanted.rate, channels, look_again=quiet)
        period = FLAC_SECONDS if wanted.format == "flac" else WAVE_SECONDS
        capture = Capture(stream, self._clock, period, self)
        panel = self.panel
        with panel.lock:
            self._capture, panel.input, panel.trouble = capture, wanted, None
            panel.route = PulseRoute(self._clock) if device.host == _ALSA else None
            panel.move(m.Activity.LISTENING)
        capture.start()

    def _close_capture(self) -> None:
        capture, panel = self._capture, self.panel
        if capture is None:
            return
        capture.close()
        if panel.route is not None:
            panel.route.close()
        with panel.lock:
            self._capture, panel.input, panel.route = None, None, None
            panel.move(m.Activity.CLOSED)

    def _refuse_while_busy(self, what: str) -> None:
        if self.panel.busy:
            raise UsageError("recording", what, "A take is being recorded", "Stop it first")

    def _changed(self) -> None:
        self.panel.tell()
