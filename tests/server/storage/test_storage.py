"""What every storage has to keep to, over each of them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from roomtone.foundation.errors import WorldError
from roomtone.server.storage import marks
from roomtone.server.storage.bucket import Bucket
from roomtone.server.storage.contract import Progress, Replacement, Storage
from roomtone.server.storage.folder import FolderStorage
from roomtone.server.storage.journal import SEGMENT
from roomtone.server.storage.memory import MemoryStorage
from roomtone.server.storage.objects import ObjectStorage
from tests.rigs.s3 import S3Server

UPLOAD = "0" * 32
KEY = f"{'1' * 32}/{'2' * 32}-mic.flac"
NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


# So small that the shortest tests go through whole pieces, indexes and tails.
SMALL_PIECE = 4


@pytest.fixture(scope="session", params=["folder", "journaled", "memory", "pieces", "moto", "s3rver"])
def kind(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if name in ("moto", "s3rver"):
        # Begun before the test, whose guards would take it for something left behind.
        request.getfixturevalue(name)
    return name


@pytest.fixture
def storage(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    made = make_storage(kind, request, tmp_path)
    yield made
    made.close()


def make_storage(kind: str, request: pytest.FixtureRequest, folder: Path) -> Storage:
    if kind == "folder":
        return FolderStorage(folder)
    if kind == "journaled":
        return FolderStorage(folder, SEGMENT)
    if kind == "memory":
        return MemoryStorage()
    if kind == "pieces":
        return ObjectStorage(Bucket(MemoryStore()), folder / "spool", SMALL_PIECE)
    server: S3Server = request.getfixturevalue(kind)
    return ObjectStorage(Bucket(server.bucket(f"deep/{secrets.token_hex(8)}")), folder / "spool")


def test_an_upload_that_is_not_there_is_empty(storage: Storage) -> None:
    assert storage.progress(UPLOAD) == Progress(0, None)
    staged = storage.stage(UPLOAD)
    assert (staged.committed, staged.appended, staged.touched) == (0, 0, None)
    staged.close()
    assert storage.staged() == []


def test_bytes_count_once_they_are_committed(storage: Storage) -> None:
    staged = storage.stage(UPLOAD)
    staged.append([b"one ", bytearray(b"two "), memoryview(b"three")])
    assert (staged.committed, staged.appended) == (0, 13)
    assert storage.progress(UPLOAD).committed == 0
    staged.push()
    assert staged.commit(NOW) == 13
    assert storage.progress(UPLOAD) == Progress(13, NOW)
    assert staged.commit(NOW + timedelta(seconds=5)) == 13
    assert staged.touched == NOW
    staged.close()
    assert storage.staged() == [UPLOAD]


def test_what_is_rolled_back_never_was(storage: Storage) -> None:
    staged = storage.stage(UPLOAD)
    staged.append([b"kept"])
    staged.commit(NOW)
    staged.append([b"a much longer mistake"])
    staged.roll_back()
    assert (staged.committed, staged.appended) == (4, 4)
    staged.append([b" and more"])
    staged.commit(NOW)
    assert staged.read(0, 100) == b"kept and more"
    assert staged.read(5, 3) == b"and"
    assert staged.read(13, 5) == b""
    staged.close()


def test_what_is_not_committed_is_gone_after_closing(storage: Storage) -> None:
    staged = storage.stage(UPLOAD)
    staged.append([b"kept"])
    staged.commit(NOW)
    staged.append([b" lost"])
    staged.close()
    again = storage.stage(UPLOAD)
    assert (again.committed, again.appended, again.touched) == (4, 4, NOW)
    again.append([b"!"])
    again.commit(NOW)
    assert again.read(0, 10) == b"kept!"
    again.close()


def test_many_pieces_keep_their_order(storage: Storage) -> None:
    pieces = [os.urandom(number % 97) for number in range(3000)]
    staged = storage.stage(UPLOAD)
    staged.append(pieces)
    staged.commit(NOW)
    assert staged.read(0, 1 << 20) == b"".join(pieces)
    staged.close()


def test_discarding_forgets_an_upload_and_may_be_repeated(storage: Storage) -> None:
    staged = storage.stage(UPLOAD)
    staged.append([b"bytes"])
    staged.commit(NOW)
    staged.close()
    storage.discard(UPLOAD)
    storage.discard(UPLOAD)
    assert storage.staged() == []
    assert storage.progress(UPLOAD) == Progress(0, None)


def test_a_sealed_object_has_the_replacements_and_nothing_uncommitted(storage: Storage) -> None:
    staged = storage.stage(UPLOAD)
    staged.append([b"head and body"])
    staged.commit(NOW)
    staged.append([b" and garbage"])
    staged.close()
    for _ in range(3):
        # A crash may have come at any place of the call, so it has to be harmless however often it is repeated.
        storage.seal(UPLOAD, KEY, 13, [Replacement(0, b"HEAD"), Replacement(9, b"B")])
    opened = storage.open(KEY)
    assert opened.size == 13
    assert opened.read(0, 100) == b"HEAD and Body"
    assert opened.read(5, 3) == b"and"
    opened.close()
    assert list(storage.keys()) == [(KEY, 13)]
    assert storage.staged() == []


def test_an_empty_upload_can_be_sealed(storage: Storage) -> None:
    storage.seal(UPLOAD, KEY, 0, [])
    storage.seal(UPLOAD, KEY, 0, [])
    opened = storage.open(KEY)
    assert (opened.size, opened.read(0, 10)) == (0, b"")
    opened.close()


def test_a_seal_without_its_bytes_is_refused(storage: Storage) -> None:
    with pytest.raises(WorldError, match="no such upload"):
        storage.seal(UPLOAD, KEY, 5, [])
    with pytest.raises(WorldError) as missing:
        storage.open(KEY)
    assert missing.value.code == "object-missing"


def test_a_full_memory_refuses_and_recovers() -> None:
    storage = MemoryStorage(room=10)
    staged = storage.stage(UPLOAD)
    staged.append([b"12345"])
    staged.commit(NOW)
    with pytest.raises(WorldError) as full:
        staged.append([b"678901"])
    assert full.value.code == "disk-full"
    staged.roll_back()
    storage.give_room(5)
    staged.append([b"678901"])
    assert staged.commit(NOW) == 11
    staged.close()


def test_a_power_cut_leaves_memory_what_was_committed() -> None:
    storage = MemoryStorage()
    staged = storage.stage(UPLOAD)
    staged.append([b"kept"])
    staged.commit(NOW)
    staged.append([b"lost"])
    storage.cut_power()
    assert storage.stage(UPLOAD).appended == 4


@pytest.mark.parametrize("damage", [b"", b"\0" * 31, b"\xff" * 32, b"\0" * 32])
@pytest.mark.parametrize("newer", [False, True])
def test_a_torn_mark_leaves_the_one_before(tmp_path: Path, damage: bytes, newer: bool) -> None:
    storage = FolderStorage(tmp_path)
    staged = storage.stage(UPLOAD)
    for part in (b"one", b"two"):
        staged.append([part])
        staged.commit(NOW)
    staged.close()
    path = tmp_path / "staging" / f"{UPLOAD}.mark"
    raw = path.read_bytes()
    # The first commit has the counter 1 and lies in the second slot, the second one in the first.
    torn = damage[:32].ljust(0) + raw[len(damage) :] if newer else raw[:32] + damage
    path.write_bytes(torn)
    intact = 3 if newer and damage else 6
    assert storage.progress(UPLOAD).committed == intact


def test_marks_survive_being_written_and_read() -> None:
    raw = bytearray(marks.FILE_SIZE)
    assert marks.newest(bytes(raw)) is None
    for counter in range(1, 6):
        mark = marks.Mark(counter, counter * 1000, NOW + timedelta(seconds=counter))
        where, slot = marks.encode(mark)
        raw[where : where + len(slot)] = slot
        assert marks.newest(bytes(raw)) == mark


def test_a_part_that_lost_bytes_is_not_said_to_have_them(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    staged = storage.stage(UPLOAD)
    staged.append([b"1234567890"])
    staged.commit(NOW)
    staged.close()
    os.truncate(tmp_path / "staging" / f"{UPLOAD}.part", 4)
    assert storage.progress(UPLOAD).committed == 4
    assert storage.stage(UPLOAD).committed == 4
