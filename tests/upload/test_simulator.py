"""The protocol core in thousands of small disasters, and what a simulator must be able to see."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from roomtone.upload import core_answers
from roomtone.upload.core import Core
from roomtone.upload.core_pace import Backoff
from roomtone.upload.core_track import TrackCore
from roomtone.upload.states import Phase
from tests.upload.simulator import Simulation

SEEDS = 500


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_every_take_ends_safe_whatever_happens(first: int) -> None:
    faults = 0
    for seed in range(first, first + 50):
        faults += Simulation(seed).run().faults
    assert faults > 50, "the weather was too good to prove anything"


def test_a_seed_replays_exactly() -> None:
    def trace(seed: int) -> list[str]:
        lines: list[str] = []
        Simulation(seed, lines.append).run()
        return lines

    assert trace(7) == trace(7)
    assert trace(7) != trace(8)


def _broken_seeds(make_core: Callable[[Random], Core] = Core) -> int:
    broken = 0
    for seed in range(60):
        try:
            Simulation(seed, make_core=make_core).run()
        except AssertionError:
            broken += 1
    return broken


def test_the_simulator_sees_a_core_that_is_safe_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(track: TrackCore, *_: Any) -> None:
        track.phase = Phase.DONE

    monkeypatch.setattr(core_answers, "_conflict", believe)
    assert _broken_seeds() > 0


def test_the_simulator_sees_a_core_that_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def hurry(self: Backoff, *_: Any, **__: Any) -> None:
        self.attempts = 1

    monkeypatch.setattr(Backoff, "fail", hurry)
    assert _broken_seeds() > 0


def test_the_simulator_sees_a_core_that_sends_what_is_not_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrackCore, "total", property(lambda self: self.grown.bytes + 100))
    assert _broken_seeds() > 0
