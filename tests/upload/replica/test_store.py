"""Projects on disk: what was written is there again, also what an older version wrote; a newer file is left alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from roomtone.foundation.errors import WorldError
from roomtone.upload.replica.states import EditState
from roomtone.upload.replica.store import VERSION, Store, open_store
from roomtone.upload.replica.stored import Changes, Entry, Head, Stored, written
from roomtone.wire.project.edits import Edit, Item
from roomtone.wire.project.items import StepFields
from roomtone.wire.project.people import Member, Role
from tests.rigs.disks import SmallDisk

_SAMPLES = Path(__file__).parents[2] / "data" / "projects"
_PROJECT, _ITEM, _EDIT = "f" * 32, "1" * 32, "2" * 32
_AT = "2026-11-28T10:00:00.000Z"


def _everything() -> Changes:
    edit = Edit(_EDIT, _ITEM, _AT, StepFields(title="Bass"))
    return Changes(
        head=Head(title="Song", cursor=7, role=Role.LEADER),
        items={_ITEM: Item(_ITEM, "ana", _AT, StepFields(title="Drums"), {"title": f"{_AT}/{_EDIT}"})},
        members={"ana": Member("ana", "Ana", Role.LEADER, _AT)},
        entries={_EDIT: Entry(2, edit, "ana"), "3" * 32: Entry(1, Edit("3" * 32, _ITEM, _AT, StepFields(done=True)))},
    )


def test_what_was_written_is_there_again_and_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "projects.sqlite")
    store.write("here", _PROJECT, _everything())
    store.keep_account("here", "ana")
    store.close()
    store = Store(tmp_path / "projects.sqlite")
    assert store.load("here", _PROJECT) == written(Stored(), _everything())
    assert list(store.load("here", _PROJECT).entries) == ["3" * 32, _EDIT]
    assert (store.heads(), store.accounts()) == ({("here", _PROJECT): _everything().head}, {"here": "ana"})
    assert store.load("there", _PROJECT) == Stored()
    store.write("here", _PROJECT, Changes(anew=True, dropped={_EDIT}))
    assert store.load("here", _PROJECT).items == {}
    assert list(store.load("here", _PROJECT).entries) == ["3" * 32]
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "projects.sqlite"
    Store(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(WorldError) as refused:
        Store(path)
    assert refused.value.code == "newer-projects"
    assert path.read_bytes() == before


def test_what_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "projects.sqlite"
    path.write_bytes(b"not a database, and long enough to be looked at" * 100)
    with pytest.raises(WorldError) as refused:
        Store(path)
    assert refused.value.code == "projects-unreadable"


@pytest.mark.parametrize("sample", sorted(_SAMPLES.glob("*.sqlite")), ids=lambda path: path.stem)
def test_every_version_ever_written_still_opens(tmp_path: Path, sample: Path) -> None:
    path = tmp_path / "projects.sqlite"
    shutil.copy(sample, path)
    store = Store(path)
    stored = store.load("here", _PROJECT)
    assert stored.head.title == "Song"
    assert [entry.state for entry in stored.entries.values()] == [EditState.WAITING, EditState.WAITING]
    store.close()


def test_a_newer_file_stops_no_take_from_travelling_and_says_why_nothing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "projects.sqlite"
    Store(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    store = open_store(path)
    assert (store.heads(), store.load("here", _PROJECT)) == ({}, Stored())
    with pytest.raises(WorldError) as refused:
        store.write("here", _PROJECT, _everything())
    assert refused.value.code == "newer-projects"
    store.close()


@pytest.mark.expects_log("are damaged and lie in")
@pytest.mark.parametrize("place", [0, 4096])
def test_a_damaged_file_is_put_aside_and_not_thrown_away(tmp_path: Path, place: int) -> None:
    path = tmp_path / "projects.sqlite"
    store = Store(path)
    store.write("here", _PROJECT, _everything())
    store.close()
    whole = bytearray(path.read_bytes())
    whole[place : place + 400] = b"\xff" * 400
    path.write_bytes(whole)
    store = open_store(path)
    store.write("here", _PROJECT, _everything())
    store.close()
    assert (tmp_path / "projects.sqlite.damaged-1").read_bytes() == bytes(whole)


@pytest.mark.expects_log("cannot be opened now")
def test_a_full_disk_stops_no_take_from_travelling_and_loses_nothing_of_what_is_kept() -> None:
    with SmallDisk(1) as disk:
        path = disk.path / "projects.sqlite"
        store = Store(path)
        store.write("here", _PROJECT, _everything())
        store.close()
        disk.fill()
        full = open_store(path)
        with pytest.raises(WorldError) as refused:
            full.write("here", _PROJECT, _everything())
        assert refused.value.remedy
        full.close()
        disk.make_room()
        again = open_store(path)
        assert again.load("here", _PROJECT) == written(Stored(), _everything())
        again.close()
