"""How times and lengths are written."""

from __future__ import annotations

from roomtone.foundation.errors import Problem


def clock_text(seconds: float) -> str:
    """Return a running time with milliseconds, as in ``00:01:14.382``."""
    milliseconds = max(0, int(seconds * 1000))
    whole, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}.{rest:03}"


def short_clock(seconds: float) -> str:
    """Return a running time without milliseconds, as in ``01:14``, and ``1:01:14`` after an hour."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


def spoken_length(seconds: float) -> str:
    """Return a length as a screen reader should say it."""
    minutes, second = divmod(round(max(0.0, seconds)), 60)
    parts = [f"{minutes} minute{'' if minutes == 1 else 's'}"] if minutes else []
    if second or not parts:
        parts.append(f"{second} second{'' if second == 1 else 's'}")
    return " ".join(parts)


def offset_text(offset: float) -> str:
    """Return a distance in time with its sign, as in ``−123 ms``."""
    return f"{'−' if offset < 0 else '+'}{round(abs(offset) * 1000)} ms"


def placing_text(confidence: float) -> str:
    """Return how a take came to its place: by hand for a confidence of 0, else how sure its sound makes it."""
    if confidence <= 0:
        return "placed by hand"
    return f"placed by its sound, {'sure' if confidence >= 0.8 else 'fairly sure' if confidence >= 0.5 else 'a guess'}"


def ruler_step(span: float) -> float:
    """Return the seconds between the marks of a ruler that is ``span`` seconds long, so that 4 to 8 fit."""
    step = 5.0
    for choice in (10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0):
        if span / step <= 8:
            break
        step = choice
    return step


def mark_text(seconds: float) -> str:
    """Return a mark of a ruler, as in ``0:20``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def problem_line(problem: Problem) -> str:
    """Return what happened, why and what to do, in one line."""
    return " – ".join(part for part in (problem.title, problem.detail, problem.remedy) if part)
