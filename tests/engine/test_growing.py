"""A growing file keeps every byte: in order, through full disks and partial writes."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from roomtone.engine.growing import GrowingFile
from roomtone.wire.digest import CHUNK, Digest
from tests.rigs.disks import SmallDisk


def _never() -> bool:
    return False


@pytest.fixture
def limited() -> Iterator[None]:
    """No file of this process may grow beyond 100 000 bytes, as on a file system that knows no larger ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)


def _digest(data: bytes) -> str:
    digest = Digest()
    digest.update(data)
    return digest.text()


def test_appended_bytes_are_in_the_file_at_once_and_patches_only_at_the_end(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "t", _never)
    file.write(b"head" + bytes(60))
    file.write(b"sound")
    file.seek(0)
    file.write(b"HEAD")
    assert file.path.read_bytes() == b"head" + bytes(60) + b"sound"
    assert file.seek(0, 2) == 69
    file.write(b"more")
    assert file.patches() == [(0, b"HEAD")]
    promised = file.digest()
    file.apply_patches()
    file.close()
    assert file.path.read_bytes() == b"HEAD" + bytes(60) + b"soundmore"
    assert promised == _digest(file.path.read_bytes())


def test_only_the_start_may_change(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "t", _never)
    file.write(bytes(CHUNK + 100))
    file.seek(CHUNK + 10)
    with pytest.raises(OSError, match="changed only near its start"):
        file.write(b"x")
    file.close()


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError):
        GrowingFile(tmp_path / "t", _never)
    assert (tmp_path / "t").read_bytes() == b"somebody's"


def test_what_a_full_disk_refuses_waits_and_is_written_in_order() -> None:
    random = Random(1)
    asked = []

    def full() -> bool:
        asked.append(True)
        return False

    with SmallDisk(2) as disk:
        file = GrowingFile(disk.path / "t", full)
        pieces = [random.randbytes(random.randrange(1, 50_000)) for _ in range(40)]
        for piece in pieces[:10]:
            file.write(piece)
        assert not file.waiting
        disk.fill(leave=8192)
        for piece in pieces[10:]:
            file.write(piece)
        whole = b"".join(pieces)
        assert asked
        assert file.waiting == len(whole) - file.written > 0
        # What is there is a beginning, up to the last byte that fitted.
        assert file.path.read_bytes() == whole[: file.written]
        assert not file.flush_waiting()
        disk.make_room()
        assert file.flush_waiting()
        assert file.path.read_bytes() == whole
        assert file.digest() == _digest(whole)
        file.close()


def test_room_that_is_given_back_is_used_at_once() -> None:
    with SmallDisk(1) as disk:
        given: list[bool] = []

        def give_back() -> bool:
            if given:
                return False
            given.append(True)
            disk.make_room()
            return True

        disk.fill()
        file = GrowingFile(disk.path / "t", give_back)
        file.write(bytes(500_000))
        assert not file.waiting
        assert file.path.stat().st_size == 500_000
        file.close()


@pytest.mark.usefixtures("limited")
def test_any_other_error_is_kept_for_the_recorder_because_libsndfile_would_swallow_it(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "t", _never)
    file.write(bytes(90_000))
    assert file.waiting == 0
    assert file.write(bytes(20_000)) == 20_000
    assert file.trouble is not None
    assert file.path.stat().st_size == file.written == 100_000
    assert file.waiting == 10_000
    file.close()
