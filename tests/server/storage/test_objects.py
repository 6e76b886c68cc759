"""An object store: whatever is acknowledged is in it, wherever the server or the store fails, and nothing but that."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore, ObjectStore

from roomtone.foundation.errors import UsageError, WorldError
from roomtone.server.problems import RefusedError
from roomtone.server.storage.bucket import Bucket, open_bucket
from roomtone.server.storage.contract import Replacement, Storage
from roomtone.server.storage.incoming import PIECE
from roomtone.server.storage.objects import ObjectStorage, open_store
from tests.rigs.s3 import S3Server

UPLOAD = "0" * 32
KEY = f"{'1' * 32}/{'2' * 32}-mic.flac"
NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


class FailingBucket(Bucket):
    """A bucket whose ``nth`` request to change something fails: before it is carried out, or after it was."""

    def __init__(self, store: ObjectStore, nth: int, *, carried_out: bool) -> None:
        super().__init__(store)
        self.left = nth
        self._carried_out = carried_out

    def put(self, path: str, data: bytes) -> None:
        self._before()
        super().put(path, data)
        self._after()

    def create(self, path: str, data: bytes) -> None:
        self._before()
        super().create(path, data)
        self._after()

    def delete(self, paths: Sequence[str]) -> None:
        self._before()
        super().delete(paths)
        self._after()

    def _before(self) -> None:
        self.left -= 1
        if self.left == 0 and not self._carried_out:
            raise RefusedError("unavailable")

    def _after(self) -> None:
        if self.left == 0 and self._carried_out:
            raise RefusedError("unavailable")


def paths(store: ObjectStore, folder: str) -> list[str]:
    return [one["path"] for several in obstore.list(store, folder) for one in several]


def content_of(storage: Storage, key: str) -> bytes:
    opened = storage.open(key)
    try:
        return opened.read(0, opened.size)
    finally:
        opened.close()


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("nth", range(1, 22))
def test_a_failure_at_any_request_loses_nothing_acknowledged(tmp_path: Path, nth: int, carried_out: bool) -> None:
    """The server dies with the failure; another one, on another machine, goes on."""
    store, body = MemoryStore(), random.Random(nth).randbytes(60)
    failing = FailingBucket(store, nth, carried_out=carried_out)
    acknowledged, at = 0, NOW
    try:
        staged = ObjectStorage(failing, tmp_path / "one", 16).stage(UPLOAD)
        for begin in range(0, 60, 5):
            at += timedelta(seconds=1)
            staged.append([body[begin : begin + 5]])
            acknowledged = staged.commit(at)
    except RefusedError:
        assert failing.left == 0
    another = ObjectStorage(Bucket(store), tmp_path / "two", 16)
    committed = another.progress(UPLOAD).committed
    assert acknowledged <= committed <= len(body)
    staged = another.stage(UPLOAD)
    assert staged.read(0, 100) == body[:committed]
    staged.append([body[committed:]])
    staged.commit(at + timedelta(seconds=1))
    assert staged.read(0, 100) == body
    staged.close()
    another.seal(UPLOAD, KEY, 60, [])
    assert content_of(another, KEY) == body


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("nth", range(1, 22))
def test_a_failed_commit_can_be_repeated_with_other_bytes(tmp_path: Path, nth: int, carried_out: bool) -> None:
    """The server lives on: what may have been stored by the failed attempt never mixes with what comes later."""
    store, chance = MemoryStore(), random.Random(nth)
    storage = ObjectStorage(FailingBucket(store, nth, carried_out=carried_out), tmp_path / "one", 16)
    staged, body, at = storage.stage(UPLOAD), b"", NOW
    while len(body) < 60:
        at += timedelta(seconds=1)
        piece = chance.randbytes(chance.randrange(1, 9))
        try:
            staged.append([piece])
            staged.commit(at)
        except RefusedError:
            staged.roll_back()
            assert staged.appended == len(body)
            continue
        body += piece
        assert staged.read(0, 100) == body
    staged.close()
    fresh = ObjectStorage(Bucket(store), tmp_path / "two", 16)
    assert fresh.progress(UPLOAD).committed == len(body)
    fresh.seal(UPLOAD, KEY, len(body), [])
    assert content_of(fresh, KEY) == body


@pytest.mark.parametrize("length", [10, 60, 57])
@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("nth", range(1, 9))
def test_a_seal_may_fail_anywhere_and_be_repeated(tmp_path: Path, length: int, nth: int, carried_out: bool) -> None:
    store, body = MemoryStore(), random.Random(nth).randbytes(60)
    storage = ObjectStorage(Bucket(store), tmp_path, 16)
    staged = storage.stage(UPLOAD)
    for begin in range(0, 60, 5):
        staged.append([body[begin : begin + 5]])
        staged.commit(NOW + timedelta(seconds=begin))
    staged.close()
    replacements = [Replacement(0, b"HEAD"), Replacement(6, b"x"), Replacement(9, b"")]
    if length > 40:
        replacements.append(Replacement(30, b"across pieces"))
    wanted = bytearray(body[:length])
    for one in replacements:
        wanted[one.offset : one.offset + len(one.data)] = one.data
    failing = ObjectStorage(FailingBucket(store, nth, carried_out=carried_out), tmp_path, 16)
    try:
        failing.seal(UPLOAD, KEY, length, replacements)
    except RefusedError:
        assert storage.staged() in ([UPLOAD], [])
    for _ in range(2):
        storage.seal(UPLOAD, KEY, length, replacements)
        assert content_of(storage, KEY) == wanted
        assert list(storage.keys()) == [(KEY, length)]
        assert storage.staged() == []
    # Nothing is left of what is not needed, and ending the upload once more does not touch what is.
    storage.discard(UPLOAD)
    assert content_of(storage, KEY) == wanted
    total = sum(one["size"] for several in obstore.list(store, "parts") for one in several)
    assert (total == 0) if length <= 16 else (length <= total < length + 16)


def test_small_commits_become_whole_pieces(tmp_path: Path) -> None:
    store = MemoryStore()
    storage = ObjectStorage(Bucket(store), tmp_path, 1000)
    staged = storage.stage(UPLOAD)
    for number in range(200):
        staged.append([bytes([number]) * 64])
        staged.commit(NOW + timedelta(seconds=number))
        assert len(paths(store, "parts")) <= 12 + 16
    staged.close()
    # What waits on the local disk has no name there.
    assert list(tmp_path.iterdir()) == []
    assert storage.progress(UPLOAD).committed == 200 * 64


def test_pieces_that_turn_up_late_are_ignored(tmp_path: Path) -> None:
    store = MemoryStore()
    storage = ObjectStorage(Bucket(store), tmp_path, 16)
    staged = storage.stage(UPLOAD)
    staged.append([b"0123456789"])
    staged.commit(NOW)
    staged.close()
    for name in (f"{4:016x}-{9:016x}-{5:016x}", f"{0:016x}-{99:016x}-{5:016x}", f"sealed-{10:016x}-{9:016x}", "stray"):
        obstore.put(store, f"parts/{UPLOAD}/{name}", b"123456789")
    assert storage.progress(UPLOAD).committed == 10
    storage.seal(UPLOAD, KEY, 10, [])
    assert content_of(storage, KEY) == b"0123456789"
    assert paths(store, "parts") == []


def test_a_missing_piece_is_noticed(tmp_path: Path) -> None:
    store = MemoryStore()
    storage = ObjectStorage(Bucket(store), tmp_path, 16)
    staged = storage.stage(UPLOAD)
    staged.append([os.urandom(50)])
    staged.commit(NOW)
    staged.close()
    storage.seal(UPLOAD, KEY, 50, [])
    assert list(storage.keys()) == [(KEY, 50)]
    obstore.delete(store, paths(store, "parts")[1])
    assert list(storage.keys()) == [(KEY, 34)]
    with pytest.raises(WorldError) as missing:
        content_of(storage, KEY)
    assert missing.value.code == "object-missing"


@pytest.fixture(scope="session", params=["moto", "s3rver"])
def s3(request: pytest.FixtureRequest) -> S3Server:
    """Each of the two stores."""
    server: S3Server = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def keys(s3: S3Server) -> Iterator[None]:
    """The store's keys in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3.environment.items():
            patch.setenv(name, value)
        yield


