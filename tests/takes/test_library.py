"""The library: an index that can be lost, stale, broken or shared, and never tells anything but the folders."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.takes import documents as d
from roomtone.takes import editing
from roomtone.takes import folder as f
from roomtone.takes import library as library_module
from roomtone.takes.journal import append_entry
from roomtone.takes.library import Library, LibraryItem
from roomtone.takes.model import TakeState
from tests.rigs.disks import SmallDisk
from tests.takes.making import AT, make_take


@pytest.fixture
def library(home: Home) -> Iterator[Library]:
    """The library of an empty home."""
    made = Library(home.library, home.takes)
    yield made
    made.close()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were read, by name, in order."""
    found: list[str] = []
    real = library_module._read

    def counting(folder: Path) -> LibraryItem:
        found.append(folder.name)
        return real(folder)

    monkeypatch.setattr(library_module, "_read", counting)
    return found


def _titles(library: Library) -> set[str]:
    return {item.title for item in library.refresh()}


def test_takes_are_listed_newest_first_with_all_that_is_known(home: Home, library: Library) -> None:
    make_take(home.takes, "old", started="2026-01-01T00:00:00+00:00")
    make_take(home.takes, "new", started="2026-02-01T00:00:00+00:00")
    make_take(home.takes, "rolling", started="2026-03-01T00:00:00+00:00", sealed=False)
    items = library.refresh()
    assert [item.title for item in items] == ["rolling", "new", "old"]
    assert items[0].state is TakeState.RECORDING
    assert (items[1].seconds, items[1].state, items[1].tracks[0].name) == (1.0, TakeState.SEALED, "mic-1.flac")


@pytest.mark.parametrize("title", ["夜の歌 🎵", "a/b\\c:d", "..", "CON", "x" * 250, "نور", "e\u0301 é", " spaced "])
def test_any_title_is_kept_listed_and_found(home: Home, library: Library, title: str) -> None:
    folder = make_take(home.takes, title)
    assert _titles(library) == {title}
    assert library.find(title).folder == str(folder)


def test_only_what_changed_is_read_again(home: Home, library: Library, reads: list[str]) -> None:
    folders = [make_take(home.takes, f"take {number}") for number in range(2000)]
    assert len(library.refresh()) == 2000
    assert len(reads) == 2000
    reads.clear()
    assert len(library.refresh()) == 2000
    assert reads == []
    editing.star(folders[7], True, ManualClock())
    shutil.rmtree(folders[8])
    new = make_take(home.takes, "new")
    items = library.refresh()
    assert sorted(reads) == sorted([folders[7].name, new.name])
    assert len(items) == 2000
    assert [item.title for item in items if item.starred] == ["take 7"]
    # Another process starts from the index, too.
    reads.clear()
    other = Library(home.library, home.takes)
    assert len(other.refresh()) == 2000
    assert reads == []
    other.close()


def _remove(index: Path) -> None:
    index.unlink()


def _scramble(index: Path) -> None:
    index.write_bytes(os.urandom(20_000))


def _cut(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:5000])


def _damage_a_page(index: Path) -> None:
    raw = bytearray(index.read_bytes())
    raw[4096:8192] = os.urandom(4096)
    index.write_bytes(raw)


def _other_version(index: Path) -> None:
    with sqlite3.connect(index) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def _other_table(index: Path) -> None:
    with sqlite3.connect(index) as db:
        db.execute("DROP TABLE takes")
        db.execute("CREATE TABLE takes (something INTEGER)")
    db.close()


def _other_documents(index: Path) -> None:
    with sqlite3.connect(index) as db:
        db.execute("UPDATE takes SET document = ?", (b"\xff{}",))
    db.close()


def _empty(index: Path) -> None:
    index.write_bytes(b"")


