"""Where a film is between two times that it is told."""

from __future__ import annotations

from itertools import pairwise

import pytest

from roomtone.engine.projector.pace import Pace


def test_a_film_goes_on_by_itself_and_stands_still_when_paused() -> None:
    pace = Pace()
    assert not pace.told
    assert pace.follow(3.0, 100.0, paused=False)
    assert pace.at(100.5) == pytest.approx(3.5)
    assert not pace.follow(3.5, 100.5, paused=True)
    assert pace.at(200.0) == pytest.approx(3.5)


def test_the_blocks_of_a_sound_card_do_not_make_it_stutter() -> None:
    pace = Pace()
    pace.follow(0.0, 0.0, paused=False)
    shown = []
    for turn in range(1, 100):
        now = turn * 0.1
        late = 0.08 if turn % 2 else 0.0
        assert not pace.follow(now - late, now, paused=False)
        shown.append(pace.at(now))
    steps = [after - before for before, after in pairwise(shown)]
    assert min(steps) > 0.07
    assert max(steps) < 0.13


def test_a_place_that_was_sought_is_a_jump_in_either_direction() -> None:
    pace = Pace()
    pace.follow(5.0, 0.0, paused=False)
    assert pace.follow(1.0, 0.1, paused=False)
    assert pace.at(0.1) == pytest.approx(1.0)
    assert pace.follow(9.0, 0.2, paused=False)
    assert pace.follow(9.04, 0.2, paused=True), "the arrows move a paused film by a picture"
