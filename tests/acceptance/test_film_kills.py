"""kill -9 of the engine while it films, three times; and what others think of the films: ffmpeg, ffprobe, Chromium.

``python -m tests.chaos`` does the same for longer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import pytest

from roomtone.takes.documents import TrackSeal
from tests.acceptance.film_killing import FILM, PICTURE_MS, SOUND_MS, Loss, film_kills
from tests.rigs.browser import watch
from tests.rigs.jack import JackServer
from tests.rigs.processes import need

log = logging.getLogger(__name__)

_TIMES = 3


@dataclass(frozen=True)
class Kept:
    """A film that was kept, and what its take says of it."""

    path: Path
    track: TrackSeal


@dataclass(frozen=True)
class Outcome:
    """What the kills cost, and a film of each kind."""

    losses: list[Loss]
    films: dict[str, Kept]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Kill, then stop one take as it should be; everything is checked meanwhile."""
    folder: Path = tmp_path_factory.mktemp("films")
    with JackServer() as jack, film_kills(jack, folder) as kills:
        losses = [kills.kill() for _ in range(_TIMES)]
        takes = {"recovered": kills.last(), "sealed": kills.stop()}
        kills.check_on_server()
        films = {}
        for kind, take in takes.items():
            assert take.manifest is not None
            copy = Path(copyfile(take.folder / FILM, folder / f"{kind}.mp4"))
            films[kind] = Kept(copy, take.manifest.tracks[1])
    return Outcome(losses, films)


def test_a_kill_costs_less_than_a_second_of_the_picture_and_next_to_nothing_of_the_sound(outcome: Outcome) -> None:
    log.info("the engine killed: %s", outcome.losses)
    assert len(outcome.losses) == _TIMES
    assert max(loss.picture for loss in outcome.losses) <= PICTURE_MS
    assert max(loss.sound for loss in outcome.losses) <= SOUND_MS


@pytest.mark.parametrize("kind", ["recovered", "sealed"])
def test_a_browser_plays_the_film_to_its_end(outcome: Outcome, kind: str) -> None:
    need("chromium")
    film = outcome.films[kind]
    seen = watch(film.path)
    assert (seen["what"], seen["error"]) == ("ended", None)
    assert (seen["width"], seen["height"]) == (film.track.width, film.track.height)
    assert seen["duration"] == pytest.approx(film.track.seconds, abs=0.3)
    assert seen["at"] == pytest.approx(seen["duration"], abs=0.1)
    assert seen["frames"] > film.track.frames // 2
