"""The takes of this computer as a project shows them, also while one is being recorded."""

from __future__ import annotations

import pytest

from roomtone.foundation.paths import Home
from roomtone.takes import folder as f
from roomtone.takes.model import TakeState
from roomtone.upload.replica.mine import OwnTakes
from tests.upload.growing import GrowingTake


def test_of_a_rolling_take_only_what_is_new_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    take = GrowingTake(home, "")
    for _ in range(500):
        take.grow(10)
    own = OwnTakes(home.takes)
    assert [one.state for one in own.look()] == [TakeState.RECORDING]
    read: list[int] = []
    real = f.decode_more

    def counting(raw: bytes) -> object:
        read.append(len(raw))
        return real(raw)

    monkeypatch.setattr("roomtone.takes.follow.decode_more", counting)
    monkeypatch.setattr("roomtone.takes.follow.decode_journal", None)
    take.grow(10)
    assert own.look()[0].synced["mic-1.flac"] == (5010, 501 * 9600)
    assert len(read) == 1
    assert read[0] < 200
    take.seal()
    assert [one.state for one in own.look()] == [TakeState.SEALED]
    before = own.look()[0]
    assert own.look()[0] is before, "what did not change is not read again"


def test_a_take_that_cannot_be_read_is_left_out_until_it_changes(home: Home) -> None:
    take = GrowingTake(home, "")
    own = OwnTakes(home.takes)
    journal = take.folder / f.JOURNAL
    good = journal.read_bytes()
    journal.write_bytes(b"no journal\n")
    assert own.look() == []
    journal.write_bytes(good)
    assert [one.id for one in own.look()] == [take.id]
    take.seal()
