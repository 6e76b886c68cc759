"""One project on this computer, message by message."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from roomtone.upload.replica.ids import EditIds
from roomtone.upload.replica.project import ProjectReplica
from roomtone.upload.replica.stored import Stored
from roomtone.wire.project.edits import Item, StatePage
from roomtone.wire.project.items import StepFields
from roomtone.wire.project.merging import stamp_of

_PROJECT, _STEP = "f" * 32, "1" * 32
_LATER = "2026-11-28T12:00:00.000Z"


def test_whoever_changes_what_they_see_wins_though_their_clock_is_an_hour_slow() -> None:
    replica = ProjectReplica(_PROJECT, Stored(), "ana", "boot")
    item = Item(_STEP, "lea", _LATER, StepFields(title="Drums"), {"title": f"{_LATER}/{'e' * 32}"})
    since, request = replica.next_question()
    replica.page(since, request, StatePage([item], [], 1), _LATER)
    ids, now = EditIds(Random(1)), datetime(2026, 11, 28, 11, tzinfo=UTC)
    first = replica.make(_STEP, StepFields(title="Bass"), now, ids)
    second = replica.make(_STEP, StepFields(title="Upright bass"), now, ids)
    assert replica.state.fields(_STEP, StepFields).title == "Upright bass"
    assert item.stamps["title"] < stamp_of(first) < stamp_of(second)
