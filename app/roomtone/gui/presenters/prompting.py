"""How the prompter moves: words a minute while a take rolls, and by hand at any time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from roomtone.studio.snapshot import PrompterView


class PrompterModel(msgspec.Struct, frozen=True):
    """The prompter, the take that rolls or "", and how many seconds the guide lasts that is heard with it, or 0."""

    view: PrompterView = PrompterView()
    take: str = ""
    guide: float = 0.0

    def after(self, before: PrompterModel) -> PrompterModel:
        """Return the model as it follows ``before``: a guide that is over has still paced the take."""
        if self.take and self.take == before.take and not self.guide:
            return msgspec.structs.replace(self, guide=before.guide)
        return self

    def pace(self, words: int) -> float:
        """Return how many of ``words`` go by in a minute; 0 leaves them by hand."""
        if self.guide and self.view.with_guide and self.view.words_a_minute:
            return words * 60 / self.guide
        return self.view.words_a_minute


class PromptPace:
    """Where in the text the reader is, in words from its start.

    A take starts where the text stands then, and the hand may move it meanwhile.
    """

    def __init__(self) -> None:
        self._take = ""
        self._start = 0.0
        self._at = 0.0

    def roll(self, take: str, seconds: float, words_a_minute: float, words: int) -> float:
        """Return where the reader is ``seconds`` into ``take``, or at rest for ""."""
        if take != self._take:
            self._take, self._start = take, self._at
        if take and words_a_minute > 0:
            self._at = max(0.0, min(float(words), self._start + seconds * words_a_minute / 60))
        return self._at

    def move_to(self, at: float, seconds: float, words_a_minute: float, words: int) -> None:
        """Be at another word; the pace goes on from there."""
        self._at = max(0.0, min(float(words), at))
        self._start = self._at - (seconds * words_a_minute / 60 if self._take and words_a_minute > 0 else 0.0)


def height_at(word: float, lines: Sequence[tuple[int, float]]) -> float:
    """Return how far down a word stands. ``lines`` are (words before the line, its top), and the end as the last."""
    if not lines:
        return 0.0
    row = max(0, bisect_right([first for first, _ in lines], word) - 1)
    first, top = lines[row]
    after = next(((words, down) for words, down in lines[row + 1 :] if words > first), None)
    if after is None:
        return top
    return top + (after[1] - top) * (word - first) / (after[0] - first)


def word_at(height: float, lines: Sequence[tuple[int, float]]) -> float:
    """Return which word stands at a height: the inverse of ``height_at``."""
    if not lines:
        return 0.0
    before = [(words, top) for words, top in lines if top <= height] or [lines[0]]
    first, top = before[-1]
    after = next(((words, down) for words, down in lines if down > top), None)
    if after is None or after[1] <= top:
        return float(first)
    return first + (after[0] - first) * max(0.0, height - top) / (after[1] - top)
