"""Artwork and writing as use cases: pictures from a real camera process, takes in the project, ends by themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.devices.pictures.model import PRACTICE_PICTURE
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.foundation.paths import Home
from roomtone.studio import snapshot
from roomtone.studio.drafting import Drafting
from roomtone.studio.workshop import Workshop
from roomtone.takes import drafts as d
from roomtone.takes.draft_editing import picture_ending
from roomtone.takes.model import load_take
from tests.rigs.workers import end_workers


@pytest.fixture
def workshop(home: Home) -> Iterator[Workshop]:
    made = Workshop(home, SystemClock())
    yield made
    made.close()
    end_workers(home)


@pytest.fixture
def drafting(home: Home, workshop: Workshop) -> Drafting:
    return Drafting(home, SystemClock(), workshop)


def test_the_faces_and_the_disk_mean_the_same_kinds() -> None:
    assert [kind.value for kind in snapshot.DraftKind] == [kind.value for kind in d.DraftKind]


def test_a_camera_is_opened_for_a_snap_and_closed_after_it(drafting: Drafting, workshop: Workshop) -> None:
    draft = drafting.begin(d.DraftKind.STILL, "Moon")
    with drafting.camera("practice", "640x360") as source:
        assert source == PRACTICE_PICTURE
        draft = drafting.snap(drafting.snap(draft, source), source)
        with drafting.camera("practice") as again:
            assert again == source
        assert [camera.source for camera in workshop.engine().status().cameras] == [source]
    assert workshop.engine().status().cameras == []
    assert [picture_ending(p.file.read_bytes()[:16]) for p in draft.pictures] == ["png", "png"]
    with pytest.raises(RoomtoneError):
        drafting.snap(draft, source)
    assert sorted(path.name for path in draft.folder.iterdir()) == ["0001.png", "0002.png", "draft.jsonl"]


def test_a_time_lapse_counts_and_ends_when_its_draft_or_its_camera_is_gone(
    drafting: Drafting, workshop: Workshop
) -> None:
    stop = threading.Event()
    draft = drafting.begin(d.DraftKind.TIME_LAPSE)
    seen: list[int] = []
    with drafting.camera("practice", "640x360") as source:
        draft = drafting.lapse(draft, source, 0.2, 3, stop, lambda now: seen.append(len(now.pictures)))
        assert (seen, len(draft.pictures)) == ([1, 2, 3], 3)
        assert len(drafting.lapse(draft, source, 60, 0, stop, lambda _: stop.set()).pictures) == 4
        stop.clear()
        with pytest.raises(UsageError, match="thrown away"):
            drafting.lapse(draft, source, 0.2, 0, stop, lambda now: _ignore(drafting.throw_away(now, True)))
        draft = drafting.throw_away(drafting.find(draft.id), False)
        for pace in (0.0, -1.0, float("nan"), float("inf")):
            with pytest.raises(UsageError, match="cannot be taken"):
                drafting.lapse(draft, source, pace, 1, stop, _ignore)
    with pytest.raises(RoomtoneError):
        drafting.lapse(draft, source, 0.2, 0, stop, _ignore)
    assert workshop.engine().status().cameras == []


def _ignore(_: d.Draft) -> None:
    """Hear a draft and do nothing."""


def test_what_is_kept_belongs_to_the_project_and_is_gone_on_with(drafting: Drafting, workshop: Workshop) -> None:
    workshop.change(person="Ana")
    page = drafting.write(drafting.begin(d.DraftKind.WRITING), "Verse one")
    made = drafting.keep(page)
    assert (made.manifest.project, made.manifest.person) == (workshop.project()[0], "Ana")
    assert drafting.take_folder(page) == Path(made.folder)
    assert [draft.state for draft in drafting.all()[0]] == [d.DraftState.KEPT]
    later = drafting.go_on(page.id)
    assert (later.text, later.began.lineage) == ("Verse one", [page.id])
    assert drafting.go_on(later.id).id == later.id
    assert load_take(Path(drafting.keep(drafting.write(later, "Verse two")).folder)).began.lineage == [page.id]
    still = drafting.begin(d.DraftKind.STILL)
    assert drafting.go_on(still.id).id == still.id
    with pytest.raises(UsageError, match="No take is called"):
        drafting.go_on("nothing of that name")


def test_pictures_are_left_out_by_number(drafting: Drafting, tmp_path: Path) -> None:
    draft = drafting.begin(d.DraftKind.STOP_MOTION)
    for number in range(3):
        file = tmp_path / f"{number}.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes([number]))
        draft = drafting.add(draft, str(file))
    draft = drafting.drop(drafting.drop(draft, "2"), "2")
    assert [p.file.name for p in draft.pictures] == ["0001.png"]
    assert len(drafting.drop(draft, "1", on=False).pictures) == 2
    for wrong in ("0", "4", "0009.png"):
        with pytest.raises(UsageError, match="has no picture"):
            drafting.drop(draft, wrong)
