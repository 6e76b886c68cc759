"""The engine itself: an input that is open or not, a take that rolls or not, something that plays or not.

``Desk`` carries out the commands, keeps the one state that others may see, and says when it changes.
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
from roomtone.engine.pictures.camera import Camera
from roomtone.engine.pictures.cameras import Cameras, picture_tracks
from roomtone.engine.pictures.desk import Listening, PictureDesk
from roomtone.engine.recording import Films, TakeRecorder
from roomtone.engine.space import check_room, filling_speed, low_problem, seconds_left
from roomtone.engine.tracks import bytes_a_second
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import BugError, Problem, RoomtoneError, UsageError, from_os_error
from roomtone.foundation.paths import Home
from roomtone.takes.folder import Ending, Source
from roomtone.takes.homecoming import WAITING
from roomtone.takes.library import Library

log = logging.getLogger(__name__)

# PulseAudio is reached through ALSA.
_ALSA: Final = "ALSA"


class Desk:
    """Everything that the engine worker does. Commands come on any thread; ``tell`` must not block."""

    def __init__(
        self, home: Home, clock: Clock, lookout: Lookout, sound: SoundSystem, tell: Callable[[m.Event], None]
    ) -> None:
        self._home = home
        self._clock = clock
        self._sound = sound
        self._lookout = lookout
        self._tell = tell
        self._library = Library(home.library, home.takes)
        # Commands are carried out one after the other; what others see has a lock of its own, held briefly.
        self._commands = threading.RLock()
        self._seen = threading.Lock()
        self._activity = m.Activity.CLOSED
        self._input: m.Input | None = None
        self._capture: Capture | None = None
        self._recorder: TakeRecorder | None = None
        self._last_sealed: m.Sealed | None = None
        self._deck = Deck(home, clock, lookout, sound, lambda: self._capture is not None, self.tell_status)
        self._filmed: frozenset[str] = frozenset()
        self._cameras = Cameras(home, clock, self.tell_status)
        self.pictures = PictureDesk(self._cameras, clock, self._listening, lambda: self._filmed)
        self._trouble: Problem | None = None
        self._waiting = False
        self._route: PulseRoute | None = None
        self._ended = threading.Event()

    # What others may see.

    @property
    def busy(self) -> bool:
        """Whether ending now would cost somebody something."""
        return self._activity in (m.Activity.RECORDING, m.Activity.SEALING)

    def status(self) -> m.Status:
        """Return the whole state."""
        speed = self._speed()
        free, seconds = seconds_left(self._home.takes, speed)
        with self._seen:
            trouble = self._trouble or (WAITING if self._waiting else None)
            trouble = trouble or (low_problem(seconds) if self._input else None)
            return m.Status(
                activity=self._activity,
                input=self._input,
                rolling=self._recorder.rolling() if self._recorder else None,
                playing=self._deck.playing,
                bytes_free=free,
                seconds_left=round(seconds, 1) if speed else 0.0,
                trouble=trouble,
                cameras=self._cameras.describe(self._input.device if self._input else ""),
            )

    def tell_status(self) -> None:
        """Tell everybody the whole state."""
        self._tell(self.status())

    def note_waiting(self, on: bool) -> None:
        """Say whether any take waits for room on the disk."""
        with self._seen:
            self._waiting = on

    def attend(self) -> None:
        """Look after what may stand still unnoticed; called about twice a second."""
        self._cameras.attend()

    def watch_route(self) -> None:
        """Look whether the sound system leads something else into the open input; called about twice a second."""
        route = self._route
        if route is None:
            return
        elsewhere = route.elsewhere()
        moved = troubles.moved(self._input_name(), elsewhere) if elsewhere else None
        with self._seen:
            before = self._trouble
            other = before is not None and before.code != troubles.MOVED
            if route is not self._route or other or before == moved:
                return
            self._trouble = moved
        self.tell_status()

    # Commands.

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
            if self._capture is not None and wanted == self._input and self._trouble is None:
                return wanted
            self._close_capture()
            self._start_capture(device, wanted)
        self.tell_status()
        return wanted

    def close_input(self) -> m.Done:
        """Close the input."""
        with self._commands:
            self._refuse_while_busy("The input was not closed")
            self._close_capture()
        self.tell_status()
        return m.Done()

    def start_take(self, command: m.StartTake) -> m.Rolling:
        """Begin a take on the open input."""
        with self._commands:
            if self._recorder is not None:
                return self._recorder.rolling()
            if self._input is None or self._capture is None:
                raise UsageError("no-input-open", "The take was not begun", "No input is open", "Choose an input")
            check_room(self._home.takes, self._speed())
            cameras = self._cameras.all
            began = begin(command, self._input, self._library.refresh(), self._clock, picture_tracks(cameras))
            films = self._open_films(cameras, self._input, self._capture) if cameras else None
            try:
                recorder = TakeRecorder(self._home, self._clock, began, self._input, self._notice, films)
            except OSError as error:
                raise from_os_error(error, "beginning a take") from error
            self._capture.record_into(recorder)
            with self._seen:
                self._recorder = recorder
                self._filmed = frozenset(camera.source.id for camera in cameras)
                self._move(m.Activity.RECORDING)
        self.tell_status()
        return recorder.rolling()

    def stop_take(self, command: m.StopTake) -> m.Sealed:
        """End the rolling take. Asked again, it answers with the take that was sealed last."""
        with self._commands:
            recorder = self._recorder
            last = self._last_sealed
            if recorder is None or (command.take and command.take != recorder.id):
                if last is not None and command.take in ("", last.manifest.id):
                    return last
                raise UsageError("not-recording", "Nothing was stopped", "No take is being recorded", "Start one first")
            return self._end_take(Ending.STOPPED)

    def play(self, command: m.Play) -> m.Playing:
        """Play a track from ``at`` on; what played before stops."""
        return self._deck.play(command)

    def seek(self, at: float) -> m.Done:
        """Go on playing elsewhere."""
        self._deck.seek(at)
        return m.Done()

    def pause(self, on: bool) -> m.Done:
        """Pause what plays, or go on."""
        self._deck.pause(on)
        return m.Done()

    def stop_playing(self) -> m.Done:
        """Stop what plays."""
        self._deck.stop()
        return m.Done()

    def close(self) -> None:
        """End everything; a rolling take is sealed first."""
        with self._commands:
            if self._recorder is not None:
                self._end_take(Ending.STOPPED)
            self.stop_playing()
            self._close_capture()
            self._cameras.shut()
            self._lookout.close()
            self._library.close()

    # CaptureEvents: called on the capture thread, which must not wait for a command.

    def levels(self, moments: list[m.Levels]) -> None:
        self._tell(m.Moments(moments))

    def silent(self, on: bool) -> None:
        problem = troubles.silent(self._input_name())
        with self._seen:
            self._trouble = problem if on else None
        self.tell_status()

    def device_gone(self) -> None:
        with self._seen:
            self._trouble = troubles.gone(self._input_name())
        self._from_capture(Ending.DEVICE_GONE)

    def disk_full(self) -> None:
        with self._seen:
            self._trouble = troubles.DISK_FULL
        self.tell_status()

    def take_must_end(self) -> None:
        self._from_capture(Ending.DISK_FULL)

    def failed(self, error: RoomtoneError) -> None:
        with self._seen:
            self._trouble = error.problem
        self._notice(error)
        self._from_capture(Ending.DISK_FULL)

    # Inner works.

    def _from_capture(self, ending: Ending) -> None:
        """End the take and close the input from outside the capture thread, which is waited for there."""

        def end() -> None:
            with self._commands:
                trouble = self._trouble
                if self._recorder is not None:
                    try:
                        self._end_take(ending)
                    except RoomtoneError as error:
                        self._notice(error)
                if ending is Ending.DEVICE_GONE:
                    self._close_capture()
                with self._seen:
                    self._trouble = trouble
            self.tell_status()

        threading.Thread(target=end, name="take-end", daemon=True).start()

    def _end_take(self, ending: Ending) -> m.Sealed:
        recorder = self._recorder
        if recorder is None or self._capture is None:
            raise BugError("no-recorder", "Nothing was stopped", "No take is being recorded", "Start one first")
        self._capture.release()
        with self._seen:
            self._move(m.Activity.SEALING)
        self.tell_status()
        try:
            manifest = recorder.finish(ending)
        except OSError as error:
            raise from_os_error(error, "closing the take") from error
        finally:
            with self._seen:
                self._recorder = None
                self._filmed = frozenset()
                self._trouble = None
                self._move(m.Activity.LISTENING)
        self._last_sealed = m.Sealed(str(recorder.folder), manifest)
        self._tell(self._last_sealed)
        self.tell_status()
        return self._last_sealed

    def _open_films(self, cameras: list[Camera], source: m.Input, capture: Capture) -> Films:
        # Codecs are loaded by the first take that has pictures.
        from roomtone.engine.pictures.films import FilmSet
        from roomtone.engine.pictures.timeline import Timeline

        timeline = Timeline(capture.sound_clock, source.rate)
        offsets = [self._cameras.offset_ms(camera.source.id, source.device) for camera in cameras]
        channels = sum(map(len, source.tracks))
        return FilmSet(cameras, offsets, self._cameras.encoders(), timeline, channels, self._clock, self._notice)

    def _listening(self) -> tuple[str, Listening] | None:
        with self._seen:
            if self._input is None or self._capture is None:
                return None
            return self._input.device, self._capture

    def _start_capture(self, device: AudioDevice, wanted: m.Input) -> None:
        channels = [channel for track in wanted.tracks for channel in track]
        # What plays would be cut off; then only devices that were there before are found.
        quiet = self._deck.playing is None
        stream = self._sound.open_input(device.id, wanted.rate, channels, look_again=quiet)
        period = FLAC_SECONDS if wanted.format == "flac" else WAVE_SECONDS
        capture = Capture(stream, self._clock, period, self)
        with self._seen:
            self._capture, self._input, self._trouble = capture, wanted, None
            self._route = PulseRoute(self._clock) if device.host == _ALSA else None
            self._move(m.Activity.LISTENING)
        capture.start()

    def _close_capture(self) -> None:
        capture = self._capture
        if capture is None:
            return
        capture.close()
        if self._route is not None:
            self._route.close()
        with self._seen:
            self._capture, self._input, self._route = None, None, None
            self._move(m.Activity.CLOSED)

    def _input_name(self) -> str:
        return self._input.name if self._input else "The input"

    def _refuse_while_busy(self, what: str) -> None:
        if self.busy:
            raise UsageError("recording", what, "A take is being recorded", "Stop it first")

    def _speed(self) -> int:
        source = self._input
        if source is None:
            return 0
        sound = bytes_a_second(source.format, source.rate, sum(map(len, source.tracks)))
        return filling_speed(self._home, sound + self._cameras.bytes_a_second)

    def _notice(self, error: RoomtoneError) -> None:
        self._tell(m.Notice(error.problem, self._recorder.id if self._recorder else ""))

    def _move(self, new: m.Activity) -> None:
        if new not in m.MOVES[self._activity]:
            raise BugError("bad-move", "The engine lost its way", f"{self._activity} → {new}", "Report this")
        self._activity = new