@pytest.mark.usefixtures("keys")
def test_a_large_take_is_kept_in_pieces_and_read_in_ranges(tmp_path: Path, s3: S3Server) -> None:
    body = random.Random(1).randbytes(2 * PIECE + 3_000_000)
    url = s3.url(f"takes/{secrets.token_hex(8)}")
    storage = open_store(url, tmp_path / "one")
    staged = storage.stage(UPLOAD)
    for begin in range(0, len(body), 6_000_000):
        staged.append([body[begin : begin + 1_000_000], body[begin + 1_000_000 : begin + 6_000_000]])
        staged.commit(NOW + timedelta(seconds=begin))
    staged.close()
    another = open_store(url, tmp_path / "two")
    staged = another.stage(UPLOAD)
    assert (staged.committed, staged.read(0, len(body))) == (len(body), body)
    staged.close()
    another.seal(UPLOAD, KEY, len(body), [Replacement(4, b"length")])
    whole = body[:4] + b"length" + body[10:]
    opened = storage.open(KEY)
    assert opened.size == len(whole)
    assert opened.read(0, opened.size) == whole
    for begin in (0, 3, PIECE - 5, PIECE, 2 * PIECE - 1, len(body) - 7):
        assert opened.read(begin, 10) == whole[begin : begin + 10]
    assert (opened.read(len(body), 10), opened.read(0, 0)) == (b"", b"")
    assert list(another.keys()) == [(KEY, len(whole))]


@pytest.mark.parametrize(
    "url",
    [
        "gs://bucket/x",
        "s3://",
        "s3://bucket/x?secret=hush",
        "s3://user:hush@bucket/x",
        "bucket",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_bucket(url)
    assert "hush" not in str(refused.value)


@pytest.mark.expects_log("the store does not do its work")
@pytest.mark.usefixtures("keys")
def test_a_bucket_that_is_not_there_is_explained(tmp_path: Path, s3: S3Server) -> None:
    with pytest.raises(WorldError) as refused:
        open_store(f"s3://other-bucket/x?endpoint={s3.endpoint}", tmp_path)
    assert refused.value.code == "store-unreachable"
    assert "bucket" in refused.value.remedy


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    store = MemoryStore()
    storage = ObjectStorage(Bucket(store), tmp_path)
    storage.check()
    storage.check()
    obstore.put(store, "roomtone-store.json", b'{"format":2}')
    with pytest.raises(WorldError) as refused:
        storage.check()
    assert refused.value.code == "newer-store"
