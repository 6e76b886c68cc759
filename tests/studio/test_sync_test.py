"""The sync self-test: its beeps, what is said of what it found, and what it does not begin with."""

from __future__ import annotations

import wave
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from roomtone.devices.pictures.model import PRACTICE_PICTURE
from roomtone.engine.messages import SelfTested
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.studio.flashing import BEEP_HZ, BEEP_SECONDS, EVERY_SECONDS, TEST_SECONDS
from roomtone.studio.snapshot import Phase
from roomtone.studio.sync_test import LEAD_SECONDS, beeps_file, found_problem
from tests.rigs.jack import JackServer
from tests.studio.ears import Ears


def test_without_flashes_the_test_says_so_and_the_face_knew_when_to_flash(
    place: Home, jack: JackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in jack.env().items():
        monkeypatch.setenv(name, value)
    with Ears(place) as ears:
        ears.wait("an input", lambda s: s.phase is Phase.READY)
        ears.studio.open_camera(PRACTICE_PICTURE, "360p30")
        ears.wait("the camera", lambda s: s.cameras and s.cameras[0].preview)
        asked = SystemClock().monotonic()
        ears.studio.test_sync(PRACTICE_PICTURE)
        state = ears.wait("the test", lambda s: s.testing)
        assert state.testing == PRACTICE_PICTURE
        assert state.playing is None
        assert state.testing_since is not None
        assert state.testing_since > asked
        ears.wait("its end", lambda s: not s.testing and s.testing_since is None)
        ears.wait_notice("self-test-failed")


def _samples(path: Path) -> tuple[int, array[int]]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_the_beeps_begin_to_the_sample_once_a_second(home: Home, rate: int) -> None:
    found, samples = _samples(beeps_file(home, rate))
    assert found == rate
    assert len(samples) / rate >= LEAD_SECONDS + TEST_SECONDS
    at = LEAD_SECONDS
    quiet_until = 0
    while at < LEAD_SECONDS + TEST_SECONDS:
        first, last = round(at * rate), round((at + BEEP_SECONDS) * rate)
        assert not any(samples[quiet_until:first])
        beep = samples[first:last]
        # A sine begins at nought; its second sample is heard.
        assert beep[1] != 0
        assert max(beep) == pytest.approx(16_384, rel=0.05)
        crossings = sum(one < 0 <= other for one, other in pairwise(beep))
        assert crossings == pytest.approx(BEEP_HZ * BEEP_SECONDS, abs=1)
        quiet_until = last
        at += EVERY_SECONDS


def test_the_beeps_are_made_once(home: Home) -> None:
    path = beeps_file(home, 48_000)
    assert path.is_relative_to(home.cache)
    first = path.stat()
    assert beeps_file(home, 48_000) == path
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (first.st_mtime_ns, first.st_ino)


def test_beeps_that_cannot_be_made_say_why(home: Home) -> None:
    home.cache.rmdir()
    home.cache.write_text("in the way")
    with pytest.raises(RoomtoneError) as refused:
        beeps_file(home, 48_000)
    assert "beeps" in refused.value.title


@pytest.mark.parametrize(
    ("offset", "text"),
    [(33.4, "“Desk” is 33 ms late"), (-8.6, "“Desk” is 9 ms early"), (0.3, "“Desk” is in time with the sound")],
)
def test_what_was_found_is_said_in_one_sentence(offset: float, text: str) -> None:
    problem = found_problem("Desk", SelfTested(offset, 2.2, 7), claps=False)
    assert problem.title == text
    assert problem.detail.startswith("7 flashes and beeps agreed within 2 ms")
    assert "claps" in found_problem("Desk", SelfTested(offset, 2.2, 7), claps=True).detail
