"""Changes to a take that leave its media alone, and everything that was there before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import UsageError
from roomtone.takes import editing
from roomtone.takes import folder as f
from roomtone.takes.model import TakeState, load_take
from roomtone.takes.naming import one_line
from tests.takes.making import make_take

_CLOCK = ManualClock()


def _others(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != f.JOURNAL}


def test_every_change_adds_a_line_and_overwrites_nothing(tmp_path: Path) -> None:
    folder = make_take(tmp_path, "Before")
    files = _others(folder)
    journal = (folder / f.JOURNAL).read_bytes()
    assert editing.rename(folder, "  After \n all ", _CLOCK).title == "After all"
    assert editing.star(folder, True, _CLOCK).starred
    assert editing.note(folder, "line one\nline two", _CLOCK).note == "line one\nline two"
    assert editing.trash(folder, True, _CLOCK).state is TakeState.TRASHED
    assert editing.trash(folder, False, _CLOCK).state is TakeState.SEALED
    assert not editing.star(folder, False, _CLOCK).starred
    now = (folder / f.JOURNAL).read_bytes()
    assert now.startswith(journal)
    assert now.count(b"\n") == journal.count(b"\n") + 6
    assert _others(folder) == files
    take = load_take(folder)
    assert (take.title, take.note, take.starred, take.state) == (
        "After all",
        "line one\nline two",
        False,
        TakeState.SEALED,
    )


def test_the_trash_twice_is_the_trash_once(tmp_path: Path) -> None:
    folder = make_take(tmp_path)
    editing.trash(folder, True, _CLOCK)
    before = (folder / f.JOURNAL).read_bytes()
    assert editing.trash(folder, True, _CLOCK).state is TakeState.TRASHED
    assert (folder / f.JOURNAL).read_bytes() == before


def test_a_rolling_take_does_not_go_into_the_trash(tmp_path: Path) -> None:
    folder = make_take(tmp_path, sealed=False)
    before = (folder / f.JOURNAL).read_bytes()
    with pytest.raises(UsageError) as refused:
        editing.trash(folder, True, _CLOCK)
    assert refused.value.code == "still-recording"
    assert (folder / f.JOURNAL).read_bytes() == before


@pytest.mark.parametrize("title", ["", "   ", "\n", "\x00\x07", "\ud800", "x" * 301])
def test_a_bad_title_is_refused_and_nothing_changes(tmp_path: Path, title: str) -> None:
    folder = make_take(tmp_path)
    before = (folder / f.JOURNAL).read_bytes()
    with pytest.raises(UsageError) as refused:
        editing.rename(folder, title, _CLOCK)
    assert refused.value.code == "bad-title"
    with pytest.raises(UsageError):
        editing.note(folder, "x" * (editing.MAX_NOTE + 1), _CLOCK)
    assert (folder / f.JOURNAL).read_bytes() == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(min_size=1, max_size=60), text=st.text(max_size=200))
def test_any_unicode_goes_in_and_comes_out_the_same(tmp_path: Path, title: str, text: str) -> None:
    folder = make_take(tmp_path)
    try:
        renamed = editing.rename(folder, title, _CLOCK)
    except UsageError:
        assert not one_line(title)
        return
    noted = editing.note(folder, text, _CLOCK)
    assert load_take(folder) == noted
    assert noted.title == renamed.title


@pytest.mark.parametrize("raw", [b'{"schema":2,"e":"began"}\n', b"\xff\n", b""])
def test_a_folder_that_this_version_cannot_read_is_not_written_to(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / f.JOURNAL).write_bytes(raw)
    changes: list[Callable[[], object]] = [
        lambda: editing.rename(tmp_path, "New", _CLOCK),
        lambda: editing.star(tmp_path, True, _CLOCK),
        lambda: editing.note(tmp_path, "text", _CLOCK),
        lambda: editing.trash(tmp_path, True, _CLOCK),
    ]
    for change in changes:
        with pytest.raises((f.NewerFolderError, f.UnreadableFolderError)):
            change()
    assert (tmp_path / f.JOURNAL).read_bytes() == raw


def test_a_folder_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(f.UnreadableFolderError):
        editing.star(tmp_path / "gone", True, _CLOCK)
    assert not (tmp_path / "gone").exists()
