"""Playing a track: all of it, from elsewhere, and with a pause, on an output that remembers what it was given."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from roomtone.devices.streams import Floats
from roomtone.engine.messages import Playing
from roomtone.engine.playback import Player
from roomtone.foundation.clock import SystemClock
from roomtone.takes.decode import UnplayableError
from tests.rigs import signals
from tests.rigs.processes import until

_RATE = 8_000


class Loudspeaker:
    """An output that plays whatever it was given as soon as it is let, and keeps it."""

    def __init__(self, heard: list[Floats], hold: threading.Event) -> None:
        self._heard = heard
        self._hold = hold
        self._waiting = 0
        self.closed = False

    def room(self) -> int:
        return 0 if self._hold.is_set() else 1000

    def write(self, samples: Floats) -> None:
        self._heard.append(samples.copy())

    @property
    def delay(self) -> float:
        return 0.0

    def waiting(self) -> int:
        return self._waiting

    def active(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True


class Listening:
    """A player of a ramp of three seconds, and what came out of it."""

    def __init__(self, path: Path, at: float = 0.0) -> None:
        self.ramp = signals.ramp(3 * _RATE)
        signals.write_wav(path, self.ramp, _RATE)
        self.heard: list[Floats] = []
        self.told: list[Playing | None] = []
        self.hold = threading.Event()
        self.outputs: list[Loudspeaker] = []
        self.player = Player(path, "take", at, self._open, SystemClock(), self.told.append)

    def _open(self, rate: int, channels: int) -> Loudspeaker:
        assert (rate, channels) == (_RATE, 1)
        self.outputs.append(Loudspeaker(self.heard, self.hold))
        return self.outputs[-1]

    def wait(self) -> signals.Samples:
        """Play to the end and return what was heard."""
        until(lambda: self.told and self.told[-1] is None, 10, "the end of playing")
        self.player.stop()
        assert all(output.closed for output in self.outputs)
        return signals.from_float(np.concatenate(self.heard))


def test_a_track_is_played_to_its_end(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "ramp.wav")
    listening.player.start()
    assert np.array_equal(listening.wait(), listening.ramp)
    places = [playing.at for playing in listening.told if playing is not None]
    assert places == sorted(places)
    assert places[-1] <= 3.0


def test_playing_begins_where_it_is_asked_to(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "ramp.wav", at=2.5)
    listening.player.start()
    assert np.array_equal(listening.wait(), listening.ramp[int(2.5 * _RATE) :])


def test_seeking_goes_on_elsewhere(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "ramp.wav")
    listening.player.start()
    until(lambda: listening.heard, 10, "the first sound")
    listening.player.seek(2.0)
    heard = listening.wait()
    assert np.array_equal(heard[-_RATE:], listening.ramp[2 * _RATE :])
    assert len(signals.breaks(heard[:, 0])) == 1


def test_a_pause_loses_nothing(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "ramp.wav")
    listening.player.start()
    until(lambda: listening.heard, 10, "the first sound")
    listening.player.pause(True)
    assert listening.player.playing().paused
    count = len(listening.heard)
    listening.player.pause(False)
    assert count <= len(listening.heard)
    assert np.array_equal(listening.wait(), listening.ramp)


def test_stopping_ends_at_once(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "ramp.wav")
    listening.hold.set()
    listening.player.start()
    listening.player.stop()
    assert listening.told[-1] is None
    assert listening.heard == []


def test_a_file_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.flac").write_bytes(b"no sound at all")
    with pytest.raises(UnplayableError):
        Player(
            tmp_path / "x.flac",
            "take",
            0.0,
            lambda *_: Loudspeaker([], threading.Event()),
            SystemClock(),
            lambda _: None,
        )


def test_seeking_beyond_the_end_ends(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "ramp.wav")
    listening.player.start()
    listening.player.seek(99.0)
    until(lambda: listening.told and listening.told[-1] is None, 10, "the end of playing")
    listening.player.stop()
    assert sum(map(len, listening.heard)) < 3 * _RATE
