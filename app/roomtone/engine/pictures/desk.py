"""The commands that have to do with pictures, carried out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np

from roomtone.devices.pictures.model import PictureList
from roomtone.devices.streams import Floats
from roomtone.engine import messages as m
from roomtone.engine.pictures.camera import Camera
from roomtone.engine.pictures.cameras import Cameras
from roomtone.engine.pictures.timing import SoundClock
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError, WorldError, from_os_error

_LONGEST_TEST: Final = 60.0

Command = m.LookForPictures | m.OpenCamera | m.CloseCamera | m.ControlCamera | m.SnapCamera | m.SelfTest


class Listening(Protocol):
    """The open input, as the self-test needs it."""

    @property
    def rate(self) -> int:
        """Frames a second."""

    @property
    def sound_clock(self) -> SoundClock:
        """Which frame the input was at, at a moment."""

    def listen(self, ear: Callable[[Floats, int], None] | None) -> None:
        """Hand every block and the stream position of its first frame to ``ear`` as well; ``None`` ends it."""


class PictureDesk:
    """Looks for, opens, closes and tests cameras. Commands come on any thread."""

    def __init__(
        self,
        cameras: Cameras,
        clock: Clock,
        listening: Callable[[], tuple[str, Listening] | None],
        recorded: Callable[[], frozenset[str]],
    ) -> None:
        """``listening`` returns the open input and its device, ``recorded`` the sources that a take records now."""
        self._cameras = cameras
        self._clock = clock
        self._listening = listening
        self._recorded = recorded
        self._testing = threading.Lock()
        # Whether anybody cares for cameras at all.
        self.asked = False

    def carry_out(self, command: Command) -> object:
        """Carry out one command and return its answer."""
        match command:
            case m.LookForPictures():
                answer: object = self.look()
            case m.OpenCamera():
                answer = self.open(command)
            case m.CloseCamera():
                answer = self.close(command.source)
            case m.ControlCamera():
                answer = self.control(command)
            case m.SnapCamera():
                answer = self.snap(command)
            case m.SelfTest():
                answer = self.self_test(command)
        return answer

    def look(self) -> PictureList:
        """Look at what the machine offers."""
        self.asked = True
        return self._cameras.look()

    def open(self, command: m.OpenCamera) -> m.Camera:
        """Open a camera and return it with its first picture."""
        with_mode = bool(command.mode)
        if with_mode and command.source in self._recorded():
            raise _recorded("Its size was not changed")
        return self._described(self._cameras.open(command))

    def close(self, source: str) -> m.Done:
        """Close a camera, unless a take records it."""
        if source in self._recorded():
            raise _recorded("The camera was not closed")
        self._cameras.close(source)
        return m.Done()

    def control(self, command: m.ControlCamera) -> m.Done:
        """Set a control of a camera."""
        self._cameras.control(command)
        return m.Done()

    def snap(self, command: m.SnapCamera) -> m.Snapshot:
        """Take a still."""
        return self._cameras.snap(command)

    def self_test(self, command: m.SelfTest) -> m.SelfTested:
        """Watch and listen, and tell how late the picture is."""
        camera = self._cameras.find(command.source)
        listening = self._listening()
        if listening is None:
            raise UsageError("no-input-open", "Nothing was measured", "No sound input is open", "Choose an input")
        if self._recorded():
            raise _recorded("Nothing was measured")
        if not 0 < command.seconds <= _LONGEST_TEST:
            raise UsageError("bad-seconds", "Nothing was measured", "The time makes no sense", "Give 4 to 60 seconds")
        device, sound = listening
        with self._testing:
            found = self._measure(camera, sound, command)
        if command.keep:
            try:
                self._cameras.keep_offset(camera.source.id, device, found.offset_ms)
            except OSError as error:
                raise from_os_error(error, "keeping what was measured") from error
        return found

    def _measure(self, camera: Camera, sound: Listening, command: m.SelfTest) -> m.SelfTested:
        # Only a test needs these.
        from roomtone.engine.pictures import selftest
        from roomtone.engine.pictures.watch import Watch

        watch, blocks, first = Watch(), [], []

        def hear(samples: Floats, position: int) -> None:
            first.append(position)
            blocks.append(samples.mean(axis=1))

        camera.take(watch)
        sound.listen(hear)
        try:
            self._clock.wait(threading.Event(), command.seconds)
        finally:
            sound.listen(None)
            camera.take(None)
        moments, cells = watch.seen()
        if not blocks:
            raise WorldError("self-test-failed", "Nothing was measured", "No sound arrived", "Check the input")
        clock, rate = sound.sound_clock, sound.rate
        heard = np.concatenate(blocks)
        times = np.array([clock.position(moment) / rate for moment in moments])
        start = first[0] / rate
        if command.claps:
            seen, heard_at = selftest.find_motion_ends(times, cells), selftest.find_claps(heard, rate)
        else:
            seen, heard_at = selftest.find_flashes(times, cells), selftest.find_beeps(heard, rate)
        return selftest.compare(seen, start + heard_at, claps=command.claps)

    def _described(self, camera: Camera) -> m.Camera:
        listening = self._listening()
        device = listening[0] if listening is not None else ""
        return next(
            (told for told in self._cameras.describe(device) if told.source == camera.source.id), camera.describe()
        )


def _recorded(what: str) -> UsageError:
    return UsageError("recording", what, "A take is being recorded", "Stop it first")
