"""What a take is for is written into it, and its guide is heard; neither keeps a take from being recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from roomtone.devices.model import PRACTICE_TONE
from roomtone.engine import messages as engine
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.studio.aim import Aim
from roomtone.studio.workshop import Workshop
from tests.rigs import signals
from tests.rigs.jack import JackServer
from tests.rigs.processes import until

_GUIDE, _TEXT, _CALL = "a" * 32, "b" * 32, "c" * 32


def _aim(home: Home) -> Aim:
    folder = home.cache / "guides"
    folder.mkdir()
    file = signals.write_wav(folder / "guide.wav", signals.tone(48_000 * 3, 48_000), 48_000)
    return Aim(call=_CALL, prompt="Sing", part="low", guide=str(file), heard=(_GUIDE,), used=(_TEXT,), rate=44_100)


def test_a_guide_that_cannot_be_heard_is_no_lineage_and_stops_nothing(place: Home) -> None:
    told: list[engine.Event] = []
    workshop = Workshop(place, SystemClock(), told.append)
    workshop.aim = _aim(place)
    assert workshop.open_input(PRACTICE_TONE).rate == 44_100
    rolling = workshop.start_take()
    sealed = workshop.stop_take(rolling.id)
    workshop.close()
    manifest = sealed.manifest
    assert (manifest.call, manifest.prompt, manifest.part) == (_CALL, "Sing", "low")
    assert manifest.lineage == [_TEXT]
    assert any(isinstance(event, engine.Notice) for event in told)


@pytest.fixture
def on_jack(place: Home, jack: JackServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop whose engine has the sound of the rig."""
    for name, value in jack.env().items():
        monkeypatch.setenv(name, value)
    workshop = Workshop(place, SystemClock())
    yield workshop
    workshop.close()


def test_a_guide_is_heard_while_the_take_is_recorded(on_jack: Workshop, place: Home, jack: JackServer) -> None:
    on_jack.aim = _aim(place)
    # The rig's rate is the only one that it has: the call's wish is not granted, and a take is recorded all the same.
    assert on_jack.open_input(channels="1").rate == 48_000
    rolling = on_jack.start_take()
    jack.connect(jack.wait_ports("^PortAudio.*:out_")[0], jack.wait_ports("^PortAudio.*:in_")[0])
    until(lambda: (status := on_jack.engine().status()).rolling and status.rolling.frames > 96_000, 30, "two seconds")
    sealed = on_jack.stop_take(rolling.id)
    assert sealed.manifest.lineage == [_TEXT, _GUIDE]
    assert on_jack.engine().status().playing is None
    sound, _ = signals.read_mono(Path(sealed.folder) / "mic-1.flac")
    assert np.abs(sound).max() > 0.1
