"""Following a take that somebody else records: complete, in order, and as cheap at the end as at the beginning."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from roomtone.foundation.paths import Home
from roomtone.takes import documents as d
from roomtone.takes import folder as f
from roomtone.takes.follow import TakeFollower
from roomtone.takes.journal import Journal, append_entry
from roomtone.takes.model import TakeState, load_take
from tests.takes.making import AT, began, make_take, manifest_of
from tests.upload.growing import GrowingTake


def test_a_growing_take_is_followed_to_its_seal(home: Home) -> None:
    take = GrowingTake(home, "")
    follower = TakeFollower(take.folder)
    for number in range(1, 6):
        take.grow(1000)
        seen = follower.poll()
        assert seen.synced["mic-1.flac"] == (number * 1000, number * 9600)
        assert seen.state is TakeState.RECORDING
    take.seal()
    assert follower.poll().state is TakeState.SEALED
    assert follower.poll() == load_take(take.folder)


def test_what_follows_in_steps_equals_what_is_read_at_once(tmp_path: Path) -> None:
    folder = make_take(tmp_path, sealed=False)
    follower = TakeFollower(folder)
    follower.poll()
    first = load_take(folder).began
    entries: list[d.Entry] = [
        d.Dropout(3, 1, d.GapCause.DEVICE),
        d.Renamed("New", AT),
        d.Dropout(9, 1, d.GapCause.DEVICE),
        d.Starred(True, AT),
    ]
    for entry in entries:
        append_entry(folder, entry)
        assert follower.poll() == load_take(folder)
    f.write_manifest(folder, manifest_of(first))
    # Put into the trash before anybody saw that it was sealed.
    append_entry(folder, d.Trashed(True, AT))
    assert follower.poll().state is TakeState.TRASHED
    append_entry(folder, d.Trashed(False, AT))
    assert follower.poll() == load_take(folder)


def test_a_line_that_is_half_there_is_read_when_it_is_whole(tmp_path: Path) -> None:
    folder = make_take(tmp_path, sealed=False)
    path = folder / f.JOURNAL
    line = f.encode_entry(d.Starred(True, AT))
    for begin_half in (True, False):
        before = path.read_bytes()
        follower = TakeFollower(folder)
        if not begin_half:
            follower.poll()
        path.write_bytes(before + line[:12])
        assert not follower.poll().starred
        path.write_bytes(before + line)
        assert follower.poll().starred
        path.write_bytes(before)


def test_while_another_thread_writes_nothing_is_missed_and_nothing_counted_twice(tmp_path: Path) -> None:
    folder = make_take(tmp_path, sealed=False)
    done = threading.Event()

    def write() -> None:
        journal = Journal(folder)
        for number in range(1500):
            journal.append(d.Dropout(number, 1, d.GapCause.DEVICE), durable=False)
        journal.close()
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    followers: list[TakeFollower] = []
    while not done.is_set():
        # A newcomer each time, which begins in the middle of the writing.
        followers.append(TakeFollower(folder))
        for follower in followers[-3:]:
            follower.poll()
    thread.join()
    for follower in followers:
        assert [gap.at for gap in follower.poll().dropouts] == list(range(1500))


def test_a_poll_reads_only_what_was_added(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    take = GrowingTake(home, "")
    for _ in range(500):
        take.grow(10)
    follower = TakeFollower(take.folder)
    follower.poll()
    folded: list[int] = []
    real = f.decode_more

    def counting(raw: bytes) -> tuple[list[d.Entry], int]:
        folded.append(len(raw))
        return real(raw)

    monkeypatch.setattr("roomtone.takes.follow.decode_more", counting)
    monkeypatch.setattr("roomtone.takes.follow.decode_journal", None)
    follower.poll()
    assert folded == []
    take.grow(10)
    follower.poll()
    assert len(folded) == 1
    assert folded[0] < 200
    take.seal()


def test_a_folder_that_goes_away_or_is_newer_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=f.JOURNAL):
        TakeFollower(tmp_path / "gone").poll()
    folder = tmp_path / "newer"
    folder.mkdir()
    (folder / f.JOURNAL).write_bytes(f.encode_entry(began(schema=2)))
    with pytest.raises(f.NewerFolderError):
        TakeFollower(folder).poll()
