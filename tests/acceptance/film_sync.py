"""Picture against sound: the network camera flashes and the JACK input beeps at the same moments.

``python -m tests.acceptance.film_sync [SECONDS]`` records so long (10 minutes by default) from a camera whose clock is
200 ppm fast and whose delivery jitters by up to 80 ms, and prints the errors of the recording and of its export, as
ffmpeg decodes them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.beeper import Beeper
from tests.rigs.camera import CameraRig
from tests.rigs.film import beeps_in, flashes_in
from tests.rigs.jack import JackServer

FPS: Final = 30.0
PPM: Final = 200.0
JITTER: Final = 0.08
_INPUTS: Final = "^PortAudio[^:]*:in_"

Times = NDArray[np.float64]


class Errors:
    """How much later the picture of each event is than its sound, in milliseconds."""

    def __init__(self, flashes: Times, late: Times) -> None:
        """Each event flashes at one of these seconds, so many seconds later than it beeps."""
        self.flashes = flashes
        self.late = late
        self.events = len(late)
        self.mean = float(late.mean()) * 1000
        self.worst = float(np.abs(late).max()) * 1000
        self.slope = float(np.polyfit(flashes, late, 1)[0]) * 600 * 1000

    def __str__(self) -> str:
        return (
            f"{self.events} events: mean {self.mean:+.2f} ms, worst {self.worst:.2f} ms, "
            f"slope {self.slope:+.2f} ms in 10 min"
        )

    def by_minute(self) -> list[tuple[float, float]]:
        """Return the mean and the largest of each minute's errors, in milliseconds."""
        minutes = (self.flashes // 60).astype(int)
        found = [self.late[minutes == minute] * 1000 for minute in np.unique(minutes)]
        return [(float(late.mean()), float(np.abs(late).max())) for late in found]


def errors_in(film: Path) -> Errors:
    """Compare every flash of a film with its beep."""
    flashes, beeps = np.array(flashes_in(film)), np.array(beeps_in(film))
    assert len(flashes)
    assert len(beeps)
    nearest = beeps[np.abs(beeps[None, :] - flashes[:, None]).argmin(axis=1)]
    paired = np.abs(nearest - flashes) < 0.4
    return Errors(flashes[paired], (flashes - nearest)[paired])


@dataclass(frozen=True)
class Filmed:
    """What became of a recording: the command's last document, and the errors of both films."""

    document: dict[str, Any]
    recorded: Errors
    exported: Errors


def film(jack: JackServer, folder: Path, seconds: float, size: tuple[int, int] = (1280, 720)) -> Filmed:
    """Record flashes and beeps for ``seconds``, export them, and compare."""
    home = make_home()
    try:
        with (
            CameraRig(*size, FPS, ppm=PPM, jitter=JITTER) as rig,
            Beeper(jack) as beeper,
            RoomtoneHome(home, jack.env()) as app,
        ):
            recording = app.record("--camera", rig.url, "--channels", "1", "--seconds", str(seconds))
            beeper.lead_into(jack.ports(_INPUTS))
            now = time.monotonic()
            beeper.beep_at(rig.flash_times(now + 0.5, now + seconds))
            document = recording.result(seconds + 120)
            exported = folder / "export.mp4"
            app.run("takes", "export", document["manifest"]["id"], str(exported), "--fps", "30", seconds=seconds + 120)
            track = next(path for path in document["paths"] if path.endswith(".mp4"))
            return Filmed(document, errors_in(Path(track)), errors_in(exported))
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def main() -> int:
    """Print the figures of one long recording."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    with JackServer() as jack, tempfile.TemporaryDirectory() as folder:
        filmed = film(jack, Path(folder), seconds)
        late = jack.late()
    manifest = filmed.document["manifest"]
    sys.stdout.write(f"recording: {filmed.recorded}\nexport:    {filmed.exported}\n")
    minutes = ", ".join(f"{mean:+.1f} ({worst:.1f})" for mean, worst in filmed.recorded.by_minute())
    sys.stdout.write(f"recording by the minute: mean (worst) {minutes} ms\n")
    for track in manifest["tracks"]:
        if track.get("picture"):
            sys.stdout.write(f"{track['name']}: {track['picture']}\n")
    sys.stdout.write(f"the rig was late {len(late)} times\n")
    sys.stdout.write(f"dropouts: {manifest['dropouts']}\nstop to safe: {filmed.document['stop_to_safe_ms']} ms\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
