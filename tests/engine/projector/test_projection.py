"""A film that plays: its real process, its pictures as a window has them, and whatever becomes of either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from roomtone.engine.projector.projection import Projection
from roomtone.foundation.clock import SystemClock
from roomtone.studio.preview import Preview
from tests.engine.projector.film import FPS, number_of, write_film
from tests.rigs.processes import run, until


class Cinema:
    """A film that is shown, and who looks at it."""

    def __init__(self, folder: Path) -> None:
        self.ring = folder / "ring"
        self._log = folder / "log"
        self._clock = SystemClock()
        self._preview = Preview()
        self._projections: list[Projection] = []
        self.size = (0, 0)

    def show(self, film: Path) -> Projection:
        """Begin to show a film."""
        made = Projection(film, self.ring, self._log, self._clock, lambda: None)
        self._projections.append(made)
        return made

    def pixels(self, projection: Projection) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]] | None:
        """Return the newest picture, if there is one that was not seen before: shape (height, width, 4)."""
        seen = self._preview.look(projection.picture)
        self.size = self._preview.size
        if seen is None:
            return None
        width, height = self.size
        return np.frombuffer(seen, np.uint8).reshape(height, width, 4)

    def number(self, projection: Projection) -> int | None:
        """Return which picture was seen just now, if there is a new one."""
        pixels = self.pixels(projection)
        return None if pixels is None else number_of(float(pixels[..., :3].mean()))

    def wait(self, projection: Projection, number: int, slack: int = 0) -> None:
        """Wait until a picture is seen."""

        def seen() -> bool:
            found = self.number(projection)
            return found is not None and abs(found - number) <= slack

        until(seen, 20, f"picture {number}")

    def close(self) -> None:
        self._preview.close()
        for projection in self._projections:
            projection.end()


@pytest.fixture
def cinema(tmp_path: Path) -> Iterator[Cinema]:
    made = Cinema(tmp_path)
    yield made
    made.close()


def process_now() -> psutil.Process:
    """Return the process that shows the film."""
    children = psutil.Process().children()
    return next(child for child in children if "projector" in child.cmdline())


def test_a_paused_film_shows_the_picture_of_its_place_and_follows_to_another(cinema: Cinema, tmp_path: Path) -> None:
    projection = cinema.show(write_film(tmp_path / "film.mp4"))
    for seconds in (2.0, 0.4, 3.6):
        projection.follow(seconds + 0.001, paused=True)
        cinema.wait(projection, round(seconds * FPS))
    assert cinema.size == (160, 88)
    assert projection.trouble is None


def test_a_film_that_plays_goes_on_by_itself_to_its_last_picture(cinema: Cinema, tmp_path: Path) -> None:
    projection = cinema.show(write_film(tmp_path / "film.mp4"))
    projection.follow(2.4, paused=False)
    seen: list[int] = []

    def at_end() -> bool:
        number = cinema.number(projection)
        if number is not None:
            seen.append(number)
        return number == FPS * 4 - 1

    until(at_end, 20, "the last picture")
    assert seen == sorted(seen)
    assert seen[0] >= 60
    assert len(seen) > 15


def test_a_large_film_is_made_small_and_one_that_lies_on_its_side_is_turned(cinema: Cinema, tmp_path: Path) -> None:
    lying = write_film(tmp_path / "lying.mp4", 1920, 1080, key_every=100)
    upright = tmp_path / "upright.mp4"
    run(["ffmpeg", "-v", "error", "-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", upright])
    projection = cinema.show(upright)
    projection.follow(0.0, paused=True)
    cinema.wait(projection, 0, 1)
    assert cinema.size == (540, 960)


def test_what_is_no_film_is_said_and_harms_nobody(cinema: Cinema, tmp_path: Path) -> None:
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(bytes(range(256)) * 100)
    projection = cinema.show(garbage)
    projection.follow(0.0, paused=False)
    trouble = until(lambda: projection.trouble, 20, "what is wrong")
    assert trouble.code == "unseen-film"
    assert trouble.remedy
    projection.follow(1.0, paused=False)


@pytest.mark.expects_log("ended by itself")
def test_a_process_that_dies_is_told_and_the_rest_goes_on(cinema: Cinema, tmp_path: Path) -> None:
    projection = cinema.show(write_film(tmp_path / "film.mp4"))
    projection.follow(1.0, paused=True)
    cinema.wait(projection, 25)
    process_now().kill()
    trouble = until(lambda: projection.trouble, 20, "what is wrong")
    assert trouble.code == "film-crashed"
    assert projection.picture == ""
    projection.follow(2.0, paused=True)


def test_nothing_is_left_when_it_ends(cinema: Cinema, tmp_path: Path) -> None:
    projection = cinema.show(write_film(tmp_path / "film.mp4"))
    projection.follow(1.0, paused=True)
    cinema.wait(projection, 25)
    process = process_now()
    projection.end()
    assert not process.is_running()
    assert not cinema.ring.exists()
    assert projection.trouble is None
