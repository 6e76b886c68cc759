"""Cameras as a use case: what is said of them, and what is opened again without asking."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from roomtone.devices.pictures.model import PictureKind, PictureList, PictureSource
from roomtone.engine.messages import Camera
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import Problem
from roomtone.foundation.paths import Home
from roomtone.studio.board import Board
from roomtone.studio.pictures import HIDDEN_CODE, Pictures
from roomtone.studio.queueing import QueueThread
from roomtone.studio.snapshot import StudioState
from roomtone.studio.workshop import Workshop

_SLOW = Problem("low-light", "“Desk camera” is slow", "15 of 30 pictures a second")


class _Heard:
    """A board that somebody looks at, and the part under test. Nothing waits in the queue for a thread."""

    def __init__(self, home: Home) -> None:
        self.states: list[StudioState] = []
        self.board = Board()
        self.board.subscribe(self.states.append, lambda _: None)
        self.workshop = Workshop(home, SystemClock())
        self.pictures = Pictures(self.board, self.workshop, QueueThread("unstarted", self.board.notice))

    @property
    def notices(self) -> list[str]:
        return [notice.problem.code for notice in self.states[-1].notices] if self.states else []


@pytest.fixture
def heard(place: Home) -> Iterator[_Heard]:
    """The part that hears of cameras, without an engine."""
    made = _Heard(place)
    yield made
    made.workshop.close()


def _camera(trouble: Problem | None = None, source: str = "V4L2/desk") -> Camera:
    return Camera(source, source, PictureKind.CAMERA, trouble=trouble)


def test_trouble_with_a_camera_is_said_once_and_taken_away_when_it_ends(heard: _Heard) -> None:
    worse = Problem(_SLOW.code, _SLOW.title, "10 of 30 pictures a second")
    heard.pictures.take_status([], [_camera(_SLOW)])
    assert heard.notices == ["low-light"]
    with heard.board.changing() as model:
        model.dismiss(heard.states[-1].notices[0].id)
    # It lasts, and its numbers change: nobody is told again.
    heard.pictures.take_status([_camera(_SLOW)], [_camera(worse)])
    heard.board.publish()
    assert heard.notices == []
    heard.pictures.take_status([_camera(worse)], [_camera()])
    heard.pictures.take_status([_camera()], [_camera(_SLOW)])
    assert heard.notices == ["low-light"]
    heard.pictures.take_status([_camera(_SLOW)], [_camera()])
    heard.board.publish()
    assert heard.notices == []


def test_trouble_of_one_camera_stays_while_another_gets_well(heard: _Heard) -> None:
    gone = Problem("camera-gone", "“Screen” is gone")
    both = [_camera(_SLOW), _camera(gone, "screen")]
    heard.pictures.take_status([], both)
    assert set(heard.notices) == {"low-light", "camera-gone"}
    heard.pictures.take_status(both, [_camera(), both[1]])
    heard.board.publish()
    assert heard.notices == ["camera-gone"]
    # A camera that was closed has no trouble any more.
    heard.pictures.take_status([_camera(), both[1]], [_camera()])
    heard.board.publish()
    assert heard.notices == []


def test_what_can_be_opened_is_shown_and_why_there_may_be_more_is_said_once(heard: _Heard) -> None:
    desk = PictureSource("V4L2/desk", "Desk camera", PictureKind.CAMERA)
    heard.pictures.take_list(PictureList([desk], "The system does not let Roomtone see the screen"))
    heard.pictures.take_list(PictureList([desk], "The system does not let Roomtone see the screen"))
    state = heard.states[-1]
    assert [choice.label for choice in state.camera_choices] == ["Desk camera", "Practice picture"]
    assert heard.notices == [HIDDEN_CODE]
    assert "screen" in state.notices[0].problem.detail
    heard.pictures.take_list(PictureList([desk]))
    assert heard.notices == []
