"""A film in the real engine: what is told while it plays, and that it ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from roomtone.engine import messages as m
from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.studio.preview import Preview
from tests.engine.projector.film import FPS, SECONDS, number_of, write_film
from tests.rigs.app import Listener, RoomtoneHome
from tests.rigs.processes import until


class Watching:
    """A client that plays films, and looks at them."""

    def __init__(self, app: RoomtoneHome) -> None:
        self._app = app
        self._listener: Listener = app.listen()
        self.engine = self._listener.engine
        self._preview = Preview()
        self._seen = -1

    @property
    def playing(self) -> m.Playing | None:
        """What the engine says that it plays."""
        return self.engine.status().playing

    def film(self, name: str = "film.mp4") -> str:
        """Write a film of four seconds where takes lie; return its path."""
        folder = self._app.home.takes / "film [12345678]"
        folder.mkdir(exist_ok=True)
        return str(write_film(folder / name))

    def wait_number(self, number: int, slack: int = 0) -> None:
        """Wait until a picture of the film is seen."""

        def seen() -> bool:
            playing = self.playing
            pixels = self._preview.look(playing.picture if playing is not None else "")
            if pixels is not None:
                self._seen = number_of(float(np.frombuffer(pixels, np.uint8).reshape(-1, 4)[:, :3].mean()))
            return abs(self._seen - number) <= slack

        until(seen, 20, f"picture {number}")

    def projectors(self) -> list[psutil.Process]:
        """Return the processes that show films now."""
        return [child for child in psutil.Process(self._app.pid("engine")).children() if "projector" in child.cmdline()]

    def kill_engine(self) -> None:
        """End the engine as a crash would."""
        self._app.kill("engine")

    def close(self) -> None:
        self._preview.close()


@pytest.fixture
def watching(home: Home) -> Iterator[Watching]:
    with RoomtoneHome(home) as app:
        app.start_engine()
        made = Watching(app)
        yield made
        made.close()


def test_a_silent_film_is_seen_sought_paused_and_ends(watching: Watching) -> None:
    film = watching.film()
    watching.engine.play("t", "", 0.5, film=film, seconds=SECONDS)
    watching.wait_number(round(1.0 * FPS), slack=8)
    watching.engine.pause(True)
    watching.engine.seek(3.001)
    watching.wait_number(3 * FPS)
    paused = watching.playing
    assert paused is not None
    assert paused.paused
    assert paused.at == pytest.approx(3.001)
    [process] = watching.projectors()
    # The same from elsewhere is the same film, and needs no new process; it goes on.
    watching.engine.play("t", "", 1.0, film=film, seconds=SECONDS)
    watching.wait_number(round(1.6 * FPS), slack=12)
    assert watching.projectors() == [process]
    until(lambda: watching.playing is None, 20, "the end of the film")
    until(lambda: not process.is_running(), 20, "the end of its process")


def test_a_film_that_was_placed_begins_where_it_belongs(watching: Watching) -> None:
    watching.engine.play("t", "", 3.001, film=watching.film(), offset=1.0, seconds=6.0)
    watching.engine.pause(True)
    watching.engine.seek(3.001)
    watching.wait_number(2 * FPS)
    watching.engine.seek(0.2)
    watching.wait_number(0)


def test_another_film_takes_its_place_and_stopping_ends_it(watching: Watching) -> None:
    watching.engine.play("t", "", 0.0, film=watching.film(), seconds=SECONDS)
    [first] = until(watching.projectors, 20, "the first film")
    watching.engine.play("u", "", 0.0, film=watching.film("other.mp4"), seconds=SECONDS)
    until(lambda: not first.is_running(), 20, "the end of the first film")
    watching.wait_number(FPS, slack=20)
    watching.engine.stop_playing()
    until(lambda: not watching.projectors(), 20, "the end of the second")
    assert watching.playing is None


def test_what_cannot_be_shown_is_told_while_the_rest_plays_on(watching: Watching) -> None:
    film = Path(watching.film())
    film.write_bytes(b"no film at all" * 1000)
    watching.engine.play("t", "", 0.0, film=str(film), seconds=SECONDS)

    def blind() -> m.Playing | None:
        playing = watching.playing
        return playing if playing is not None and playing.blind is not None else None

    told = until(blind, 20, "why nothing is seen")
    assert told.blind is not None
    assert told.blind.code == "unseen-film"
    at = told.at
    until(lambda: (playing := watching.playing) is not None and playing.at > at, 20, "the time to go on")


def test_nothing_is_left_of_a_film_when_the_engine_is_killed(watching: Watching) -> None:
    watching.engine.play("t", "", 0.0, film=watching.film(), seconds=SECONDS)
    watching.wait_number(FPS, slack=20)
    playing = watching.playing
    assert playing is not None
    ring = Path(playing.picture)
    assert ring.exists()
    [process] = watching.projectors()
    watching.kill_engine()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, 20, "the end of the process")
    assert not ring.exists()


def test_only_what_belongs_to_takes_is_shown(watching: Watching, tmp_path: Path) -> None:
    film = write_film(tmp_path / "elsewhere.mp4")
    with pytest.raises(RoomtoneError) as refused:
        watching.engine.play("t", "", 0.0, film=str(film), seconds=SECONDS)
    assert refused.value.code == "not-a-take"
    assert watching.playing is None
    assert watching.projectors() == []
