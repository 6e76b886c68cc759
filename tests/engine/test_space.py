"""Room on the disk: how fast it is used up, and what is left behind when there is none to set aside."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from roomtone.engine.space import RESERVE_FILES, Reserve, filling_speed, low_problem
from roomtone.foundation.paths import Home
from tests.rigs.disks import SmallDisk


def test_the_embedded_server_keeps_a_second_copy_on_the_same_disk(home: Home) -> None:
    assert filling_speed(home, 1000) == 2000
    home.account.write_bytes(b"{}")
    assert filling_speed(home, 1000) == 1000


def test_the_last_minute_is_one() -> None:
    said = [problem.title for seconds in (30, 60, 125) if (problem := low_problem(seconds)) is not None]
    assert [title.split(" for ")[1] for title in said] == ["0 more minutes", "1 more minute", "2 more minutes"]
    assert low_problem(15 * 60) is None


def test_room_that_cannot_be_set_aside_whole_is_not_set_aside_at_all() -> None:
    with SmallDisk(8) as disk:
        before = disk.free
        with pytest.raises(OSError, match="space") as refused:
            Reserve(disk.path, 1 << 20)
        assert refused.value.errno == errno.ENOSPC
        assert list(disk.path.iterdir()) == []
        assert disk.free == before


def test_what_is_set_aside_is_given_back_once(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path, 1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(RESERVE_FILES)
    assert [reserve.give_back_sound(), reserve.give_back_sound()] == [True, False]
    reserve.give_back_all()
    assert list(tmp_path.iterdir()) == []
