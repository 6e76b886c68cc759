"""A take as it stands: the fold, its states, and the names it gets by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.takes import documents as d
from roomtone.takes.model import TRANSITIONS, IllegalMoveError, TakeState, check_move, fold
from roomtone.takes.naming import next_number, one_line, several_lines, take_title
from tests.takes.making import AT, began, manifest_of

_HERE = Path("take")


def test_the_fold_takes_the_last_word_on_everything() -> None:
    first = began("First")
    take = fold(
        _HERE,
        [
            first,
            d.Synced({"mic-1.flac": (10, 48_000)}),
            d.Synced({"mic-1.flac": (20, 96_000)}),
            d.Dropout(5, 1, d.GapCause.DEVICE),
            d.Dropout(9, 2, d.GapCause.OVERFLOW),
            d.Renamed("Second", AT),
            d.Noted("one", AT),
            d.Noted("two", AT),
            d.Starred(True, AT),
            d.Sealing("mic-1.flac", 20, 96_000, []),
        ],
        None,
    )
    assert (take.title, take.note, take.starred, take.seconds) == ("Second", "two", True, 2.0)
    assert [gap.at for gap in take.dropouts] == [5, 9]
    assert take.sealing["mic-1.flac"].bytes == 20
    assert take.state is TakeState.RECORDING
    assert take.id == first.id


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([], TakeState.SEALED),
        ([True], TakeState.TRASHED),
        ([True, False], TakeState.SEALED),
        ([True, False, True, True], TakeState.TRASHED),
    ],
)
def test_a_sealed_take_goes_into_the_trash_and_out_again(entries: list[bool], state: TakeState) -> None:
    first = began()
    journal: list[d.Entry] = [first, *(d.Trashed(on, AT) for on in entries)]
    assert fold(_HERE, journal, manifest_of(first)).state is state
    assert fold(_HERE, journal, None).state is TakeState.RECORDING


def test_only_the_moves_of_the_table_are_legal() -> None:
    legal = {(old, new) for old, following in TRANSITIONS.items() for new in following}
    assert legal == {
        (TakeState.RECORDING, TakeState.SEALED),
        (TakeState.SEALED, TakeState.TRASHED),
        (TakeState.TRASHED, TakeState.SEALED),
    }
    for old in TakeState:
        for new in TakeState:
            if (old, new) in legal:
                check_move(old, new)
            else:
                with pytest.raises(IllegalMoveError):
                    check_move(old, new)


def test_a_title_names_what_is_known() -> None:
    assert take_title("Night Song", "verse 2", "Ana", 3) == "Night Song – verse 2 – Ana – take 3"
    assert take_title("", " ", "Ana", 1) == "Ana – take 1"


def test_numbers_go_on_for_each_project_part_and_person() -> None:
    known = [("p", "a", "Ana", 1), ("p", "a", "Ana", 7), ("p", "a", "Mika", 9), ("q", "a", "Ana", 20)]
    assert next_number(known, "p", "a", "Ana") == 8
    assert next_number(known, "p", "b", "Ana") == 1
    assert next_number([], "", "", "") == 1


@given(st.text())
def test_a_kept_text_can_be_written_and_stays_what_it_is(text: str) -> None:
    for keep in (one_line, several_lines):
        kept = keep(text)
        kept.encode("utf-8")
        assert keep(kept) == kept
        assert not any(ord(c) < 32 and c != "\n" for c in kept)
    assert "\n" not in one_line(text)


def test_a_kept_text_keeps_what_people_write() -> None:
    assert one_line("  夜の歌\t– 👨‍👩‍👧 \n x ") == "夜の歌 – 👨‍👩‍👧 x"
    assert several_lines("one\r\ntwo\n\n three") == "one\ntwo\n\n three"
