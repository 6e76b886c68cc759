"""Edits become one state, whatever their order, and however often they come."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.wire.project import merging
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import CallFields, CommentFields, StepFields, touched
from tests.wire.project.making import ident

_ITEM = ident(1)
_FIELDS = st.builds(
    StepFields,
    title=st.none() | st.sampled_from(["Bass", "Drums", "Lead"]),
    place=st.none() | st.sampled_from([1.0, 2.0]),
    done=st.none() | st.booleans(),
)
# Few moments, so that many edits are of the same millisecond.
_EDITS = st.lists(
    st.builds(
        lambda number, minute, fields: Edit(ident(number), _ITEM, f"2026-11-28T23:{minute:02d}:00.000Z", fields),
        st.integers(1, 10_000),
        st.integers(0, 3),
        _FIELDS,
    ),
    max_size=8,
    unique_by=lambda edit: edit.id,
)


def _fold(edits: list[Edit]) -> Item:
    return functools.reduce(merging.apply, edits, Item(_ITEM, "ana", "", StepFields(), {}))


@given(_EDITS, st.randoms())
def test_any_order_and_any_repetition_lead_to_the_same(edits: list[Edit], random: Random) -> None:
    shuffled = [*edits, *edits]
    random.shuffle(shuffled)
    assert _fold(edits) == _fold(shuffled)


@given(_EDITS)
def test_every_edit_is_there_or_was_overtaken(edits: list[Edit]) -> None:
    item = _fold(edits)
    for edit in edits:
        there = [name for name in touched(edit.fields) if item.stamps[name] == merging.stamp_of(edit)]
        assert there or merging.overtaken(item, edit)
        for name in there:
            assert getattr(item.fields, name) == getattr(edit.fields, name)


def test_fields_are_merged_one_by_one() -> None:
    first = Edit(ident(1), _ITEM, "2026-11-28T10:00:00.000Z", StepFields(title="Bass", done=True))
    later = Edit(ident(2), _ITEM, "2026-11-28T10:00:01.000Z", StepFields(title="Upright bass"))
    assert _fold([later, first]).fields == StepFields(title="Upright bass", done=True)


def test_an_edit_of_another_kind_is_refused() -> None:
    edit = Edit(ident(1), _ITEM, "2026-11-28T10:00:00.000Z", CallFields(title="Bass"))
    with pytest.raises(merging.KindError, match="step"):
        merging.apply(Item(_ITEM, "ana", "", StepFields(), {}), edit)


def test_an_edit_begins_its_item() -> None:
    edit = Edit(ident(1), _ITEM, "2026-11-28T10:00:00.000Z", CommentFields(text="Yes"))
    item = merging.begin(edit, "ana")
    assert (item.id, item.author, item.created, item.fields) == (_ITEM, "ana", edit.at, CommentFields())


def test_whoever_changes_what_they_see_wins_also_with_a_slow_clock() -> None:
    now = datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert merging.next_stamp(now) == "2026-11-28T10:00:00.000Z"
    assert merging.next_stamp(now, "2026-11-28T09:00:00.000Z/aa", "") == "2026-11-28T10:00:00.000Z"
    assert merging.next_stamp(now, "2026-11-28T11:00:00.999Z/aa") == "2026-11-28T11:00:01.000Z"
