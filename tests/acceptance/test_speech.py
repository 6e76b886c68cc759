"""Under PulseAudio, as on a desktop: speech is recorded, found in the take, heard back; and its cable is pulled out."""

from __future__ import annotations

from pathlib import Path

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Ending
from tests.acceptance.killing import check_recovered
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, manifest
from tests.rigs.pulse import PulseServer, speak

_WORDS = "One two three, this is a room with a microphone in it."


def _score(spoken: signals.Floats, spoken_rate: int, path: Path) -> float:
    heard, rate = signals.read_mono(path)
    return signals.correlate(signals.resample(spoken, spoken_rate, rate), heard)[1]


def test_speech_is_recorded_found_and_heard_back(home: Home, pulse: PulseServer, tmp_path: Path) -> None:
    speech = speak(_WORDS, tmp_path / "speech.wav")
    spoken, spoken_rate = signals.read_mono(speech)
    with RoomtoneHome(home, pulse.env()) as app:
        recording = app.record()
        pulse.play(speech)
        # The end of it is still on its way through the server when the player is done.
        recording.wait_seconds(recording.events("levels")[-1]["frames"] / recording.rolling["rate"] + 1)
        document = recording.stop()
        sealed = manifest(document)
        assert sealed.ending is Ending.STOPPED
        assert document["state"] == "safe-on-the-server"
        assert _score(spoken, spoken_rate, Path(document["paths"][0])) > 0.8
        heard = tmp_path / "heard.wav"
        with pulse.hear(heard):
            app.run("takes", "play", sealed.id[:8])
        assert _score(spoken, spoken_rate, heard) > 0.8


def test_a_pulled_cable_ends_the_take_whole_and_its_return_is_seen(home: Home, pulse: PulseServer) -> None:
    with RoomtoneHome(home, pulse.env()) as app:
        app.start_engine()
        listener = app.listen()
        listener.engine.open_input()
        rolling = listener.start_take("pulled out")
        listener.wait_frames(2 * rolling.rate)
        pulse.pull_out()
        silent = listener.wait_trouble("input-silent").trouble
        assert silent is not None
        sealed = listener.wait(m.Sealed)
        assert sealed.manifest.ending is Ending.DEVICE_GONE
        gone = listener.wait_trouble("device-gone").trouble
        assert gone is not None
        assert "Plug it in again" in gone.remedy
        # From then on it stays gone: nothing says meanwhile that all is well.
        codes = [status.trouble.code if status.trouble else "" for status in listener.of(m.Status)]
        assert set(codes[codes.index("device-gone") :]) == {"device-gone"}
        take = app.takes()[0]
        assert take.seconds >= 2
        check_recovered(take)
        pulse.plug_in()
        # What was wrong before the input was opened is no news to whoever records now.
        recording = app.start("record", "--seconds", "1", "--no-wait")
        assert recording.wait(60) == 0
        assert "Saved and playable" in recording.output
        assert "gone" not in recording.output
        listener.engine.open_input()
        again = listener.start_take("again")
        listener.wait_frames(again.rate)
        assert listener.engine.stop_take(again.id).manifest.ending is Ending.STOPPED
