"""A disk without room while a camera is recorded: the take is whole, sound and film, before there is room again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Ending
from roomtone.takes.model import TakeState
from roomtone.takes.overflow import bases, waiting
from roomtone.upload.account import Joined, save
from tests.acceptance.film_numbers import check_decodes, deviations, holes_in, shown_in
from tests.acceptance.ramp import RampSource, check_no_loss
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, home_on
from tests.rigs.camera import CameraRig
from tests.rigs.disks import SmallDisk
from tests.rigs.jack import JackServer
from tests.rigs.processes import cannot, until
from tests.upload.sync_rig import ServerRig, SyncRig

_FPS = 30.0


def test_a_full_disk_ends_neither_the_sound_nor_the_film(home: Home, jack: JackServer) -> None:
    if not bases():
        cannot("this system keeps no files in memory")
    with (
        RampSource(jack, home.root) as ramp,
        CameraRig(640, 360, _FPS, flashes=False) as rig,
        SmallDisk(64) as disk,
        ServerRig(home.server) as server,
    ):
        there = home_on(disk.path)
        save(there, Joined(server.url, server.user("add", "Ana")["token"]))
        with RoomtoneHome(there, jack.env()) as app, SyncRig(there) as sync:
            project = app.run("project", "create", "Song")
            sync.connect()
            app.start_engine()
            heard = app.listen()
            heard.engine.open_input(channels="1")
            ramp.feed_everybody()
            heard.engine.open_camera(rig.url)
            request = m.StartTake(project=project["id"], project_title="Song", title="crowded")
            rolling = heard.engine.start_take(request)
            heard.wait_frames(jack.rate)

            def crowded_out() -> bool:
                disk.fill()
                now = heard.engine.status().rolling
                return now is not None and now.in_memory > 1 << 19

            until(crowded_out, 30, "sound and pictures to wait in memory")
            known = heard.of(m.Levels)[-1].frames
            heard.wait_frames(known + jack.rate)
            with ThreadPoolExecutor(1) as pool:
                stopping = pool.submit(heard.engine.stop_take, rolling.id)
                sync.wait_safe(rolling.id)
                disk.make_room()
                sealed = stopping.result().manifest
            until(lambda: not waiting(there.takes), 20, "everything to be on the disk")
            take = app.takes()[0]
            assert take.state is TakeState.SEALED
            assert sealed.ending is Ending.STOPPED
            check_no_loss(sealed.dropouts, signals.read_samples(take.folder / "mic-1.flac")[0], jack)
            film = take.folder / "camera-1.mp4"
            check_decodes(film)
            shown = shown_in(film)
            assert holes_in(shown, 0.5) == []
            assert abs(deviations(shown, rig.timeline)).max() < 1 / _FPS
            assert shown[-1].at == pytest.approx(sealed.tracks[0].frames / jack.rate, abs=0.5)
            for track in sealed.tracks:
                assert app.on_server(take, track.name) == (take.folder / track.name).read_bytes()
