"""Films in the window: seen where they play, above the takes and on the review page, and put away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from roomtone.foundation.errors import Problem
from roomtone.gui.desk import Desk
from roomtone.gui.views.film import FilmView
from roomtone.studio.snapshot import PlayingView
from roomtone.studio.together_snapshot import PartKind
from tests.gui.hands import click
from tests.gui.stage import Stage
from tests.gui.stage_pictures import StageCamera
from tests.gui.stage_together import full


class Reel:
    """A film that the engine shows."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._size = (width, height)
        self.memory = StageCamera(path, width, height)

    def show(self, colour: str) -> None:
        """Show a picture of one colour."""
        image = QImage(*self._size, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        self.memory.show(image)

    def playing(self, take: str, **changes: object) -> PlayingView:
        """Return what the studio says of it while ``take`` plays."""
        made = PlayingView(take, 1.0, 20.0, picture=str(self.memory.path))
        return msgspec.structs.replace(made, **changes)


@pytest.fixture
def reel(tmp_path: Path) -> Iterator[Reel]:
    made = Reel(tmp_path / "ring", 320, 180)
    yield made
    made.memory.close()


@pytest.fixture
def tall(tmp_path: Path) -> Iterator[Reel]:
    made = Reel(tmp_path / "tall", 180, 320)
    yield made
    made.memory.close()


def middle(film: FilmView) -> str:
    """Return the colour in the middle of what is seen."""
    image = film.grab().toImage()
    return image.pixelColor(image.rect().center()).name()


def review(stage: Stage, **changes: object) -> None:
    """Have a film be the take that is looked at on the review page."""
    view = full("t5")
    takes = tuple(msgspec.structs.replace(t, kind=PartKind.VIDEO) if t.id == "t5" else t for t in view.review.takes)
    told = msgspec.structs.replace(view, review=msgspec.structs.replace(view.review, takes=takes))
    stage.publish(together=told, **changes)


def test_a_film_is_seen_above_the_takes_while_it_plays(desk: Desk, stage: Stage, reel: Reel, qtbot: QtBot) -> None:
    desk.attach(stage)
    film = desk.window.studio.film
    qtbot.waitUntil(lambda: desk.window.takes.count > 0)
    assert not film.isVisible()
    reel.show("#ff0000")
    stage.publish(playing=reel.playing("take-0"))
    qtbot.waitUntil(film.isVisible)
    qtbot.waitUntil(lambda: film.frames > 0)
    assert middle(film) == "#ff0000"
    reel.show("#00ff00")
    qtbot.waitUntil(lambda: middle(film) == "#00ff00")
    assert desk.window.takes.isVisible()
    stage.publish(playing=None)
    qtbot.waitUntil(lambda: not film.isVisible())
    qtbot.waitUntil(lambda: not desk.pictures.looking)


def test_a_click_pauses_it_and_a_button_puts_it_away(desk: Desk, stage: Stage, reel: Reel, qtbot: QtBot) -> None:
    desk.attach(stage)
    film = desk.window.studio.film
    reel.show("#ff0000")
    stage.publish(playing=reel.playing("take-0"))
    qtbot.waitUntil(film.isVisible)
    stage.said.clear()
    click(film)
    qtbot.waitUntil(lambda: (playing := desk.presenter.state.playing) is not None and playing.paused)
    click(film)
    assert stage.said == [("pause", True), ("pause", False)]
    assert film.put_away is not None
    click(film.put_away)
    assert stage.said[-1] == ("stop_playing",)
    qtbot.waitUntil(lambda: not film.isVisible())


def test_a_silent_film_is_played_like_any_other(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    silent = msgspec.structs.replace(stage.state.takes[0], media="video", audio=False, tracks=[])
    stage.state = msgspec.structs.replace(stage.state, takes=[silent, *stage.state.takes[1:]])
    desk.attach(stage)
    qtbot.waitUntil(lambda: desk.window.takes.lane_view("take-0") is not None)
    lane = desk.window.takes.lane_view("take-0")
    assert lane is not None
    click(lane.play)
    assert stage.said == [("play", "take-0", 0.0)]


def test_it_leaves_room_for_the_takes_however_tall_it_is(desk: Desk, stage: Stage, tall: Reel, qtbot: QtBot) -> None:
    desk.attach(stage)
    desk.window.resize(900, 560)
    film = desk.window.studio.film
    tall.show("#0000ff")
    stage.publish(playing=tall.playing("take-0"))
    qtbot.waitUntil(lambda: film.frames > 0)
    qtbot.waitUntil(lambda: film.height() <= desk.window.studio.height() * 0.5 + 1)
    assert film.height() > 100
    assert desk.window.takes.height() > 100
    image = film.grab().toImage()
    assert middle(film) == "#0000ff"
    assert image.pixelColor(8, image.height() // 2).name() != "#0000ff", "a tall film is not stretched"


def test_why_nothing_is_seen_stands_where_it_would_be(desk: Desk, stage: Stage, qtbot: QtBot) -> None:
    desk.attach(stage)
    film = desk.window.studio.film
    blind = Problem(
        "unseen-film", "The picture of this film cannot be shown", "Its end is missing", "Open it elsewhere"
    )
    stage.publish(playing=PlayingView("take-0", 1.0, 20.0, blind=blind))
    qtbot.waitUntil(film.isVisible)
    assert film.accessibleDescription() == "The picture of this film cannot be shown: Its end is missing"


def test_on_the_review_page_it_stands_above_what_is_said_of_it(
    desk: Desk, stage: Stage, reel: Reel, qtbot: QtBot
) -> None:
    desk.attach(stage)
    desk.window.show_tab("review")
    review(stage)
    page = desk.window.together.review
    film = page.take.film
    qtbot.waitUntil(film.isVisible)
    # Once it is laid out, all of it fits.
    qtbot.waitUntil(lambda: not page.take.verticalScrollBar().isVisible())
    height = film.height()
    reel.show("#ff00ff")
    review(stage, playing=reel.playing("t5"))
    qtbot.waitUntil(lambda: film.frames > 0)
    assert middle(film) == "#ff00ff"
    assert film.height() == height, "nothing below it moves when it begins"
    review(stage, playing=reel.playing("t1"))
    qtbot.waitUntil(lambda: middle(film) != "#ff00ff")
    stage.publish(together=full("t1"), playing=None)
    qtbot.waitUntil(lambda: not film.isVisible())
