"""A disk on which others eat all the room, also what was set aside: the take goes on, and straight to the server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from roomtone.engine import messages as m
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Ending
from roomtone.takes.model import Take, TakeState, load_take
from roomtone.takes.overflow import bases, waiting
from roomtone.upload.account import Joined, save
from tests.acceptance.killing import check_recovered
from tests.rigs import signals
from tests.rigs.app import Listener, RoomtoneHome, home_on
from tests.rigs.disks import SmallDisk
from tests.rigs.jack import JackServer
from tests.rigs.processes import alive, cannot, until
from tests.upload.sync_rig import ServerRig, SyncRig

# More than recovery could find room for by itself.
_SPILLED = 1 << 20


@dataclass
class Crowded:
    """A home on a small disk, a take that rolls there, and a server elsewhere."""

    disk: SmallDisk
    app: RoomtoneHome
    sync: SyncRig
    heard: Listener
    rolling: m.Rolling
    noise: signals.Samples
    jack: JackServer

    @property
    def folder(self) -> Path:
        return Path(self.rolling.folder)

    def crowd_out(self) -> None:
        """Eat all the room, again and again, until much of the take lies in memory."""

        def crowded_out() -> bool:
            self.disk.fill()
            now = self.heard.engine.status().rolling
            return now is not None and now.in_memory > _SPILLED

        until(crowded_out, 60, "sound to wait in memory")

    def sent(self) -> int:
        return self.sync.sent(self.rolling.id)

    def check(self, ending: Ending) -> Take:
        """Check that the take is whole: here, on the server, and nowhere else; return it."""
        self.sync.wait_safe(self.rolling.id)
        take = load_take(self.folder)
        assert take.manifest is not None
        assert take.manifest.ending is ending
        samples = check_recovered(take)
        heard = samples[int(samples.any(axis=1).argmax()) :]
        seen = f"{take.manifest.dropouts}; {self.jack.late()}"
        assert signals.longest_match(heard, self.noise)[1] == len(heard) or self.jack.late(), seen
        assert self.app.on_server(take, "mic-1.flac") == (take.folder / "mic-1.flac").read_bytes()
        assert waiting(self.app.home.takes) == []
        return take


@pytest.fixture
def crowded(home: Home) -> Iterator[Crowded]:
    if not bases():
        cannot("this system keeps no files in memory")
    noise = signals.noise(120 * 48_000, 1)
    source = signals.write_wav(home.root / "noise.wav", noise, 48_000)
    with JackServer() as jack, SmallDisk(64) as disk, ServerRig(home.server) as server:
        there = home_on(disk.path)
        save(there, Joined(server.url, server.user("add", "Ana")["token"]))
        with RoomtoneHome(there, jack.env()) as app, SyncRig(there) as sync:
            project = app.run("project", "create", "Song")
            sync.connect()
            app.start_engine()
            heard = app.listen()
            heard.engine.open_input(channels="1")
            jack.play_file(source, jack.wait_ports("^PortAudio[^:]*:in_"))
            rolling = heard.engine.start_take(m.StartTake(project=project["id"], project_title="Song", title="crowded"))
            crowded = Crowded(disk, app, sync, heard, rolling, noise, jack)
            until(lambda: crowded.sent() > 0, 30, "the first bytes to be on the server")
            yield crowded


def test_what_is_only_in_memory_goes_to_the_server_and_outlives_the_engine(crowded: Crowded) -> None:
    crowded.crowd_out()
    track = crowded.folder / "mic-1.flac"
    until(lambda: crowded.sent() > track.stat().st_size + _SPILLED // 2, 30, "the server to have more than the disk")
    frames = crowded.heard.of(m.Levels)[-1].frames
    crowded.app.kill("engine")
    crowded.disk.fill()
    crowded.app.start_engine()
    crowded.disk.fill()
    after = crowded.app.listen()
    after.wait_trouble("waiting-for-room")
    before = crowded.sent()
    assert load_take(crowded.folder).state is TakeState.RECORDING
    assert waiting(crowded.app.home.takes) == [crowded.folder]
    crowded.disk.make_room()
    after.wait(m.Recovered)
    take = crowded.check(Ending.RECOVERED)
    assert take.manifest is not None
    assert take.manifest.tracks[0].bytes >= before
    assert take.manifest.tracks[0].frames > frames - 0.1 * 48_000


def test_a_take_that_was_stopped_is_safe_on_the_server_before_there_is_room_for_it_here(crowded: Crowded) -> None:
    crowded.crowd_out()
    stopping = threading.Thread(target=crowded.heard.engine.stop_take)
    stopping.start()
    crowded.sync.wait_safe(crowded.rolling.id)
    assert load_take(crowded.folder).state is TakeState.RECORDING
    crowded.disk.make_room()
    stopping.join()
    crowded.check(Ending.STOPPED)


def test_an_engine_that_ends_leaves_the_rest_to_the_next_one(crowded: Crowded) -> None:
    crowded.crowd_out()
    stopping = threading.Thread(target=_stop_and_lose, args=(crowded.heard,))
    stopping.start()
    crowded.sync.wait_safe(crowded.rolling.id)
    pid = crowded.app.pid("engine")
    crowded.app.kill("engine")
    stopping.join()
    until(lambda: not alive(pid), 10, "the engine to be gone")
    crowded.disk.make_room()
    crowded.app.start_engine()
    crowded.app.listen().wait(m.Recovered)
    crowded.check(Ending.STOPPED)


def _stop_and_lose(heard: Listener) -> None:
    with pytest.raises(Exception, match="engine"):
        heard.engine.stop_take()
