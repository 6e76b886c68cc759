"""Drafts as a use case: kept at every step, with pages a moment after the writer paused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import Problem, RoomtoneError, UsageError, WorldError
from roomtone.foundation.paths import Home
from roomtone.studio.company import TERMS_CODE
from roomtone.studio.lapsing import Lapses
from roomtone.studio.pages import Pages
from roomtone.studio.queueing import QueueThread
from roomtone.studio.snapshot import DraftKind, DraftView
from roomtone.studio.timetable import Timetable
from roomtone.takes import draft_editing, drafts
from tests.rigs.processes import until
from tests.studio.ears import Ears

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def _only(ears: Ears) -> DraftView:
    return ears.wait("the draft", lambda s: s.drafts).drafts[0]


def test_a_page_is_kept_while_it_is_written_and_there_again(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.begin_draft(DraftKind.WRITING)
        draft = _only(ears)
        assert (draft.kind, draft.words, draft.running) == (DraftKind.WRITING, 0, False)
        for text in ("Once", "Once upon", "Once upon a time"):
            ears.studio.write(draft.id, text)
        shown = ears.wait("the text", lambda s: s.drafts[0].words == 4).drafts[0]
        assert (shown.title, shown.text) == ("Once upon a time", "Once upon a time")
        assert drafts.list_drafts(place.drafts, place.takes)[0][0].text == "Once upon a time"
        # Closed within the pause: nothing of it is lost.
        ears.studio.write(draft.id, "Once upon a time there was")
    assert drafts.list_drafts(place.drafts, place.takes)[0][0].text == "Once upon a time there was"
    with Ears(place) as ears:
        assert _only(ears).text == "Once upon a time there was"


def test_a_page_becomes_what_it_was_and_what_it_was_until_then_stays(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.begin_draft(DraftKind.WRITING)
        draft = _only(ears)
        ears.studio.write(draft.id, "A long first verse that was good as it was")
        ears.wait("the text", lambda s: s.drafts[0].words == 10)
        ears.studio.write(draft.id, "Gone")
        shown = ears.wait("a revision", lambda s: s.drafts[0].revisions and s.drafts[0].words == 1).drafts[0]
        assert shown.revisions[0].text == "A long first verse that was good as it was"
        assert shown.revisions[0].when
        ears.studio.write(draft.id, "Gone and done")
        ears.studio.restore_page(draft.id, 0)
        again = ears.wait("the first verse", lambda s: s.drafts[0].words == 10).drafts[0]
        assert again.text == "A long first verse that was good as it was"
        assert "Gone and done" in [one.text for one in again.revisions]
        ears.studio.restore_page(draft.id, 99)
        ears.wait_notice("no-such-revision")


def test_a_draft_that_was_put_aside_comes_back_with_undo(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.begin_draft(DraftKind.STOP_MOTION)
        draft = _only(ears)
        ears.studio.throw_draft_away(draft.id)
        ears.wait("nothing", lambda s: not s.drafts and "put aside" in s.undo)
        ears.studio.throw_draft_away(draft.id)
        ears.wait_notice("no-such-draft")
        ears.studio.undo()
        again = _only(ears)
        assert again.id == draft.id


def test_a_picture_that_was_left_out_comes_back_with_undo(place: Home, tmp_path: Path) -> None:
    draft = draft_editing.begin(place.drafts, drafts.DraftKind.STOP_MOTION, SystemClock())
    for number in range(3):
        file = tmp_path / f"{number}.png"
        file.write_bytes(_PNG)
        draft = draft_editing.add_picture(draft, file, SystemClock())
    with Ears(place) as ears:
        before = _only(ears).pictures
        assert [Path(picture).parent for picture in before] == [draft.folder] * 3
        ears.studio.drop_picture(draft.id, before[1])
        ears.wait("two pictures", lambda s: s.drafts[0].pictures == [before[0], before[2]])
        assert Path(before[1]).exists()
        ears.studio.undo()
        ears.wait("all pictures", lambda s: s.drafts[0].pictures == before)


def test_a_camera_that_is_not_open_gives_no_picture_and_leaves_nothing_behind(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.begin_draft(DraftKind.STILL)
        draft = _only(ears)
        ears.studio.snap(draft.id, "nobody")
        ears.wait("the reason", lambda s: any(n.problem.code != TERMS_CODE for n in s.notices))
        assert ears.now.drafts[0].pictures == []
    assert [entry.name for entry in next(place.drafts.iterdir()).iterdir()] == [drafts.DRAFT_JOURNAL]


def test_a_time_lapse_shows_that_it_runs_and_one_at_a_mad_pace_is_refused(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.begin_draft(DraftKind.TIME_LAPSE)
        draft = _only(ears)
        for every in (0.001, -1.0, float("nan"), float("inf")):
            ears.studio.lapse(draft.id, "nobody", every)
        ears.wait_notice("bad-pace")
        ears.studio.lapse(draft.id, "nobody", 3600.0)
        ears.wait("the time-lapse", lambda s: s.drafts[0].running and s.drafts[0].every == 3600.0)
        ears.studio.lapse(draft.id, "nobody", 0.0)
        ears.wait("its end", lambda s: not s.drafts[0].running)


def test_drafts_that_cannot_be_read_are_told_of_and_left_alone(place: Home) -> None:
    newer = place.drafts / "newer"
    newer.mkdir()
    raw = b'{"e":"began","schema":99}\n'
    (newer / drafts.DRAFT_JOURNAL).write_bytes(raw)
    with Ears(place) as ears:
        assert "newer" in ears.wait_notice("newer-draft").problem.title
    assert (newer / drafts.DRAFT_JOURNAL).read_bytes() == raw


# Its parts, without a studio


class _Desk:
    """A timetable and a queue that run, and what failed on it."""

    def __init__(self) -> None:
        self.failures: list[Problem] = []
        self.timetable = Timetable("test-timetable", SystemClock())
        self.queue = QueueThread("test-queue", self.failures.append)
        self.timetable.start()
        self.queue.start()

    def end(self) -> None:
        self.timetable.end()
        self.queue.end()
        self.queue.join()


@pytest.fixture
def desk() -> Iterator[_Desk]:
    """Threads that end with the test."""
    made = _Desk()
    yield made
    made.end()


def test_what_is_due_comes_in_order_and_what_was_cancelled_never(desk: _Desk) -> None:
    # Far enough ahead that all of it stands in the timetable before any of it is due.
    now = SystemClock().monotonic() + 0.5
    done: list[str] = []
    over = threading.Event()
    desk.timetable.at("far", now + 3600, lambda: done.append("far"))
    desk.timetable.at("second", now + 0.2, lambda: done.append("second"))
    desk.timetable.at("moved", now + 0.15, lambda: done.append("as it was"))
    desk.timetable.at("cancelled", now + 0.25, lambda: done.append("cancelled"))
    desk.timetable.at("moved", now + 0.3, lambda: done.append("moved"))
    desk.timetable.at("over", now + 0.35, over.set)
    desk.timetable.at("first", now + 0.1, lambda: done.append("first"))
    desk.timetable.cancel("cancelled")
    assert over.wait(20)
    assert done == ["first", "second", "moved"]


def test_somebody_who_never_pauses_is_kept_all_the_same(desk: _Desk) -> None:
    kept: list[str] = []
    pages = Pages(SystemClock(), desk.timetable, desk.queue, lambda _, text: kept.append(text))
    count = 0

    def write() -> bool:
        nonlocal count
        count += 1
        pages.write("page", "x" * count)
        return bool(kept)

    until(write, 20, "a page that is kept")
    # The last letter comes along as well.
    until(lambda: kept[-1] == "x" * count, 20, "the last letter")
    assert pages.unkept() == []


def test_what_a_disk_refused_is_not_forgotten(desk: _Desk) -> None:
    kept: list[str] = []
    full = True

    def keep(_: str, text: str) -> None:
        if full:
            raise WorldError("disk-full", "The disk is full")
        kept.append(text)

    pages = Pages(SystemClock(), desk.timetable, desk.queue, keep)
    pages.write("page", "words")
    until(lambda: desk.failures, 20, "the reason")
    assert pages.unkept() == ["page"]
    full = False
    pages.flush("page")
    assert (kept, pages.unkept()) == (["words"], [])
    pages.flush("page")
    assert kept == ["words"]


def test_a_page_that_became_a_take_is_not_tried_for_ever(desk: _Desk) -> None:
    def refuse(_: str, text: str) -> None:
        raise UsageError("draft-kept", f"“{text}” was not kept")

    pages = Pages(SystemClock(), desk.timetable, desk.queue, refuse)
    pages.write("page", "words")
    until(lambda: desk.failures, 20, "the reason")
    assert pages.unkept() == []


def test_a_time_lapse_goes_on_after_a_picture_that_failed_until_it_is_stopped(desk: _Desk) -> None:
    taken: list[str] = []
    failed: list[str] = []

    def snap(draft: str, source: str) -> None:
        taken.append(f"{draft} {source}")
        if len(taken) == 2:
            raise WorldError("camera-gone", "The camera is gone")

    def hear(draft: str, error: RoomtoneError) -> None:
        failed.append(f"{draft} {error.code}")

    lapses = Lapses(SystemClock(), desk.timetable, desk.queue, snap, hear)
    lapses.run("draft", "camera", 0.2)
    assert lapses.every("draft") == 0.2
    until(lambda: len(taken) >= 4, 20, "four pictures")
    lapses.stop("draft")
    assert lapses.every("draft") == 0.0
    assert set(taken) == {"draft camera"}
    assert failed == ["draft camera-gone"]
