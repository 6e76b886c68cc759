"""How times, lengths and channels are written."""

from __future__ import annotations

import pytest

from roomtone.foundation.errors import Problem
from roomtone.gui.presenters.channels import channel_choices
from roomtone.gui.presenters.words import clock_text, mark_text, problem_line, ruler_step, spoken_length


def test_the_clock_has_milliseconds_and_never_rounds_up() -> None:
    assert clock_text(0) == "00:00:00.000"
    assert clock_text(74.3829) == "00:01:14.382"
    assert clock_text(3 * 3600 + 59.9999) == "03:00:59.999"
    assert clock_text(-1) == "00:00:00.000"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "0 seconds"),
        (1, "1 second"),
        (61, "1 minute 1 second"),
        (120, "2 minutes"),
        (754, "12 minutes 34 seconds"),
    ],
)
def test_lengths_are_said_in_words(seconds: float, said: str) -> None:
    assert spoken_length(seconds) == said


@pytest.mark.parametrize("span", [30.0 * 2**n for n in range(10)])
def test_a_ruler_has_neither_too_few_nor_too_many_marks(span: float) -> None:
    assert 3 <= span / ruler_step(span) <= 8.6


def test_marks_are_short() -> None:
    assert [mark_text(seconds) for seconds in (0, 20, 100, 3660)] == ["0:00", "0:20", "1:40", "1:01:00"]


def test_channels_are_offered_in_pairs_alone_and_all() -> None:
    assert [choice.value for choice in channel_choices(1)] == ["1"]
    assert [choice.value for choice in channel_choices(2)] == ["1+2", "1", "2", "1,2"]
    assert [choice.value for choice in channel_choices(4)] == ["1+2", "3+4", "1", "2", "3", "4", "1,2,3,4"]
    assert [choice.value for choice in channel_choices(3)] == ["1+2", "1", "2", "3", "1,2,3"]


def test_what_was_chosen_elsewhere_is_among_the_choices() -> None:
    assert channel_choices(4, ["1+4", "2"])[-1] == ("1+4,2", "1 + 4, 2")
    assert len(channel_choices(2, ["1+2"])) == 4


def test_without_an_input_there_is_nothing_to_choose() -> None:
    assert channel_choices(0) == ()


def test_a_problem_is_one_line_without_empty_parts() -> None:
    whole = Problem("not-allowed", "It was not said", "You are no member any more", "Ask a leader")
    assert problem_line(whole) == "It was not said – You are no member any more – Ask a leader"
    assert problem_line(Problem("not-allowed", "You may not do this", "", "Ask a leader")) == (
        "You may not do this – Ask a leader"
    )
