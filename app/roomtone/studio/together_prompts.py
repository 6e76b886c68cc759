"""The prompt of the day, and the days on which something was made. Neither needs a network, and neither leaves the
computer.

A streak bears two days of rest a week, Monday to Sunday; the third one ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec

from roomtone.foundation.resources import resource

REST_DAYS: Final = 2
SHOWN_DAYS: Final = 14


class DayMark(StrEnum):
    """What a day of the streak was. ``OPEN`` is today, until something is made."""

    MADE = "made"
    RESTED = "rested"
    OPEN = "open"
    NOTHING = ""


class Streak(msgspec.Struct, frozen=True):
    """The days in a row on which something was made, the marks of the last days, and the rest that is left."""

    days: int
    marks: tuple[DayMark, ...]
    rest_left: int

    @property
    def line(self) -> str:
        """The streak in words."""
        if not self.days:
            return "Make something small today"
        days = f"{self.days} day{'' if self.days == 1 else 's'}"
        return f"{days}, {self.rest_left} of {REST_DAYS} rest days left"


@lru_cache(maxsize=1)
def built_in_prompts() -> tuple[str, ...]:
    """Return the prompts that come with Roomtone; sound, video, drawing and writing take turns."""
    lines = resource("prompts.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def prompt_of(day: date, own: Sequence[str] = ()) -> tuple[str, bool]:
    """Return the prompt of a day, and whether it is from the project's ``own`` list, which comes first.

    It is the same for everybody on the same day.
    """
    mine = [text for text in own if text.strip()]
    prompts = mine or built_in_prompts()
    return prompts[day.toordinal() % len(prompts)], bool(mine)


def days_of(starts: Iterable[str]) -> set[date]:
    """Return the local days of times in RFC 3339; what is none is left out."""
    found: set[date] = set()
    for text in starts:
        try:
            found.add(datetime.fromisoformat(text).astimezone().date())
        except (ValueError, OverflowError):
            continue
    return found


def streak_of(made: set[date], today: date) -> Streak:
    """Return the streak as it is today, from the days on which something was made."""
    past = sorted(day for day in made if day <= today)
    marks: dict[date, DayMark] = {}
    days, rested, week = 0, 0, None
    day = past[0] if past else today
    while day <= today:
        if day.isocalendar()[:2] != week:
            rested, week = 0, day.isocalendar()[:2]
        if day in made:
            days += 1
            marks[day] = DayMark.MADE
        elif day == today:
            # The day is not over: it neither ends a streak nor takes a day of rest.
            marks[day] = DayMark.OPEN
        elif days and rested < REST_DAYS:
            rested += 1
            marks[day] = DayMark.RESTED
        else:
            days = 0
        day += timedelta(days=1)
    shown = [today - timedelta(days=back) for back in range(SHOWN_DAYS - 1, -1, -1)]
    return Streak(days, tuple(marks.get(one, DayMark.NOTHING) for one in shown), REST_DAYS - rested if days else 0)
