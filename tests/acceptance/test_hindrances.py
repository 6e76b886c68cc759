"""What stands in the engine's way inside its own process, and what it does about samples that it did miss."""

from __future__ import annotations

import os
import signal
import sys

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from roomtone.takes.documents import GapCause
from roomtone.takes.model import Take
from tests.acceptance.gil_holder import HELD, HELD_SECONDS
from tests.acceptance.ramp import RampSource, check_no_loss
from tests.rigs import signals
from tests.rigs.app import Listener, RoomtoneHome
from tests.rigs.display import VirtualDisplay
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, until


def _samples(take: Take) -> signals.Samples:
    return signals.read_samples(take.folder / "mic-1.flac")[0]


def _roll(app: RoomtoneHome, ramp: RampSource) -> Listener:
    listener = app.listen()
    listener.engine.open_input(channels="1")
    ramp.feed_everybody()
    listener.start_take("ramp")
    return listener


def test_a_thread_of_the_engine_that_holds_the_lock_for_300_ms_at_a_time_costs_no_sample(
    home: Home, jack: JackServer
) -> None:
    with RoomtoneHome(home, jack.env()) as app, RampSource(jack, home.root) as ramp:
        app.start_engine(sys.executable, "-m", "tests.acceptance.gil_holder", "engine")
        listener = _roll(app, ramp)
        listener.wait_frames(10 * jack.rate)
        manifest = listener.engine.stop_take().manifest
        # Without the guest a levels event comes every 33 ms: he must have been there.
        assert len(listener.of(m.Levels)) < 10 / HELD_SECONDS * 3
        check_no_loss(manifest.dropouts, _samples(app.takes()[0]), jack)


def test_a_thread_of_the_window_that_holds_the_lock_for_300_ms_at_a_time_costs_no_sample(
    home: Home, jack: JackServer, display: VirtualDisplay
) -> None:
    env = {**jack.env(), **display.env()}
    window = [sys.executable, "-m", "tests.acceptance.gil_holder", "window", str(home.root)]
    with RoomtoneHome(home, env) as app, RampSource(jack, home.root) as ramp, Program(window, env=env) as held:
        display.wait_window("Roomtone", 60)
        until((home.run / "engine.json").exists, 60, "the engine that the window starts")
        listener = app.listen()
        until(lambda: listener.engine.status().activity is m.Activity.LISTENING, 60, "the window to open the input")
        ramp.feed_everybody()
        listener.start_take("ramp")
        before = held.output.count(HELD)
        listener.wait_frames(10 * jack.rate)
        # The window is there, and so is its guest, nearly all the time.
        assert held.running
        assert (held.output.count(HELD) - before) * HELD_SECONDS > 10 / 2
        # Its channels are those that the window chose, all of them fed with the ramp.
        manifest = listener.engine.stop_take().manifest
        check_no_loss(manifest.dropouts, _samples(app.takes()[0]), jack)


def test_cycles_that_a_stopped_engine_missed_are_told_and_stand_as_silence(home: Home, jack: JackServer) -> None:
    with RoomtoneHome(home, jack.env()) as app, RampSource(jack, home.root) as ramp:
        app.start_engine()
        listener = _roll(app, ramp)
        listener.wait_frames(jack.rate)
        pid = app.pid("engine")
        os.kill(pid, signal.SIGSTOP)
        stopped_at = ramp.witness.delivered()
        until(lambda: (ramp.witness.delivered() - stopped_at) % (2 * signals.FULL_SCALE) > jack.rate // 2, 10, "0.5 s")
        os.kill(pid, signal.SIGCONT)
        frames = listener.engine.status().rolling
        assert frames is not None
        listener.wait_frames(frames.frames + jack.rate)
        manifest = listener.engine.stop_take().manifest
        heard = _samples(app.takes()[0])[:, 0]
    gaps = [dropout for dropout in manifest.dropouts if dropout.frames]
    assert gaps, jack.late()
    assert all(gap.cause is GapCause.DEVICE for gap in gaps)
    assert sum(gap.frames for gap in gaps) > 0.4 * jack.rate
    for gap in gaps:
        assert not heard[gap.at : gap.at + gap.frames].any()
    # The ramp itself tells that everything after the last gap stands where it belongs, to one period of the card.
    first = int((heard != 0).argmax())
    expected = signals.ramp(len(heard) - first, start=int(heard[first]))[:, 0]
    late = heard[-jack.rate // 4 :] - expected[-jack.rate // 4 :]
    assert abs(late).max() <= jack.period, f"{late.min()} … {late.max()} frames; {manifest.dropouts}"
