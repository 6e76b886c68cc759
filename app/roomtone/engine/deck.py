"""What plays: one track of a take at a time, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from roomtone.devices.lookout import Lookout
from roomtone.devices.system import OutputStream, SoundSystem
from roomtone.engine import messages as m
from roomtone.engine.playback import Player
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError, WorldError
from roomtone.foundation.paths import Home


class Deck:
    """Plays tracks that lie in the takes folder. Commands come on any thread, one after the other."""

    def __init__(
        self,
        home: Home,
        clock: Clock,
        lookout: Lookout,
        sound: SoundSystem,
        capturing: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        """``capturing`` says whether an input is open; ``changed`` is told when ``playing`` is another."""
        self._home = home
        self._clock = clock
        self._lookout = lookout
        self._sound = sound
        self._capturing = capturing
        self._changed = changed
        self._commands = threading.RLock()
        self._player: Player | None = None
        self._playing: m.Playing | None = None

    @property
    def playing(self) -> m.Playing | None:
        """What plays, and where it is."""
        return self._playing

    def play(self, command: m.Play) -> m.Playing:
        """Play a track from ``at`` on; what played before stops. Raises ``RoomtoneError`` subclasses."""
        with self._commands:
            self.stop()
            path = Path(command.file).resolve()
            if not any(path.is_relative_to(place.resolve()) for place in (self._home.takes, self._home.cache)):
                raise UsageError("not-a-take", "Nothing is played", f"{path} is not in the takes folder", "Name a take")
            if not any(device.outputs for device in self._lookout.look().devices):
                raise WorldError("no-output", "Nothing is played", "The system offers no sound output", "Plug one in")
            player = Player(
                path, command.take, command.at, partial(self._output, command.device), self._clock, self._played
            )
            self._player = player
            playing = self._playing = player.playing()
            player.start()
        self._changed()
        return playing

    def seek(self, at: float) -> m.Done:
        """Go on playing elsewhere."""
        with self._commands:
            if self._player is not None and self._playing is not None:
                self._player.seek(at)
        return m.Done()

    def pause(self, on: bool) -> m.Done:
        """Pause what plays, or go on."""
        with self._commands:
            if self._player is not None and self._playing is not None:
                self._player.pause(on)
        return m.Done()

    def stop(self) -> m.Done:
        """Stop what plays."""
        with self._commands:
            if self._player is not None:
                self._player.stop()
                self._player = None
        return m.Done()

    def _output(self, device: str, rate: int, channels: int) -> OutputStream:
        alone = not self._capturing() and self._playing is None
        return self._sound.open_output(device, rate, channels, look_again=alone)

    def _played(self, playing: m.Playing | None) -> None:
        self._playing = playing
        self._changed()
