"""What plays: one track of a take at a time, with the pictures of another where there are some, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import structs

from roomtone.devices.lookout import Lookout
from roomtone.devices.system import OutputStream, SoundSystem
from roomtone.engine import messages as m
from roomtone.engine.pictures.rings import Rings
from roomtone.engine.playback import Player
from roomtone.engine.projector.projection import Projection
from roomtone.engine.silent_playback import SilentPlayer
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
        rings: Rings,
        capturing: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        """``capturing`` says whether an input is open; ``changed`` is told when ``playing`` is another."""
        self._home = home
        self._clock = clock
        self._lookout = lookout
        self._sound = sound
        self._rings = rings
        self._capturing = capturing
        self._changed = changed
        self._places = (home.takes, home.cache, home.others, home.previews)
        self._commands = threading.RLock()
        self._player: Player | SilentPlayer | None = None
        self._projection: Projection | None = None
        self._offset = 0.0
        self._play: m.Play | None = None
        self._playing: m.Playing | None = None

    @property
    def playing(self) -> m.Playing | None:
        """What plays, and where it is."""
        playing, projection = self._playing, self._projection
        if playing is None or projection is None:
            return playing
        return structs.replace(playing, picture=projection.picture, blind=projection.trouble)

    def play(self, command: m.Play) -> m.Playing:
        """Play a track from ``at`` on; what played before stops. Raises ``RoomtoneError`` subclasses."""
        with self._commands:
            player = self._player
            if player is not None and self._playing is not None and structs.replace(command, at=0.0) == self._play:
                # Nothing but the place is another; a film needs no new process for that.
                player.seek(command.at)
                player.pause(False)
                return player.playing()
            self.stop()
            film = self._own(command.film) if command.film else None
            player = self._player = self._player_of(command)
            self._play = structs.replace(command, at=0.0)
            if film is not None:
                log_file = self._home.logs / "projector.out"
                self._projection = Projection(film, self._rings.name(), log_file, self._clock, self._changed)
                self._offset = command.offset
            playing = player.playing()
            self._played(playing)
            player.start()
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

    def _player_of(self, command: m.Play) -> Player | SilentPlayer:
        if not command.file:
            return SilentPlayer(command.take, command.at, command.seconds, self._clock, self._played)
        path = self._own(command.file)
        if not any(device.outputs for device in self._lookout.look().devices):
            raise WorldError("no-output", "Nothing is played", "The system offers no sound output", "Plug one in")
        output = partial(self._output, command.device)
        return Player(path, command.take, command.at, output, self._clock, self._played)

    def _own(self, file: str) -> Path:
        """Return a file that may be played: one of a take, or made of one."""
        path = Path(file).resolve()
        if not any(path.is_relative_to(place.resolve()) for place in self._places):
            raise UsageError("not-a-take", "Nothing is played", f"{path} is not in the takes folder", "Name a take")
        return path

    def _output(self, device: str, rate: int, channels: int) -> OutputStream:
        alone = not self._capturing() and self._playing is None
        return self._sound.open_output(device, rate, channels, look_again=alone)

    def _played(self, playing: m.Playing | None) -> None:
        projection = self._projection
        if projection is not None:
            if playing is None:
                self._projection = None
                projection.end()
            else:
                projection.follow(playing.at - self._offset, paused=playing.paused)
        self._playing = playing
        self._changed()
