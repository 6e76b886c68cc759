"""Takes that were brought in are heard, whatever their format and rate, through an output that has one rate only."""

from __future__ import annotations

import shutil
from pathlib import Path

from roomtone.engine import messages as m
from tests.assembly.samples import make_sample
from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.jack import JackServer
from tests.rigs.processes import until


def test_a_film_of_another_rate_is_heard(jack: JackServer, tmp_path: Path) -> None:
    home = make_home()
    with RoomtoneHome(home, jack.env()) as app:
        app.run("takes", "import", str(make_sample(tmp_path, "film.mp4")), "--title", "Film")
        player = app.start("takes", "play", "Film")
        until((home.run / "engine.json").exists, 30, "the engine")
        engine = app.listen()
        until(lambda: any(s.playing and s.playing.at > 0.5 for s in engine.of(m.Status)), 30, "sound to go by")
        assert jack.connections("system:playback_1") != []
        assert player.wait(30) == 0
    shutil.rmtree(home.root)
