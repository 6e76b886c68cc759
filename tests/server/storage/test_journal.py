"""The journal of small appends: what it saves, what it must never lose, and what it must never bring back."""

from __future__ import annotations

import os
import random
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from roomtone.server.storage.contract import Progress, Replacement
from roomtone.server.storage.folder import FolderStorage
from roomtone.server.storage.journal import LARGEST, SEGMENT, Journal
from tests.rigs.disks import PowerCutDisk, SmallDisk

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
SMALL_SEGMENT = 256 << 10


def name(number: int) -> str:
    """Return the name of an upload."""
    return f"{number:032x}"


def commit(storage: FolderStorage, upload: str, body: bytes, at: datetime = NOW) -> None:
    """Append to an upload and commit."""
    staged = storage.stage(upload)
    staged.append([body])
    staged.commit(at)
    staged.close()


def content(storage: FolderStorage, upload: str) -> bytes:
    """Return what is committed of an upload."""
    staged = storage.stage(upload)
    try:
        return staged.read(0, staged.committed)
    finally:
        staged.close()


def forget_unsynced(folder: Path, upload: str) -> None:
    """Lose what a power cut may lose of a small append: its part file and its mark."""
    for kind in ("part", "mark"):
        (folder / "staging" / f"{upload}.{kind}").unlink()


def test_a_small_append_survives_without_its_part_file(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, SEGMENT)
    commit(storage, name(1), b"one")
    commit(storage, name(1), b" and two", NOW + timedelta(seconds=1))
    forget_unsynced(tmp_path, name(1))
    again = FolderStorage(tmp_path, SEGMENT)
    assert again.progress(name(1)) == Progress(11, NOW + timedelta(seconds=1))
    assert content(again, name(1)) == b"one and two"
    again.close()
    storage.close()


def test_nothing_is_read_back_after_an_orderly_end(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, SEGMENT)
    commit(storage, name(1), b"bytes")
    storage.close()
    assert content(FolderStorage(tmp_path), name(1)) == b"bytes"
    forget_unsynced(tmp_path, name(1))
    again = FolderStorage(tmp_path, SEGMENT)
    assert again.staged() == []
    again.close()


def test_large_and_small_appends_go_together(tmp_path: Path) -> None:
    pieces = [os.urandom(size) for size in (100, LARGEST + 1, 70_000, LARGEST, 3 * LARGEST, 1)]
    storage = FolderStorage(tmp_path, SEGMENT)
    for piece in pieces:
        commit(storage, name(1), piece)
    again = FolderStorage(tmp_path, SEGMENT)
    assert content(again, name(1)) == b"".join(pieces)
    again.close()
    storage.close()


@pytest.mark.parametrize("damaged", [0, 30, 90, 5000])
def test_a_torn_record_was_never_acknowledged(tmp_path: Path, damaged: int) -> None:
    storage = FolderStorage(tmp_path, SEGMENT)
    commit(storage, name(1), b"x" * 9000)
    before = (tmp_path / "journal.0").stat().st_size
    commit(storage, name(2), b"y" * 9000)
    commit(storage, name(3), b"z" * 9000)
    for number in (1, 2, 3):
        forget_unsynced(tmp_path, name(number))
    with (tmp_path / "journal.0").open("r+b") as file:
        file.seek(before + damaged)
        file.write(b"\xff")
    again = FolderStorage(tmp_path, SEGMENT)
    assert again.staged() == [name(1)]
    again.close()
    storage.close()


def test_segments_are_used_again_and_old_records_are_not_mistaken_for_new_ones(tmp_path: Path) -> None:
    chance = random.Random(5)
    wanted: dict[str, bytes] = {}
    storage = FolderStorage(tmp_path, SMALL_SEGMENT)
    for turn in range(300):
        upload = name(chance.randrange(6))
        body = chance.randbytes(chance.choice([10, 4000, 30_000]))
        commit(storage, upload, body, NOW + timedelta(seconds=turn))
        wanted[upload] = wanted.get(upload, b"") + body
    for number in range(2):
        assert (tmp_path / f"journal.{number}").stat().st_size <= SMALL_SEGMENT
    again = FolderStorage(tmp_path, SMALL_SEGMENT)
    assert {upload: content(again, upload) for upload in wanted} == wanted
    again.close()
    storage.close()


