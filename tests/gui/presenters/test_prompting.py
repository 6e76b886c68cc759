"""The prompter keeps the pace that was asked for, and the hand wins over it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.gui.presenters.prompting import PrompterModel, PromptPace, height_at, word_at
from roomtone.studio.snapshot import PrompterView

LINES = [(0, 0.0), (6, 40.0), (6, 80.0), (11, 120.0), (17, 160.0)]


def test_a_take_moves_the_text_at_its_pace() -> None:
    pace = PromptPace()
    assert pace.roll("", 0.0, 120, 300) == 0
    assert pace.roll("take", 0.0, 120, 300) == 0
    assert pace.roll("take", 30.0, 120, 300) == pytest.approx(60)
    assert pace.roll("take", 600.0, 120, 300) == 300


def test_the_hand_wins_and_the_pace_goes_on_from_there() -> None:
    pace = PromptPace()
    pace.roll("take", 0.0, 60, 300)
    pace.roll("take", 10.0, 60, 300)
    pace.move_to(100.0, 10.0, 60, 300)
    assert pace.roll("take", 10.0, 60, 300) == pytest.approx(100)
    assert pace.roll("take", 12.0, 60, 300) == pytest.approx(102)


def test_a_take_begins_where_the_text_stands() -> None:
    pace = PromptPace()
    pace.roll("", 0.0, 60, 300)
    pace.move_to(50.0, 0.0, 60, 300)
    assert pace.roll("take", 3.0, 60, 300) == pytest.approx(53)


def test_by_hand_nothing_moves_by_itself() -> None:
    pace = PromptPace()
    pace.roll("take", 0.0, 0, 300)
    pace.move_to(7.0, 5.0, 0, 300)
    assert pace.roll("take", 50.0, 0, 300) == 7


def test_with_a_guide_the_text_lasts_just_as_long() -> None:
    model = PrompterModel(PrompterView("text", 120), "take", guide=90.0)
    assert model.pace(300) == pytest.approx(200)
    assert PromptPace().roll("take", 45.0, model.pace(300), 300) == pytest.approx(150)
    assert PrompterModel(PrompterView("text", 120, with_guide=False), "take", guide=90.0).pace(300) == 120
    assert PrompterModel(PrompterView("text", 120), "take").pace(300) == 120
    assert PrompterModel(PrompterView("text", 0), "take", guide=90.0).pace(300) == 0


def test_a_guide_that_is_over_does_not_make_the_text_jump() -> None:
    during = PrompterModel(PrompterView("text", 120), "take", guide=90.0)
    over = PrompterModel(PrompterView("text", 120), "take")
    assert over.after(during).pace(300) == during.pace(300)
    assert PrompterModel(PrompterView("text", 120), "another").after(during).pace(300) == 120
    assert PrompterModel(PrompterView("text", 120)).after(during).pace(300) == 120


def test_words_have_heights_between_their_lines() -> None:
    assert height_at(0, LINES) == 0
    assert height_at(3, LINES) == pytest.approx(20)
    assert height_at(17, LINES) == 160
    assert height_at(99, LINES) == 160
    assert height_at(5, []) == 0


@given(st.floats(0, 17))
def test_a_height_leads_back_to_its_word(word: float) -> None:
    # An empty line has no word of its own, so what stands above it may be told as the word below.
    assert word_at(height_at(word, LINES), LINES) == pytest.approx(word, abs=0.01)
