"""Real processes: a sync worker, a server, and takes that grow while either of them dies."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.upload.states import SyncState
from tests.rigs.processes import alive, cannot, until
from tests.upload.growing import GrowingTake
from tests.upload.sync_rig import (
    CuttingProxy,
    ServerRig,
    SyncRig,
    resize_tmpfs,
    server_bytes,
    tmpfs,
)


@pytest.fixture
def rig(home: Home) -> Iterator[SyncRig]:
    with SyncRig(home) as made:
        yield made


@pytest.fixture
def server(home: Home) -> Iterator[ServerRig]:
    with ServerRig(home.root / "elsewhere") as made:
        yield made


def _sent_all(rig: SyncRig, take: GrowingTake) -> bool:
    return rig.sent(take.id) >= take.bytes


def test_a_take_is_in_the_project_while_it_grows_and_safe_when_it_is_sealed(rig: SyncRig) -> None:
    project = rig.client.create_project("Song")
    take = GrowingTake(rig.home, project.id, tracks=2)
    rig.client.poke(take.folder)
    for _ in range(3):
        take.grow(30_000)
        until(lambda: _sent_all(rig, take), 10, "the bytes of a growing take to be on the server")
    told = rig.last(take.id)
    assert told is not None
    assert told.state is SyncState.SENDING
    assert told.live
    assert [track.safe_frames for track in told.tracks] == [take.frames] * 2
    assert told.behind_seconds == 0
    take.seal()
    rig.wait_safe(take.id)
    for name in take.names:
        assert server_bytes(rig, take, name) == take.path(name).read_bytes()
    states = [sync.state for sync in rig.takes[take.id]]
    assert states.index(SyncState.SAFE) == len(states) - 1
    on_server = rig.client.list_takes(project.id).takes
    assert [(t.id, t.sealed, t.title) for t in on_server] == [(take.id, True, "Song – take 1")]
    assert on_server[0].manifest is not None
    assert on_server[0].manifest["person"] == "Ana"


@pytest.mark.parametrize("victim", ["worker", "server"])
def test_five_kills_in_the_middle_of_a_take_lose_nothing(rig: SyncRig, victim: str) -> None:
    random = Random(victim)
    project = rig.client.create_project("Song")
    take = GrowingTake(rig.home, project.id, seed=1)
    moment = threading.Event()
    for _ in range(5):
        take.grow(200_000)
        rig.client.poke(take.folder)
        until(lambda: rig.sent(take.id) > 0, 20, "the first bytes to be on the server")
        take.grow(random.randrange(50_000, 900_000))
        # The moment of the crash is what is random here; nothing is waited for.
        moment.wait(random.uniform(0.0, 0.3))
        if victim == "worker":
            rig.kill_worker()
            rig.connect()
        else:
            rig.kill_server()
        take.grow(100_000)
        until(lambda: _sent_all(rig, take), 30, "sending to go on after a kill")
    take.seal()
    rig.wait_safe(take.id)
    assert server_bytes(rig, take) == take.path().read_bytes()


def test_the_queue_is_finished_without_a_window_and_then_the_worker_ends(rig: SyncRig) -> None:
    project = rig.client.create_project("Song")
    rig.client.pause(True)
    takes = [GrowingTake(rig.home, project.id, seed=n, title=f"take {n}") for n in range(3)]
    for take in takes:
        take.grow(700_000)
        take.seal()
        rig.client.poke(take.folder)
    until(lambda: all(rig.last(take.id) for take in takes), 10, "the takes to be seen")
    assert not any(rig.sent(take.id) for take in takes), "a paused worker sends nothing"
    pid = rig.worker_pid()
    rig.client.pause(False)
    rig.disconnect()
    rig.wait_worker_gone(pid)
    rig.connect()
    assert set(rig.client.status().safe) == {take.id for take in takes}
    assert rig.worker_pid() != pid
    for take in takes:
        assert server_bytes(rig, take) == take.path().read_bytes()


def test_a_take_without_a_project_stays_here_and_says_so(rig: SyncRig) -> None:
    take = GrowingTake(rig.home, "")
    take.grow(1000)
    rig.client.poke(take.folder)
    told = rig.wait_problem(take.id, "no-project")
    assert told.state is SyncState.LOCAL
    assert rig.client.sync_now(5).link.waiting == 0
    take.seal()


def test_an_upload_that_the_server_forgot_is_begun_again_without_asking(rig: SyncRig) -> None:
    project = rig.client.create_project("Song")
    take = GrowingTake(rig.home, project.id)
    take.grow(300_000)
    rig.client.poke(take.folder)
    until(lambda: _sent_all(rig, take), 10, "the bytes to be on the server")
    rig.kill_worker()
    record = next(rig.home.sync.glob(f"{take.id}.json"))
    text = record.read_text()
    upload = text.split("/api/uploads/")[1].split('"')[0]
    record.write_text(text.replace(upload, "0" * 32))
    rig.connect()
    take.grow(100_000)
    take.seal()
    rig.wait_safe(take.id)
    assert server_bytes(rig, take) == take.path().read_bytes()


def test_lost_records_cost_no_byte(rig: SyncRig) -> None:
    project = rig.client.create_project("Song")
    take = GrowingTake(rig.home, project.id)
    take.grow(300_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.wait_safe(take.id)
    rig.kill_worker()
    for record in rig.home.sync.glob("*.json"):
        record.unlink()
    rig.takes.clear()
    rig.connect()
    rig.wait_safe(take.id)
    assert [sync.state for sync in rig.takes[take.id]].count(SyncState.SENDING) <= 1


def test_a_token_that_was_withdrawn_asks_and_a_new_one_goes_on(rig: SyncRig, server: ServerRig) -> None:
    rig.client.join(server.user("add", "Ana")["url"])
    assert rig.client.whoami().account.name == "Ana"
    assert (rig.home.root / "account.json").stat().st_mode & 0o777 == 0o600
    project = rig.client.create_project("Song")
    take = GrowingTake(rig.home, project.id)
    take.grow(100_000)
    rig.client.poke(take.folder)
    until(lambda: _sent_all(rig, take), 10, "the bytes to be on the server")
    server.user("revoke", "Ana")
    take.grow(100_000)
    until(lambda: rig.links and rig.links[-1].problem, 20, "the link to say that the token was refused")
    problem = rig.links[-1].problem
    assert problem is not None
    assert problem.code == "not-signed-in"
    told = rig.wait_problem(take.id, "not-signed-in")
    assert told.state is SyncState.NEEDS_YOU
    take.seal()
    rig.client.join(server.user("token", "Ana")["url"])
    rig.wait_safe(take.id)
    assert server_bytes(rig, take) == take.path().read_bytes()


def test_a_full_server_is_told_and_goes_on_by_itself_when_there_is_space(rig: SyncRig) -> None:
    if os.geteuid():
        cannot("only root may mount a small disk")
    data = rig.home.root / "small"
    with tmpfs(data, 6), ServerRig(data) as small:
        rig.client.join(small.user("add", "Ana")["url"])
        project = rig.client.create_project("Song")
        take = GrowingTake(rig.home, project.id)
        take.grow(8_000_000)
        rig.client.poke(take.folder)
        told = rig.wait_problem(take.id, "server-disk-full")
        assert told.state is SyncState.NEEDS_YOU
        assert told.live
        take.grow(100_000)
        take.seal()
        resize_tmpfs(data, 64)
        rig.wait_safe(take.id)
        assert server_bytes(rig, take) == take.path().read_bytes()


def test_a_proxy_that_cuts_all_the_time_only_slows_a_take_down(rig: SyncRig, server: ServerRig) -> None:
    with CuttingProxy(server.port, mean=0.1) as proxy:
        token = server.user("add", "Ana")["token"]
        rig.client.join(f"http://127.0.0.1:{proxy.port}", token)
        project = rig.client.create_project("Song")
        take = GrowingTake(rig.home, project.id)
        take.grow(48 << 20)
        proxy.let_loose()
        take.seal()
        rig.client.poke(take.folder)
        rig.wait_safe(take.id)
        assert proxy.cuts > 0
        assert proxy.received <= 1.2 * take.bytes
        assert server_bytes(rig, take) == take.path().read_bytes()


def test_an_embedded_server_that_went_to_sleep_is_woken_and_not_called_offline(rig: SyncRig) -> None:
    project = rig.client.create_project("Song")
    pid = rig.server_pid()
    os.kill(pid, signal.SIGTERM)
    until(lambda: not alive(pid), 20, "the end of the server")
    take = GrowingTake(rig.home, project.id)
    take.grow(100_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.wait_safe(take.id)
    assert rig.server_pid() != pid
    assert not [link for link in rig.links if link.online is False]


def test_a_download_goes_on_with_its_part_and_starts_over_where_that_is_none(rig: SyncRig) -> None:
    project = rig.client.create_project("Song")
    take = GrowingTake(rig.home, project.id)
    take.grow(3_000_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.wait_safe(take.id)
    data = take.path().read_bytes()
    to = rig.home.cache / "mic-1.flac"
    part = to.with_name("mic-1.flac.part")
    for ready in (data[:1_000_000], data):
        part.write_bytes(ready)
        assert rig.client.download(take.id, "mic-1.flac", to).bytes == len(data)
        assert to.read_bytes() == data
        assert not part.exists()
        to.unlink()
    part.write_bytes(b"\0" + data[1:])
    with pytest.raises(RoomtoneError) as caught:
        rig.client.download(take.id, "mic-1.flac", to)
    assert caught.value.code == "download-differs"
    assert not to.exists()
    assert rig.client.download(take.id, "mic-1.flac", to).bytes == len(data)
    with pytest.raises(RoomtoneError) as caught:
        rig.client.download(take.id, "../x", to)
    assert caught.value.code == "bad-name"


def test_two_homes_share_a_project(rig: SyncRig, server: ServerRig, tmp_path: Path) -> None:
    rig.client.join(server.user("add", "Ana")["url"])
    project = rig.client.create_project("Song")
    with SyncRig(Home(tmp_path / "other").prepare()) as other:
        other.client.join(server.user("add", "Mika", "--project", project.id)["url"])
        assert [p.id for p in other.client.list_projects()] == [project.id]
        other.client.watch(project.id)
        takes = [GrowingTake(r.home, project.id, seed=n) for n, r in enumerate((rig, other))]
        for take, one in zip(takes, (rig, other), strict=True):
            take.grow(200_000)
            take.seal()
            one.client.poke(take.folder)
            one.wait_safe(take.id)
        assert {t.id for t in rig.client.list_takes(project.id).takes} == {take.id for take in takes}
        assert server_bytes(other, takes[0]) == takes[0].path().read_bytes()
        until(lambda: {c.subject for c in other.changes} >= {takes[0].id}, 10, "the change to be told")