def test_a_seal_that_is_repeated_after_a_crash_keeps_the_whole_object(tmp_path: Path) -> None:
    """The journal brings back the first bytes only; the others went into the part file at once."""
    first, second = b"first", os.urandom(2 * LARGEST)
    whole = b"FI" + first[2:] + second
    storage = FolderStorage(tmp_path, SEGMENT)
    commit(storage, name(1), first)
    commit(storage, name(1), second)
    storage.seal(name(1), "key", len(whole), [Replacement(0, b"FI")])
    again = FolderStorage(tmp_path, SEGMENT)
    again.seal(name(1), "key", len(whole), [Replacement(0, b"FI")])
    opened = again.open("key")
    assert opened.read(0, 1 << 22) == whole
    opened.close()
    assert again.staged() == []
    again.close()
    storage.close()


def test_many_threads_share_the_journal(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, SMALL_SEGMENT)
    bodies = {name(number): random.Random(number).randbytes(60 * 5000) for number in range(5)}

    def feed(upload: str, body: bytes) -> None:
        for at in range(0, len(body), 5000):
            commit(storage, upload, body[at : at + 5000])

    threads = [threading.Thread(target=feed, args=pair, name=f"feed-{pair[0]}") for pair in bodies.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = FolderStorage(tmp_path, SMALL_SEGMENT)
    assert {upload: content(again, upload) for upload in bodies} == bodies
    again.close()
    storage.close()


def test_a_failed_settling_keeps_the_segment_until_it_succeeds(tmp_path: Path) -> None:
    fails = threading.Event()
    fails.set()
    asked = threading.Semaphore(0)

    def settle(uploads: object) -> None:
        del uploads
        asked.release()
        if fails.is_set():
            raise OSError("the disk has a bad moment")

    journal = Journal(tmp_path, settle, 16 << 10)

    def put(number: int) -> bool:
        return journal.put(name(1), number, [b"x" * 9000], NOW, lambda: None)

    # Two records of 12 KiB fill both segments; settling the first one fails.
    assert [put(0), put(1), put(2)] == [True, True, False]
    assert asked.acquire(timeout=10)
    fails.clear()
    tries = 0
    while not put(3):
        # The segment is settled by somebody else's attempt to use it.
        tries += 1
        assert tries < 1_000_000
    journal.close()


def test_a_full_disk_is_left_to_the_uploads(tmp_path: Path) -> None:
    del tmp_path
    with SmallDisk(8) as disk:
        storage = FolderStorage(disk.path, SEGMENT)
        commit(storage, name(1), b"bytes")
        assert (disk.path / "journal.0").stat().st_size == 0
        assert content(storage, name(1)) == b"bytes"
        storage.close()


def test_a_power_cut_between_any_two_appends_loses_none(tmp_path: Path) -> None:
    """Small segments, so that each cut finds them at another point of being filled, settled and used again."""
    chance = random.Random(11)
    with PowerCutDisk(64) as disk:
        storage = FolderStorage(disk.path, SMALL_SEGMENT)
        wanted: dict[str, bytes] = {}
        for number in range(12):
            for _ in range(chance.randrange(1, 12)):
                upload = name(chance.randrange(1000) if chance.random() < 0.2 else chance.randrange(3))
                body = chance.randbytes(chance.choice([10, 30_000, 60_000, LARGEST + 10]))
                commit(storage, upload, body)
                wanted[upload] = wanted.get(upload, b"") + body
            cut = disk.cut()
            with disk.after(cut) as folder:
                survivor = FolderStorage(folder, SMALL_SEGMENT)
                assert {upload: content(survivor, upload) for upload in wanted} == wanted, number
                survivor.close()
        storage.close()
    assert not list(tmp_path.iterdir())


def test_the_staging_of_the_version_before_the_journal_still_opens(tmp_path: Path) -> None:
    commit(FolderStorage(tmp_path), name(1), b"old")
    storage = FolderStorage(tmp_path, SEGMENT)
    commit(storage, name(1), b" and new")
    shutil.rmtree(tmp_path / "store")
    storage.close()
    assert content(FolderStorage(tmp_path), name(1)) == b"old and new"
