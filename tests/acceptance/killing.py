"""One process of a home after the other is killed in the middle of a take."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Final

from roomtone.takes.documents import Ending
from roomtone.takes.model import Take, TakeState
from tests.acceptance.ramp import RampSource, check_no_loss
from tests.rigs import signals
from tests.rigs.app import Recording, RoomtoneHome, make_home
from tests.rigs.jack import JackServer
from tests.rigs.processes import run, until
from tests.rigs.witness import lost_frames

log = logging.getLogger(__name__)

# How many milliseconds a killed engine may lose of each format.
FORMATS: Final = {"flac": 100.0, "wav": 30.0, "wav-float": 30.0}
VICTIMS: Final = ("engine-flac", "engine-wav", "client", "sync", "server")
_AT_ONCE: Final = 3


class Kills:
    """Takes of one home, recorded from a ramp, each with a victim."""

    def __init__(self, app: RoomtoneHome, jack: JackServer, ramp: RampSource, seed: str) -> None:
        self._app = app
        self._jack = jack
        self._random = Random(seed)
        self._ramp = ramp

    def kill(self, victim: str) -> float:
        """Record one take and kill ``victim`` meanwhile; return how many milliseconds of sound that cost."""
        match victim:
            case "engine-flac" | "engine-wav":
                return self.engine(victim.removeprefix("engine-"))
            case "client":
                self.client()
            case _:
                self.other(victim)
        return 0.0

    def engine(self, form: str) -> float:
        """Kill the engine; return how many milliseconds of sound are not in the recovered take."""
        recording = self._record(form)
        until(lambda: _sent(recording) > 0, 20, "the first bytes to be on the server")
        upload = self._upload(recording)
        delivered = self._ramp.witness.kill(self._app.pid("engine"))
        # The command that recorded notices, starts the next engine, and that one recovers the take.
        assert recording.program.wait(60) == 1
        assert "recovered into" in recording.program.output
        take = self._app.takes()[-1]
        assert take.manifest is not None
        assert take.manifest.ending is Ending.RECOVERED
        recorded = check_recovered(take)
        check_no_loss(take.manifest.dropouts, recorded, self._jack)
        assert self._upload(recording) == upload, "the upload was begun again"
        self._recover_again(take)
        lost = lost_frames(recorded, delivered) / self._jack.rate * 1000
        log.info("engine killed after %.2f s (%s): %.1f ms lost", len(recorded) / self._jack.rate, form, lost)
        return lost

    def client(self) -> None:
        """Kill the command that records; another one finds the take rolling, with the right time, and stops it."""
        recording = self._record("flac")
        self._ramp.witness.kill(recording.pid)
        assert recording.program.wait() == -9
        window = self._app.listen()
        status = window.engine.status()
        assert status.rolling is not None
        assert status.rolling.id == recording.rolling["id"]
        heard = recording.events("levels")[-1]["frames"]
        assert status.rolling.frames >= heard
        window.wait_frames(heard + self._jack.rate)
        delivered = self._ramp.witness.delivered()
        window.engine.stop_take(status.rolling.id)
        window.close()
        samples = self._whole(self._app.takes()[-1])
        # What was delivered before Stop was pressed is in it, and a little more.
        assert lost_frames(samples, delivered) == 0 or lost_frames(samples, delivered) > signals.FULL_SCALE

    def other(self, worker: str) -> None:
        """Kill the sync worker or the server; the take goes on without a missing sample."""
        recording = self._record("flac")
        until(lambda: _sent(recording) > 0, 20, "the first bytes to be on the server")
        self._ramp.witness.kill(self._app.pid(worker))
        recording.wait_seconds(recording.events("levels")[-1]["frames"] / self._jack.rate + 1.0)
        recording.stop()
        self._whole(self._app.takes()[-1])

    def check_takes_on_server(self, count: int) -> None:
        """Check that there are ``count`` takes, all safe on the server, each as it is here."""
        self._app.wait_safe()
        takes = self._app.takes()
        assert len(takes) == count
        for take in takes:
            assert take.manifest is not None
            for track in take.manifest.tracks:
                assert self._app.on_server(take, track.name) == (take.folder / track.name).read_bytes()

    def _record(self, form: str) -> Recording:
        recording = self._app.record("--channels", "1", "--format", form)
        self._ramp.feed_everybody()
        # The moment of the crash is what is random here.
        recording.wait_seconds(self._random.uniform(1.0, 2.5))
        return recording

    def _whole(self, take: Take) -> signals.Samples:
        """Check that nothing is missing in a take whose recorder lived, and return its samples."""
        assert take.manifest is not None
        assert take.manifest.ending is Ending.STOPPED
        samples, _ = signals.read_samples(take.folder / take.manifest.tracks[0].name)
        check_no_loss(take.manifest.dropouts, samples, self._jack)
        return samples

    def _upload(self, recording: Recording) -> list[str]:
        record = (self._app.home.sync / f"{recording.rolling['id']}.json").read_text()
        return re.findall(r"/api/uploads/[0-9a-f]+", record)

    def _recover_again(self, take: Take) -> None:
        before = fingerprint(take.folder)
        self._app.kill("engine")
        assert self._app.run("takes", "recover") == {"recovered": [], "left": []}
        assert fingerprint(take.folder) == before, "the second recovery changed something"


def kill_all(jack: JackServer, folder: Path, times: int, seed: str = "") -> dict[str, list[float]]:
    """Kill every process ``times`` times, in homes of their own at the same time; check every take.

    Returns the milliseconds that each kill cost, by victim.
    """
    lost: dict[str, list[float]] = {}

    def in_a_home(victim: str, ramp: RampSource) -> None:
        home = make_home()
        try:
            with RoomtoneHome(home, jack.env()) as app:
                kills = Kills(app, jack, ramp, f"{victim}{seed}")
                lost[victim] = [kills.kill(victim) for _ in range(times)]
                kills.check_takes_on_server(times)
        finally:
            shutil.rmtree(home.socket_folder(), ignore_errors=True)
            shutil.rmtree(home.root)

    with RampSource(jack, folder) as ramp, ThreadPoolExecutor(_AT_ONCE) as pool:
        for done in [pool.submit(in_a_home, victim, ramp) for victim in VICTIMS]:
            done.result()
    return lost


def check_recovered(take: Take) -> signals.Samples:
    """Check a recovered take of one track with other people's programs, and return its samples."""
    assert take.state is TakeState.SEALED
    assert take.manifest is not None
    track = take.manifest.tracks[0]
    path = take.folder / track.name
    if path.suffix == ".flac":
        run(["flac", "-t", "-s", path])
    probe: list[str | Path] = ["ffprobe", "-v", "error", "-show_entries", "stream=duration", "-of", "csv=p=0", path]
    assert abs(float(run(probe)) - track.frames / track.rate) < 1e-4
    samples, rate = signals.read_samples(path)
    assert (len(samples), rate) == (track.frames, track.rate)
    return samples


def fingerprint(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _sent(recording: Recording) -> int:
    takes = [e for e in recording.sync_events() if e["take"] == recording.rolling["id"]]
    return min((track["sent"] for track in takes[-1]["tracks"]), default=0) if takes else 0
