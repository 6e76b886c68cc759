"""Every rate, format and choice of channels is recorded bit by bit under JACK."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from roomtone.takes.model import load_take
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome
from tests.rigs.jack import JackServer

_SECONDS = 1.2
_TRIES = 3


@pytest.fixture(scope="module")
def four_inputs() -> Iterator[JackServer]:
    with JackServer(capture=4) as server:
        yield server


def _record(app: RoomtoneHome, jack: JackServer, noise: signals.Samples, channels: str, form: m.Format) -> Path:
    """Record ``noise``, as many channels as the card has, once as ``channels`` and ``form``; return the folder."""
    source = signals.write_wav(app.home.root / "noise.wav", noise, jack.rate)
    app.start_engine()
    listener = app.listen()
    listener.engine.open_input(channels=channels, form=form)
    # A rig that was late itself loses sound, and tells every client of a loss: then it is played once more.
    for _ in range(_TRIES):
        late = len(jack.late())
        rolling = listener.start_take("noise")
        player = jack.player(source, jack.wait_ports("^PortAudio[^:]*:in_"))
        listener.wait_frames(1)
        player.start()
        player.wait(30)
        # The last of it is still in the card's buffers when the player is done.
        listener.wait_frames(listener.of(m.Levels)[-1].frames + jack.rate // 4)
        sealed = listener.engine.stop_take(rolling.id)
        if len(jack.late()) == late:
            break
    assert not sealed.manifest.dropouts or len(jack.late()) > late
    return Path(rolling.folder)


@pytest.mark.parametrize(
    ("channels", "tracks"),
    [("", [[1, 2]]), ("2", [[2]]), ("1+2", [[1, 2]]), ("2,1", [[2], [1]]), ("4,1+3", [[4], [1, 3]])],
)
def test_any_channels_become_tracks_in_the_order_asked_for(
    home: Home, four_inputs: JackServer, channels: str, tracks: list[list[int]]
) -> None:
    noise = signals.noise(int(_SECONDS * 48_000), 4)
    with RoomtoneHome(home, four_inputs.env()) as app:
        folder = _record(app, four_inputs, noise, channels, "flac")
    manifest = load_take(folder).manifest
    assert manifest is not None
    assert [track.source for track in manifest.tracks] == tracks
    for track in manifest.tracks:
        samples, rate = signals.read_samples(folder / track.name)
        assert rate == 48_000
        assert signals.find_exact(noise[:, [channel - 1 for channel in track.source]], samples) is not None


@pytest.mark.parametrize("form", ["wav", "wav-float"])
def test_wav_is_bit_exact_as_well(home: Home, four_inputs: JackServer, form: m.Format) -> None:
    noise = signals.noise(int(_SECONDS * 48_000), 4)
    with RoomtoneHome(home, four_inputs.env()) as app:
        folder = _record(app, four_inputs, noise, "1+2", form)
    # libsndfile would scale floats by 2**31 - 1 when asked for integers.
    floats, _ = soundfile.read(folder / "mic-1.wav", dtype="float32", always_2d=True)
    assert signals.find_exact(noise[:, :2], signals.from_float(floats)) is not None


@pytest.mark.parametrize("rate", [44_100, 192_000])
def test_the_lowest_and_the_highest_rate(home: Home, rate: int) -> None:
    noise = signals.noise(int(_SECONDS * rate), 2)
    with JackServer(rate=rate, period=4096 if rate > 96_000 else 1024) as jack, RoomtoneHome(home, jack.env()) as app:
        folder = _record(app, jack, noise, "", "flac")
    samples, found = signals.read_samples(folder / "mic-1.flac")
    assert found == rate
    assert signals.find_exact(noise, samples) is not None
