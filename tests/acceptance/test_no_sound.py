"""A machine without any sound device: said clearly, at once, and the practice tone works."""

from __future__ import annotations

from pathlib import Path

import pytest

from roomtone.foundation.paths import Home
from tests.rigs import alsa
from tests.rigs.app import RoomtoneHome, home_on
from tests.rigs.disks import SmallDisk

# With not even a name in ALSA's list, PortAudio 19.6 aborts the process that asks.
_EMPTY = "defaults.namehint.showall off\n"


@pytest.fixture(params=["no usable device", "no name at all"])
def silent_env(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    env = alsa.soundless_env(tmp_path)
    if request.param == "no name at all":
        (tmp_path / "asound.conf").write_text(_EMPTY)
    return env


def test_no_input_is_said_and_the_practice_tone_is_recorded_as_such(home: Home, silent_env: dict[str, str]) -> None:
    with RoomtoneHome(home, silent_env) as app:
        assert app.run("devices")["devices"] == []
        with pytest.raises(RuntimeError, match="There is no sound input"):
            app.run("record", "--seconds", "1")
        with pytest.raises(RuntimeError, match="There is no sound input"):
            app.run("doctor")
        document = app.run("record", "--seconds", "1", "--input", "practice")
        assert document["manifest"]["source"] == "practice-tone"
        assert document["state"] == "safe-on-the-server"
        with pytest.raises(RuntimeError, match="no sound output"):
            app.run("takes", "play", document["manifest"]["id"])


def test_a_disk_that_fills_up_is_announced_at_least_ten_minutes_ahead() -> None:
    with SmallDisk(256) as disk, RoomtoneHome(home_on(disk.path)) as app:
        app.start_engine()
        listener = app.listen()
        listener.engine.open_input("practice", form="wav")
        assert listener.engine.status().trouble is None
        listener.start_take("long")
        speed = 48_000 * 3
        disk.fill(leave=speed * 14 * 60)
        said = listener.wait_trouble("disk-low")
        assert said.seconds_left >= 10 * 60
        assert said.trouble is not None
        assert "minutes" in said.trouble.title
        listener.engine.stop_take()
