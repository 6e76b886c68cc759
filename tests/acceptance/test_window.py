"""The window as a person uses it: a real screen, real keys, real workers, real sound."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.engine import messages as m
from tests.rigs.app import Listener, RoomtoneHome, make_home
from tests.rigs.display import VirtualDisplay
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, kill, until
from tests.rigs.signals import find_exact, noise, read_samples, write_wav

_RATE = 48_000
_KILLS = 5


@pytest.fixture
def app(jack: JackServer, display: VirtualDisplay) -> Iterator[RoomtoneHome]:
    """A home whose window opens on the virtual screen and hears JACK."""
    home = make_home()
    env = {**jack.env(), **display.env()}
    env.pop("QT_QPA_PLATFORM", None)
    with RoomtoneHome(home, env) as made:
        yield made
    shutil.rmtree(home.root)


def _open(app: RoomtoneHome, display: VirtualDisplay) -> Program:
    window = app.start()
    display.wait_window("Roomtone")
    return window


def _listen(app: RoomtoneHome, activity: m.Activity) -> Listener:
    until((app.home.run / "engine.json").exists, 30, "the engine")
    listener = app.listen()
    until(lambda: listener.engine.status().activity is activity, 30, f"the engine to be {activity}")
    return listener


def test_record_kill_the_window_start_it_again_stop_and_play(
    app: RoomtoneHome, jack: JackServer, display: VirtualDisplay, tmp_path: Path
) -> None:
    source = write_wav(tmp_path / "noise.wav", noise(_RATE * 25, channels=2, seed=7), _RATE)
    moments = random.Random(7)
    window = _open(app, display)
    engine = _listen(app, m.Activity.LISTENING)
    player = jack.player(source, into=_inputs(jack))
    _record_with_space(engine, display)
    player.start()
    for _ in range(_KILLS):
        before = engine.of(m.Levels)[-1].frames
        engine.wait_frames(before + int(_RATE * moments.uniform(0.2, 1.5)))
        kill(window.pid)
        display.wait_no_window("Roomtone")
        window = _open(app, display)
    until(lambda: not _same(display, tmp_path), 20, "the reopened window to show the take growing")
    player.wait()
    assert engine.engine.status().activity is m.Activity.RECORDING
    _stop_with_space(engine, display)

    take = app.takes()[0]
    assert take.manifest is not None
    assert take.manifest.dropouts == [] or jack.late()
    recorded = read_samples(take.folder / take.manifest.tracks[0].name)[0]
    # Where the rig was late itself, sound never reached the recorder.
    assert find_exact(read_samples(source)[0], recorded) is not None or jack.late()
    app.wait_safe()
    assert app.on_server(take, "mic-1.flac") == (take.folder / "mic-1.flac").read_bytes()

    _play_the_first_take(engine, display)


def test_closing_the_window_during_a_take_asks_nothing_and_recording_goes_on(
    app: RoomtoneHome, display: VirtualDisplay
) -> None:
    window = _open(app, display)
    engine = _listen(app, m.Activity.LISTENING)
    _record_with_space(engine, display)
    display.key("ctrl+q")
    assert window.wait(20) == 0
    assert "ecording goes on" in window.output
    before = engine.of(m.Levels)[-1].frames
    engine.wait_frames(before + _RATE // 2)
    engine.engine.stop_take()
    app.wait_safe()


def _inputs(jack: JackServer) -> list[str]:
    return jack.wait_ports("PortAudio.*:in_", 2)


def _same(display: VirtualDisplay, folder: Path) -> bool:
    """Return whether two pictures of the screen, one after the other, are the same."""
    first = display.screenshot(folder / "a.png").read_bytes()
    return first == display.screenshot(folder / "b.png").read_bytes()


def _two_statuses(engine: Listener) -> None:
    """Wait for two more statuses of the engine, which tells them at least twice a second: what a key did is in them."""
    before = len(engine.of(m.Status))
    until(lambda: len(engine.of(m.Status)) >= before + 2, 10, "two more statuses")


def _record_with_space(engine: Listener, display: VirtualDisplay) -> None:
    """Press the space bar until the take rolls: the window may not have heard yet that the input is open."""

    def press() -> bool:
        display.key("space")
        _two_statuses(engine)
        return engine.engine.status().rolling is not None

    until(press, 30, "the take to roll")


def _stop_with_space(engine: Listener, display: VirtualDisplay) -> None:
    """Press the space bar until the take stops: twice within two seconds is meant, once is not."""

    def press() -> bool:
        display.key("space")
        display.key("space")
        return bool(engine.of(m.Sealed))

    until(press, 20, "the take to be sealed")


def _play_the_first_take(engine: Listener, display: VirtualDisplay) -> None:
    """Go through the page with the keyboard until the focus is in the list of takes, where Return plays."""
    heard = len(engine.heard)

    def plays() -> bool:
        return any(isinstance(event, m.Status) and event.playing for event in engine.heard[heard:])

    def press() -> bool:
        display.key("Tab")
        display.key("Return")
        _two_statuses(engine)
        return plays()

    until(press, 60, "the take to be played")
    until(lambda: any(s.playing and s.playing.at > 0.5 for s in engine.of(m.Status)), 20, "sound to go by")
