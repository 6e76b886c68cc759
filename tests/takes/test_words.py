"""Words are counted as people who write in a language count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.takes.words import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n\t ", 0),
        ("Hello, world", 2),
        ("it's well-known — 3.5 times", 4),
        ("don't...stop", 2),
        ("one--two", 2),
        ("a - b", 2),
        ("e\u0301tude, ma\u0301s", 2),
        ("🎵 la la 🎶", 2),
        ("夜の歌", 3),
        ("コーヒー", 2),
        ("夜 and day", 3),
        ("नमस्ते दुनिया", 2),
        ("안녕하세요 세계", 2),
        ("مرحبا بالعالم", 2),
        ("Été, à 10:30.", 3),
    ],
)
def test_words_of_many_languages(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.text(), st.text())
def test_two_texts_apart_have_the_words_of_both(one: str, other: str) -> None:
    assert count_words(f"{one}\n{other}") == count_words(one) + count_words(other)