@pytest.mark.parametrize(
    "break_it",
    [_remove, _scramble, _cut, _damage_a_page, _other_version, _other_table, _other_documents, _empty],
)
def test_an_index_that_is_missing_stale_or_corrupt_is_made_again(
    home: Home, reads: list[str], break_it: object
) -> None:
    assert callable(break_it)
    for number in range(3):
        make_take(home.takes, f"take {number}")
    first = Library(home.library, home.takes)
    expected = first.refresh()
    first.close()
    for suffix in ("-wal", "-shm"):
        home.library.with_name(home.library.name + suffix).unlink(missing_ok=True)
    break_it(home.library)
    again = Library(home.library, home.takes)
    assert again.refresh() == expected
    reads.clear()
    assert again.refresh() == expected
    again.close()
    # It is an index again, not only an answer.
    assert reads == []


def test_an_index_that_vanishes_while_it_is_open_is_made_again(home: Home, library: Library) -> None:
    make_take(home.takes, "one")
    library.refresh()
    for path in home.root.glob("library.sqlite*"):
        path.unlink()
    make_take(home.takes, "two")
    assert _titles(library) == {"one", "two"}
    assert home.library.exists()


def test_an_index_that_another_process_keeps_locked_is_left_alone(
    home: Home, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_take(home.takes, "one")
    library.refresh()
    library.close()
    monkeypatch.setattr(library_module, "_WAIT_SECONDS", 0.05)
    holder = sqlite3.connect(home.library)
    holder.execute("BEGIN EXCLUSIVE")
    inode = home.library.stat().st_ino
    make_take(home.takes, "two")
    assert _titles(library) == {"one", "two"}
    assert home.library.stat().st_ino == inode
    holder.rollback()
    holder.close()
    assert _titles(library) == {"one", "two"}
    assert home.library.stat().st_ino == inode


def test_a_disk_without_room_for_an_index_still_shows_its_takes() -> None:
    with SmallDisk(2) as disk:
        home = Home(disk.path / "home").prepare()
        for number in range(40):
            make_take(home.takes, f"take {number}")
        disk.fill()
        library = Library(home.library, home.takes)
        assert len(library.refresh()) == 40
        assert len(library.refresh()) == 40
        disk.make_room()
        assert len(library.refresh()) == 40
        library.close()
        assert home.library.stat().st_size > 0


def test_a_place_where_no_index_can_be_still_shows_its_takes(home: Home) -> None:
    make_take(home.takes, "one")
    (home.root / "index").mkdir()
    for index in (home.root / "index", home.root / "missing" / "index", Path("/proc/index")):
        library = Library(index, home.takes)
        assert _titles(library) == {"one"}
        library.close()


_OTHER = """
import sys
from pathlib import Path
from roomtone.foundation.paths import Home
from roomtone.takes.library import Library
home = Home(Path(sys.argv[1]))
counts = []
for turn in range(30):
    library = Library(home.library, home.takes)
    counts.append(len(library.refresh()))
    library.close()
print(counts)
"""


def test_several_processes_refresh_at_once_and_all_see_everything(home: Home) -> None:
    for number in range(50):
        make_take(home.takes, f"take {number}")
    others = [
        subprocess.Popen([sys.executable, "-c", _OTHER, str(home.root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    library = Library(home.library, home.takes)
    mine: list[int] = []
    threads = [threading.Thread(target=lambda: mine.append(len(library.refresh()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    library.close()
    assert mine == [50] * 8
    for other in others:
        out, errors = other.communicate(timeout=60)
        assert errors == b""
        assert json.loads(out) == [50] * 30


def test_foreign_and_hidden_folders_are_no_takes_and_are_left_alone(home: Home, library: Library) -> None:
    make_take(home.takes, "mine")
    (home.takes / "holiday photos").mkdir()
    (home.takes / "holiday photos" / "beach.jpg").write_bytes(b"jpeg")
    (home.takes / ".incoming-1").mkdir()
    (home.takes / ".incoming-1" / f.JOURNAL).write_bytes(b"")
    (home.takes / "notes.txt").write_bytes(b"")
    os.mkfifo(home.takes / "pipe")
    (home.takes / "loop").symlink_to(home.takes)
    assert _titles(library) == {"mine"}
    assert (home.takes / "holiday photos" / "beach.jpg").read_bytes() == b"jpeg"


def test_newer_and_damaged_folders_are_listed_with_their_reason_and_left_alone(home: Home, library: Library) -> None:
    make_take(home.takes, "good")
    newer, damaged = home.takes / "newer", home.takes / "damaged"
    for folder, raw in ((newer, b'{"schema":9}\n'), (damaged, b"\xff\xff\n")):
        folder.mkdir()
        (folder / f.JOURNAL).write_bytes(raw)
    problems = {item.title: item.problem.code for item in library.refresh() if item.problem}
    assert problems == {"newer": "newer-take", "damaged": "unreadable-take"}
    assert (newer / f.JOURNAL).read_bytes() == b'{"schema":9}\n'
    with pytest.raises(UsageError):
        library.find("newer")


def test_a_folder_whose_name_is_no_unicode_hides_no_other(home: Home, library: Library) -> None:
    make_take(home.takes, "good")
    odd = os.fsencode(home.takes) + b"/caf\xe9"
    os.mkdir(odd)
    with open(odd + b"/journal.jsonl", "wb") as file:
        file.write(b"{}\n")
    items = library.refresh()
    assert {item.title for item in items} == {"good", "caf\ufffd"}
    assert [item.problem.remedy for item in items if item.problem] == ["Rename the folder"]


def test_a_take_is_found_by_id_start_of_id_title_and_folder(home: Home, library: Library) -> None:
    folder = make_take(home.takes, "Night Song", id="ab" * 16)
    make_take(home.takes, "Other", id="cd" * 16)
    for reference in ("ab" * 16, "abab", "ABABABAB", "Night Song", str(folder), folder.name):
        assert library.find(reference).title == "Night Song"
    for reference in ("aba", "", "night song", "efef", "%"):
        with pytest.raises(UsageError) as unknown:
            library.find(reference)
        assert unknown.value.code == "no-such-take"


def test_a_name_that_is_not_unique_is_refused(home: Home, library: Library) -> None:
    make_take(home.takes, "Same", id="ab" * 16)
    make_take(home.takes, "Same", id="abcd" * 8)
    with pytest.raises(UsageError) as refused:
        library.find("Same")
    assert refused.value.code == "ambiguous-take"
    assert library.find("abab").id == "ab" * 16


def test_a_take_that_was_moved_by_hand_is_found_at_its_new_place(home: Home, library: Library) -> None:
    folder = make_take(home.takes, "one")
    library.refresh()
    moved = folder.rename(home.takes / "somewhere else")
    assert [item.folder for item in library.refresh()] == [str(moved)]


def test_a_rolling_take_shows_what_is_synced(home: Home, library: Library) -> None:
    folder = make_take(home.takes, "rolling", sealed=False)
    assert library.refresh()[0].seconds == 0.0
    append_entry(folder, d.Synced({"mic-1.flac": (100, 96_000)}))
    append_entry(folder, d.Renamed("renamed", AT))
    item = library.refresh()[0]
    assert (item.seconds, item.title, item.tracks[0].bytes) == (2.0, "renamed", 100)


def test_where_a_take_was_placed_is_listed_and_the_last_word_counts(home: Home, library: Library) -> None:
    folder = make_take(home.takes)
    append_entry(folder, d.Placed("cd" * 16, 1.5, 0.7, False, AT))
    append_entry(folder, d.Placed("cd" * 16, 1.25, 1.0, True, AT))
    item = library.refresh()[0]
    assert (item.against, item.offset, item.confidence, item.by_hand) == ("cd" * 16, 1.25, 1.0, True)
