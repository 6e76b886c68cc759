"""kill -9 of every process, each five times in the middle of takes: how much sound is lost, and where the take ends.

Every take is checked as it ends: it is whole or recovered, other people's programs read it, and it is on the server.
``python -m tests.chaos`` does the same for longer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.killing import FORMATS, VICTIMS, kill_all
from tests.rigs.jack import JackServer

log = logging.getLogger(__name__)

_TIMES = 5


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[float]]]:
    """How many milliseconds each kill cost, by victim."""
    folder: Path = tmp_path_factory.mktemp("kills")
    with JackServer() as jack:
        yield kill_all(jack, folder, _TIMES)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_kill_costs_next_to_nothing_and_the_take_ends_safe_on_the_server(
    lost: dict[str, list[float]], victim: str
) -> None:
    log.info("%s killed: %s ms lost", victim, ", ".join(f"{ms:.0f}" for ms in lost[victim]))
    assert len(lost[victim]) == _TIMES
    form = victim.removeprefix("engine-")
    assert max(lost[victim]) <= FORMATS.get(form, 0.0), lost[victim]
