"""Tempo maps as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.wire.project.items import Tempo
from roomtone.wire.project.tempo import read_tempo, write_tempo


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        ("", []),
        ("92", [Tempo(0.0, 92.0)]),
        (" 92,5 ", [Tempo(0.0, 92.5)]),
        ("92/3", [Tempo(0.0, 92.0, 3)]),
        ("92/4@0,104/4@31.5", [Tempo(0.0, 92.0), Tempo(31.5, 104.0)]),
        ("92/3, 104@31.5; 60/2@40", [Tempo(0.0, 92.0, 3), Tempo(31.5, 104.0), Tempo(40.0, 60.0, 2)]),
    ],
)
def test_what_people_write_is_read(text: str, tempo: list[Tempo]) -> None:
    assert read_tempo(text) == tempo


@pytest.mark.parametrize(
    "text", ["fast", "5", "500", "92/0", "92/64", "92@5", "92, 80@0", "92,80@5,70@5", "92/x", "92@nan", "-92"]
)
def test_what_is_no_tempo_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_tempo(text)


@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(10, 400), st.integers(1, 32)),
        max_size=6,
        unique_by=lambda one: one[0],
    )
)
def test_what_was_written_is_read_again(entries: list[tuple[int, int, int]]) -> None:
    tempo = [Tempo(float(at), float(bpm), beats) for at, bpm, beats in sorted(entries)]
    if tempo:
        tempo[0] = Tempo(0.0, tempo[0].bpm, tempo[0].beats)
    assert read_tempo(write_tempo(tempo)) == tempo
