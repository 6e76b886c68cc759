"""The PulseAudio rig has a microphone that hears, a loudspeaker that can be listened to, and a cable."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from tests.rigs import signals
from tests.rigs.processes import Program, alive, run
from tests.rigs.pulse import PulseServer, speak

_RECORDER = Path(__file__).with_name("bare_recorder.py")


def test_speech_is_found_in_what_the_microphone_heard(tmp_path: Path) -> None:
    speech = speak("one two three", tmp_path / "speech.wav")
    with PulseServer() as pulse:
        out = tmp_path / "out.npy"
        with Program([sys.executable, _RECORDER, out, "1", "48000", "3"], env=pulse.env()) as recorder:
            recorder.wait_for_line("ready")
            pulse.play(speech)
            assert recorder.wait() == 0, recorder.output
        pid = pulse.pid
    assert not alive(pid)
    sound, rate = signals.read_mono(speech)
    recorded = np.load(out)[:, 0].astype(np.float64)
    _, score = signals.correlate(signals.resample(sound, rate, 48_000), recorded)
    assert score > 0.9


def test_portaudio_finds_this_server_and_nothing_else() -> None:
    script = "import sounddevice as sd; print(*(d['name'] for d in sd.query_devices()), sep=',')"
    with PulseServer() as pulse:
        assert pulse.sources() == ["speaker.monitor", "mic_src.monitor", "mic"]
        listed = run([sys.executable, "-c", script], env=pulse.env()).strip()
    assert sorted(listed.split(",")) == ["default", "pulse"]


def test_a_pulled_out_microphone_ends_the_stream_and_comes_back(tmp_path: Path) -> None:
    with PulseServer() as pulse:
        out = tmp_path / "out.npy"
        with Program([sys.executable, _RECORDER, out, "1", "48000", "60"], env=pulse.env()) as recorder:
            recorder.wait_for_line("ready")
            assert pulse.recorders() == 1
            pulse.pull_out()
            recorder.wait_for_line("silent since")
            assert "mic" not in pulse.sources()
            recorder.wait()
        pulse.plug_in()
        assert "mic" in pulse.sources()
        with Program([sys.executable, _RECORDER, out, "1", "48000", "0.2"], env=pulse.env()) as recorder:
            recorder.wait_for_line("overflows")
            recorder.wait()


def test_the_loudspeaker_is_heard(tmp_path: Path) -> None:
    tone = signals.write_wav(tmp_path / "tone.wav", signals.noise(24_000, seed=7) // 4, 48_000)
    with PulseServer() as pulse:
        with pulse.hear(tmp_path / "heard.wav") as heard:
            run(["paplay", "--device=speaker", tone], env=pulse.env())
        sound, rate = signals.read_mono(heard.path)
    played, _ = signals.read_mono(tone)
    assert rate == 48_000
    assert signals.correlate(played, sound)[1] > 0.95


def test_a_rescued_recording_goes_on_from_another_source(tmp_path: Path) -> None:
    with PulseServer() as pulse:
        out = tmp_path / "out.npy"
        with Program([sys.executable, _RECORDER, out, "1", "48000", "2"], env=pulse.env()) as recorder:
            recorder.wait_for_line("ready")
            pulse.pull_out(rescue=True)
            recorder.wait_for_line("overflows")
            assert recorder.wait() == 0, recorder.output
