"""The JACK rig delivers what it is given, sample by sample."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.rigs import signals
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, alive

_RECORDER = Path(__file__).with_name("bare_recorder.py")


@pytest.mark.parametrize("rate", [48_000, 96_000])
def test_noise_is_recorded_bit_by_bit(tmp_path: Path, rate: int) -> None:
    sound = signals.noise(3 * rate // 2, channels=2, seed=rate)
    source = signals.write_wav(tmp_path / "noise.wav", sound, rate)
    # The period lasts as long at any rate. Where the machine stood still meanwhile, and JACK itself says so, once more.
    for attempt in range(3):
        with JackServer(rate=rate, period=256 * rate // 48_000) as jack:
            out = tmp_path / f"out-{attempt}.npy"
            with Program([sys.executable, _RECORDER, out, "2", str(rate), "3"], env=jack.env()) as recorder:
                inputs = jack.wait_ports("^PortAudio:in_", 2)
                recorder.wait_for_line("ready")
                jack.play_file(source, inputs).wait(30)
                recorder.wait_for_line("overflows", 30)
                assert recorder.wait() == 0, recorder.output
            late = jack.late()
        if not late:
            break
    assert "overflows 0" in recorder.output, late
    recorded = signals.from_float(np.load(out))
    assert signals.find_exact(sound, recorded) is not None


def test_a_card_with_four_inputs_and_a_player_that_waits(tmp_path: Path) -> None:
    line = signals.ramp(48_000)
    source = signals.write_wav(tmp_path / "ramp.wav", line, 48_000)
    with JackServer(capture=4) as jack:
        assert len(jack.ports("^system:capture_")) == 4
        out = tmp_path / "out.npy"
        with Program([sys.executable, _RECORDER, out, "4", "48000", "3"], env=jack.env()) as recorder:
            inputs = jack.wait_ports("^PortAudio:in_", 4)
            player = jack.player(source, [inputs[2]])
            assert inputs[2] in jack.connections(player.ports[0])
            recorder.wait_for_line("ready")
            player.start()
            player.wait(30)
            assert recorder.wait() == 0, recorder.output
    recorded = signals.from_float(np.load(out))
    assert not recorded[:, [0, 1, 3]].any()
    offset, frames = signals.longest_match(line, recorded[:, [2]])
    assert offset >= 0
    assert frames == len(line)
    assert signals.breaks(recorded[offset : offset + frames, 2]) == []


def test_output_is_looped_back_into_the_input() -> None:
    with JackServer() as jack:
        script = (
            "import sounddevice as sd, sys\n"
            "with sd.Stream(channels=1, samplerate=48000, callback=lambda i, o, n, t, s: o.fill(0.25)):\n"
            "    print('ready', flush=True); sys.stdin.readline()\n"
        )
        with Program([sys.executable, "-c", script], env=jack.env()) as duplex:
            duplex.wait_for_line("ready")
            jack.loop_back()
            assert jack.connections("PortAudio:in_0") == ["PortAudio:out_0"]
            jack.disconnect("PortAudio:out_0", "PortAudio:in_0")
            assert jack.connections("PortAudio:in_0") == []
            duplex.write("\n")
            assert duplex.wait() == 0


def test_two_servers_do_not_meet_and_end_with_their_block() -> None:
    with JackServer() as one, JackServer(rate=44_100) as other:
        pids = [one.pid, other.pid]
        assert one.name != other.name
        assert len(one.ports("^system:")) == len(other.ports("^system:")) == 4
    assert not any(alive(pid) for pid in pids)
