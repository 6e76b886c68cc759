"""The prompt of the day and the streak."""

from __future__ import annotations

from datetime import date, timedelta

from roomtone.studio.together_prompts import DayMark, built_in_prompts, days_of, prompt_of, streak_of

MONDAY = date(2026, 11, 16)


def _week(letters: str, first: date = MONDAY) -> set[date]:
    return {first + timedelta(days=number) for number, letter in enumerate(letters) if letter == "x"}


def test_there_are_prompts_for_four_months_without_a_repetition() -> None:
    prompts = built_in_prompts()
    assert len(prompts) >= 120
    assert len({text.casefold() for text in prompts}) == len(prompts)
    assert all(10 <= len(text) <= 120 and text[-1] in ".?!" for text in prompts)
    shown = [prompt_of(MONDAY + timedelta(days=number))[0] for number in range(120)]
    assert len(set(shown)) == 120
    assert prompt_of(MONDAY) == prompt_of(MONDAY)


def test_the_projects_own_list_comes_first() -> None:
    own = ["Sing of rain", " ", "Draw the rain"]
    shown = {prompt_of(MONDAY + timedelta(days=number), own) for number in range(4)}
    assert shown == {("Sing of rain", True), ("Draw the rain", True)}
    assert prompt_of(MONDAY, [" "])[1] is False


def test_two_days_of_rest_a_week_do_not_break_a_streak_and_a_third_one_does() -> None:
    sunday = MONDAY + timedelta(days=6)
    streak = streak_of(_week("x.x.xxx"), sunday)
    assert (streak.days, streak.rest_left) == (5, 0)
    assert streak.line == "5 days, 0 of 2 rest days left"
    assert streak_of(_week("x...xxx"), sunday).days == 3
    # The next week has rest days of its own.
    assert streak_of(_week("x.x.xxx.xx"), MONDAY + timedelta(days=9)).days == 7


def test_today_is_open_until_it_is_over() -> None:
    streak = streak_of(_week("xx"), MONDAY + timedelta(days=2))
    assert streak.days == 2
    assert streak.marks[-3:] == (DayMark.MADE, DayMark.MADE, DayMark.OPEN)
    assert streak.rest_left == 2
    assert len(streak.marks) == 14
    assert streak_of(_week("x.x"), MONDAY + timedelta(days=2)).marks[-2] is DayMark.RESTED


def test_whoever_made_nothing_yet_is_invited_and_not_counted() -> None:
    streak = streak_of(set(), MONDAY)
    assert streak.days == 0
    assert streak.line == "Make something small today"
    # What a clock that was wrong wrote for tomorrow is not today's.
    assert streak_of({MONDAY + timedelta(days=1)}, MONDAY).days == 0


def test_days_are_those_of_the_place_and_broken_times_are_none() -> None:
    assert len(days_of(["2026-11-16T12:00:00+00:00", "2026-11-16T12:30:00+00:00", "", "soon"])) == 1
