"""Kills, power cuts and full disks: nothing that was acknowledged is ever lost."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from roomtone.wire.digest import digest_of
from tests.rigs.disks import PowerCutDisk, SmallDisk
from tests.rigs.processes import until
from tests.server.rig import Client, Keeping, RunningServer, checksum


def content(size: int, seed: int) -> bytes:
    """Return bytes that are the same for a seed and differ everywhere."""
    return random.Random(seed).randbytes(size)


class Feeder:
    """Appends one upload piece by piece from a thread, and remembers what was acknowledged."""

    def __init__(self, client: Client, path: str, body: bytes, piece: int, *, checked: bool) -> None:
        self._client = client
        self._path = path
        self._body = body
        self._piece = piece
        self._checked = checked
        self._ended = threading.Event()
        self.acknowledged = 0
        self._thread = threading.Thread(target=self._feed, name="feeder")

    def _feed(self) -> None:
        offset = self.acknowledged
        while offset < len(self._body) and not self._ended.is_set():
            piece = self._body[offset : offset + self._piece]
            try:
                answer = self._client.append(self._path, offset, piece, [checksum(piece)] if self._checked else [])
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 204, answer.body
            offset = self.acknowledged = answer.offset

    def wait_for(self, size: int) -> None:
        """Wait until so many bytes were acknowledged."""
        until(lambda: self.acknowledged >= size, 60, f"{size} acknowledged bytes")

    @contextmanager
    def feeding(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._thread.join()


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_server_has_every_acknowledged_byte(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    body = content(24_000_000, seed)
    with RunningServer(tmp_path) as server:
        client = server.client()
        take, track = client.track()
        path = client.upload(None, {"take": take, "track": track})
        feeder = Feeder(client, path, body, chance.choice([65_536, 300_000, 2_000_000]), checked=seed % 2 == 0)
        moment = chance.randrange(0, 12_000_000)
        with feeder.feeding():
            feeder.wait_for(moment)
            server.kill()
        server.start()
        offset = client.look(path).offset
        assert offset >= feeder.acknowledged
        while offset < len(body):
            offset = client.append(path, offset, body[offset : offset + 4_000_000]).offset
        assert client.seal(take, track, len(body), digest_of(body)).status == 200
        stored = client.get(f"/api/takes/{take}/tracks/{track}").body
        assert hashlib.sha256(stored).digest() == hashlib.sha256(body).digest()
        assert server.command("check", "--deep")["faults"] == []


@pytest.mark.parametrize("checked", [False, True])
def test_another_machine_has_every_acknowledged_byte(tmp_path: Path, kept_outside: Keeping, checked: bool) -> None:
    """With a database and an object store, nothing depends on the machine whose server was killed."""
    body = content(20_000_000, int(checked))
    with RunningServer(tmp_path / "one", keeping=kept_outside) as server:
        client = server.client()
        take, track = client.track()
        path = client.upload(None, {"take": take, "track": track})
        feeder = Feeder(client, path, body, 150_000, checked=checked)
        with feeder.feeding():
            # Behind a whole piece, in the midst of the small ones that follow.
            feeder.wait_for(9_500_000)
            server.kill()
    shutil.rmtree(tmp_path / "one")
    with RunningServer(tmp_path / "two", keeping=kept_outside) as another:
        client = another.client()
        offset = client.look(path).offset
        # One append may have been stored whose answer was lost with the server.
        assert offset in (feeder.acknowledged, feeder.acknowledged + 150_000)
        while offset < len(body):
            offset = client.append(path, offset, body[offset : offset + 4_000_000]).offset
        whole = b"HEAD" + body[4:]
        assert client.seal(take, track, len(whole), digest_of(whole), [(0, b"HEAD")]).status == 200
        assert client.get(f"/api/takes/{take}/tracks/{track}").body == whole
        part = client.get(f"/api/takes/{take}/tracks/{track}", [("Range", "bytes=8388600-8388619")])
        assert (part.status, part.body) == (206, whole[8_388_600:8_388_620])
        found = another.command("check", "--deep")
        assert (found["faults"], found["tracks"], found["unfinished"]) == ([], 1, 0)
        told = another.program.output
    # What it says never holds the keys to either.
    secrets = ["secret-of-the-rig", *kept_outside.environment.values()]
    assert not [secret for secret in secrets if secret in told and secret != "us-east-1"]
    logged = "".join(path.read_text() for path in (tmp_path / "two" / "logs").rglob("*") if path.is_file())
    assert "secret-of-the-rig" not in logged


def test_a_server_killed_while_sealing_ends_right(tmp_path: Path, keeping: Keeping) -> None:
    """The seal is asked for and the server killed at once, so that it dies at various places of it."""
    with RunningServer(tmp_path, keeping=keeping) as server:
        client = server.client()
        for attempt in range(6):
            body = content(400_000, attempt)
            take, track = client.track()
            path = client.upload(None, {"take": take, "track": track})
            client.append(path, 0, body)
            whole = b"HEAD" + body[4:]
            told = threading.Thread(target=_ignoring, args=(client, take, track, whole), name="sealer")
            told.start()
            pause = threading.Event()
            pause.wait(attempt * 0.002)
            server.kill()
            told.join()
            server.start()
            assert client.look(path).offset == len(whole)
            assert client.seal(take, track, len(whole), digest_of(whole), [(0, b"HEAD")]).status == 200
            assert client.get(f"/api/takes/{take}/tracks/{track}").body == whole
        assert server.command("check", "--deep")["faults"] == []


def _ignoring(client: Client, take: str, track: str, whole: bytes) -> None:
    try:
        client.seal(take, track, len(whole), digest_of(whole), [(0, b"HEAD")])
    except (OSError, http.client.HTTPException):
        return


def test_a_power_cut_at_any_moment_loses_no_acknowledged_byte(tmp_path: Path) -> None:
    body = content(30_000_000, 99)
    sealed = content(700_000, 98)
    with PowerCutDisk() as disk, RunningServer(tmp_path, disk.path / "server") as server:
        client = server.client()
        take, track = client.track()
        path = client.upload(None, {"take": take, "track": track})
        before = client.track()
        client.append(client.upload(None, {"take": before[0], "track": before[1]}), 0, sealed)
        seal = client.seal(*before, len(sealed), digest_of(sealed), [(3, sealed[3:9])])
        assert seal.status == 200
        feeder = Feeder(client, path, body, 65_536, checked=True)
        cuts: list[tuple[int, Path]] = []
        with feeder.feeding():
            for number in range(10):
                moment = number * 1_500_000 + random.Random(number).randrange(1, 400_000)
                feeder.wait_for(moment)
                # What was acknowledged before the copy began has to be in it.
                acknowledged = feeder.acknowledged
                cuts.append((acknowledged, disk.cut()))
        assert server.stop() == 0
        for acknowledged, cut in cuts:
            with disk.after(cut) as folder, RunningServer(tmp_path, folder / "server") as survivor:
                restarted = survivor.client()
                offset = restarted.look(path).offset
                assert offset >= acknowledged
                assert restarted.get(f"/api/takes/{before[0]}/tracks/{before[1]}").body == sealed
                assert restarted.seal(take, track, offset, digest_of(body[:offset])).status == 200
                assert restarted.get(f"/api/takes/{take}/tracks/{track}").body == body[:offset]
                assert survivor.command("check", "--deep")["faults"] == []


def test_a_full_disk_keeps_what_was_acknowledged_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    body = os.urandom(6_000_000)
    with SmallDisk(16) as disk, RunningServer(tmp_path, disk.path / "server") as server:
        client = server.client()
        take, track = client.track()
        path = client.upload(len(body), {"take": take, "track": track})
        assert client.append(path, 0, body[:2_000_000]).status == 204
        disk.fill(leave=1_000_000)
        refused = client.append(path, 2_000_000, body[2_000_000:])
        assert (refused.status, refused.code) == (507, "disk-full")
        assert client.look(path).offset == 2_000_000
        disk.fill()
        assert client.look(path).offset == 2_000_000
        assert client.append(path, 2_000_000, body[2_000_000:]).code == "disk-full"
        disk.make_room()
        assert client.append(path, 2_000_000, body[2_000_000:]).offset == len(body)
        assert client.seal(take, track, len(body), digest_of(body)).status == 200
        assert client.get(f"/api/takes/{take}/tracks/{track}").body == body
        assert server.stop() == 0
