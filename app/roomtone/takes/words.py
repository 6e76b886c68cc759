"""Counting words in any language, as people who write count them."""

from __future__ import annotations

import unicodedata
from typing import Final

# Between two letters or digits these belong to the word: it's, well-known, 3.5, 10:30. From the mid-word classes of
# Unicode's text segmentation (UAX #29), and the hyphens, at which people who count words see no end of one.
_INSIDE: Final = frozenset("'’.,:·_-‐‑\u00ad\u200c\u200d")
# Scripts that set no spaces and have a word, more or less, for each character: ideographs, kana, bopomofo.
_ALONE: Final = (
    (0x3040, 0x30FF),
    (0x3100, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),
    (0x20000, 0x323AF),
)
_NO_WORD_ALONE: Final = frozenset("・ー゠ｰ")


def count_words(text: str) -> int:
    """Return how many words there are in ``text``.

    A word is a run of letters, digits and the marks on them. Chinese and Japanese are counted by the character, as it
    is done there. Thai, Lao, Khmer and Burmese need a dictionary to be parted, so what stands between two spaces counts
    as one word.
    """
    words = 0
    inside = False
    joint = False
    for character in text:
        kind = _kind(character)
        if kind == "letter":
            words += not inside
            inside, joint = True, False
        elif kind == "alone":
            words += 1
            inside = joint = False
        elif kind == "mark":
            continue
        elif inside and not joint and character in _INSIDE:
            joint = True
        else:
            inside = joint = False
    return words


def _kind(character: str) -> str:
    """Return what a character does to a word: "letter", "alone" (a word by itself), "mark" or "other"."""
    if character < "\u0300":
        return "letter" if character.isalnum() else "other"
    code = ord(character)
    category = unicodedata.category(character)
    if category[0] == "M":
        return "mark"
    if category[0] not in "LN":
        return "other"
    if any(first <= code <= last for first, last in _ALONE):
        return "other" if character in _NO_WORD_ALONE else "alone"
    return "letter"
