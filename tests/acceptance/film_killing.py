"""The engine is killed while it records sound and a camera: what that costs, and what becomes of the film."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from roomtone.takes.documents import Ending
from roomtone.takes.model import Take
from tests.acceptance.film_numbers import check_decodes, shown_in
from tests.acceptance.killing import check_recovered, fingerprint
from tests.acceptance.ramp import RampSource, check_no_loss
from tests.rigs.app import Recording, RoomtoneHome, make_home
from tests.rigs.camera import CameraRig
from tests.rigs.jack import JackServer
from tests.rigs.processes import until
from tests.rigs.witness import lost_frames

log = logging.getLogger(__name__)

FILM: Final = "camera-1.mp4"
# What a kill may cost, in milliseconds.
PICTURE_MS: Final = 1000.0
SOUND_MS: Final = 250.0


@dataclass(frozen=True)
class Loss:
    """What a kill cost, in milliseconds."""

    picture: float
    sound: float


class FilmKills:
    """Takes of one home with the rig's camera and the ramp, whose engine is killed at random moments."""

    def __init__(self, app: RoomtoneHome, jack: JackServer, ramp: RampSource, rig: CameraRig, seed: str) -> None:
        self._app = app
        self._jack = jack
        self._ramp = ramp
        self._rig = rig
        self._random = Random(seed)

    def kill(self) -> Loss:
        """Record, kill the engine, and check the take that the next one recovers."""
        recording = self._record(self._random.uniform(1.0, 3.5))
        delivered = self._ramp.witness.kill(self._app.pid("engine"))
        killed = time.monotonic()
        # The command that recorded notices, starts the next engine, and that one recovers the take.
        assert recording.program.wait(60) == 1
        assert "recovered into" in recording.program.output
        take = self._app.takes()[-1]
        assert take.manifest is not None
        assert take.manifest.ending is Ending.RECOVERED
        assert [track.name for track in take.manifest.tracks] == ["mic-1.flac", FILM]
        recorded = check_recovered(take)
        check_no_loss(take.manifest.dropouts, recorded, self._jack)
        check_decodes(take.folder / FILM)
        numbers = [shown.number for shown in shown_in(take.folder / FILM)]
        assert len(numbers) == take.manifest.tracks[1].frames
        last = numbers[-1]
        assert last is not None
        self._recover_again(take)
        picture = (self._rig.timeline.latest(killed) - last) / self._rig.timeline.real_fps * 1000
        loss = Loss(picture, lost_frames(recorded, delivered) / self._jack.rate * 1000)
        log.info("engine killed after %.2f s: %s", len(recorded) / self._jack.rate, loss)
        return loss

    def last(self) -> Take:
        """Return the take that was recorded last."""
        return self._app.takes()[-1]

    def stop(self) -> Take:
        """Record a take that is stopped as it should be."""
        document = self._record(2.0).stop()
        take = self._app.takes()[-1]
        assert str(take.folder) == document["folder"]
        assert take.manifest is not None
        assert take.manifest.ending is Ending.STOPPED
        check_decodes(take.folder / FILM)
        return take

    def check_on_server(self) -> None:
        """Check that all takes are safe on the server, each as it is here."""
        self._app.wait_safe()
        for take in self._app.takes():
            assert take.manifest is not None
            for track in take.manifest.tracks:
                assert self._app.on_server(take, track.name) == (take.folder / track.name).read_bytes()

    def _record(self, seconds: float) -> Recording:
        recording = self._app.record("--channels", "1", "--camera", self._rig.url)
        self._ramp.feed_everybody()
        # The film comes to the disk with its first whole part, and some of it shall be on the server as well.
        until(lambda: _film_sent(recording) > 0, 30, "the first of the film to be on the server")
        frames = recording.events("levels")[-1]["frames"]
        recording.wait_seconds(frames / self._jack.rate + seconds)
        return recording

    def _recover_again(self, take: Take) -> None:
        before = fingerprint(take.folder)
        self._app.kill("engine")
        assert self._app.run("takes", "recover") == {"recovered": [], "left": []}
        assert fingerprint(take.folder) == before, "the second recovery changed something"


@contextmanager
def film_kills(jack: JackServer, folder: Path, seed: str = "film") -> Iterator[FilmKills]:
    """Give a home with a camera and the ramp; ``folder`` is for the rig's own files."""
    home = make_home()
    try:
        with (
            RampSource(jack, folder) as ramp,
            CameraRig(640, 360) as rig,
            RoomtoneHome(home, jack.env()) as app,
        ):
            yield FilmKills(app, jack, ramp, rig, seed)
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def _film_sent(recording: Recording) -> int:
    takes: list[dict[str, Any]] = [e for e in recording.sync_events() if e["take"] == recording.rolling["id"]]
    tracks = takes[-1]["tracks"] if takes else []
    return max((track["sent"] for track in tracks if track["name"] == FILM), default=0)
