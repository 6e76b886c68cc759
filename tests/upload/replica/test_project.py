"""One project on this computer, message by message."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import msgspec

from roomtone.upload.replica.ids import EditIds
from roomtone.upload.replica.project import ProjectReplica
from roomtone.upload.replica.stored import Stored
from roomtone.wire.api import Take
from roomtone.wire.project.edits import Item, StatePage
from roomtone.wire.project.items import StepFields
from roomtone.wire.project.merging import stamp_of

_PROJECT, _STEP, _TAKE = "f" * 32, "1" * 32, "3" * 32
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


def test_what_an_own_take_consists_of_is_known_before_the_server_has_all_of_it() -> None:
    replica = ProjectReplica(_PROJECT, Stored(), "ana", "boot")
    manifest = {"lineage": ["2" * 32]}
    there = Take(_TAKE, _PROJECT, "Bass", "", "Ana", "", 7, False, [])
    since, request = replica.next_question()
    replica.page(since, request, StatePage([], [there], 1), _LATER)
    replica.know_local({_TAKE: msgspec.structs.replace(there, seq=99, sealed=True, manifest=manifest)}, set())
    seen = replica.state.takes[_TAKE]
    assert (seen.seq, seen.sealed, seen.manifest) == (7, False, manifest)
