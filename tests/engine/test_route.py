"""PulseAudio takes a recording to another source without a word: it is seen, and said."""

from __future__ import annotations

from roomtone.devices.route import PulseRoute
from roomtone.engine import messages as m
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from tests.rigs.app import RoomtoneHome
from tests.rigs.processes import until
from tests.rigs.pulse import PulseServer


def test_an_input_that_was_led_elsewhere_is_said_to_be_and_opened_again(home: Home, pulse: PulseServer) -> None:
    with RoomtoneHome(home, pulse.env()) as app:
        app.start_engine()
        listener = app.listen()
        listener.engine.open_input()
        rolling = listener.start_take("moved")
        # Two statuses are a second, and two looks at where the sound comes from.
        until(lambda: len(listener.of(m.Status)) >= 4, 20, "some statuses")
        assert all(status.trouble is None or status.trouble.code == "disk-low" for status in listener.of(m.Status))
        pulse.pull_out(rescue=True)
        said = listener.wait_trouble("input-moved")
        assert said.trouble is not None
        assert "Monitor of" in said.trouble.title
        # The take goes on: what is wrong with it, a person decides.
        assert said.rolling is not None
        assert said.rolling.id == rolling.id
        listener.wait_frames(said.rolling.frames + rolling.rate)
        assert listener.engine.stop_take().manifest.dropouts == []
        pulse.plug_in()
        listener.engine.open_input()
        heard = len(listener.of(m.Status))
        until(lambda: len(listener.of(m.Status)) >= heard + 4, 20, "some more statuses")
        assert all(s.trouble is None or s.trouble.code != "input-moved" for s in listener.of(m.Status)[heard:])


def test_without_pulseaudio_nothing_is_known_and_nothing_is_said() -> None:
    route = PulseRoute(SystemClock())
    assert [route.elsewhere(), route.elsewhere()] == ["", ""]
    route.close()
