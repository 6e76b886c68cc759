"""kill -9 of every process, each five times in the middle of takes: how much sound is lost, and where the take ends.

The figures are printed; ``python -m tests.chaos kills`` does the same for longer.
"""

from __future__ import annotations

import pytest

from roomtone.foundation.paths import Home
from tests.acceptance.killing import FORMATS, Kills
from tests.rigs.app import RoomtoneHome
from tests.rigs.jack import JackServer


@pytest.mark.parametrize("form", ["flac", "wav"])
def test_a_killed_engine_loses_next_to_nothing_and_its_take_is_recovered(
    home: Home, jack: JackServer, form: str
) -> None:
    with RoomtoneHome(home, jack.env()) as app, Kills(app, jack, seed=f"engine-{form}") as kills:
        lost = [kills.engine(form) for _ in range(5)]
        kills.check_takes_on_server(5)
    assert max(lost) <= FORMATS[form], f"lost {lost} ms"


def test_a_killed_client_leaves_the_take_rolling_for_the_next_one(home: Home, jack: JackServer) -> None:
    with RoomtoneHome(home, jack.env()) as app, Kills(app, jack, seed="client") as kills:
        for _ in range(5):
            kills.client()
        kills.check_takes_on_server(5)


@pytest.mark.parametrize("worker", ["sync", "server"])
def test_a_killed_sync_worker_or_server_costs_a_take_nothing(home: Home, jack: JackServer, worker: str) -> None:
    with RoomtoneHome(home, jack.env()) as app, Kills(app, jack, seed=worker) as kills:
        for _ in range(5):
            kills.other(worker)
        kills.check_takes_on_server(5)
