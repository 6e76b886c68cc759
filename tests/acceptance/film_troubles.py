"""Many cameras in one take, and each of them gets into a trouble of its own at the same moment."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from roomtone.engine import messages as m
from roomtone.takes.documents import PictureGap, TrackSeal
from tests.acceptance.film_numbers import Shown, check_decodes, deviations, holes_in, shown_in
from tests.rigs.app import Listener
from tests.rigs.camera import CameraRig, Fault
from tests.rigs.processes import until

SIZE: Final = (256, 144)
OTHER_SIZE: Final = (512, 288)
FPS: Final = 15.0
# How long a trouble lasts.
TROUBLE_SECONDS: Final = 5.0
_STALL_SECONDS: Final = 3.0
# Pictures have to come well before and after it, or nothing could be said of their times.
_CALM_SECONDS: Final = 3.0
# A camera is asked again at least this often, and then has to be opened and to send a picture.
_BACK_SECONDS: Final = 12.0
# The engine marks holes of this length, see ``roomtone.engine.pictures.lane``; those around it may or may not be.
_MARKED: Final = 0.5
_SETTLING_SECONDS: Final = 0.5
_MARKED_FOR_SURE: Final = 0.6


class Trouble(StrEnum):
    """What happens to a camera."""

    PROCESS_STOPPED = "our process of it stands still"
    PROCESS_KILLED = "our process of it dies"
    STOPPED = "it stands still"
    STALLED = "it stands still, but not for so long that it is given up"
    KILLED = "it loses its power, and gets it again"
    RESIZED = "its pictures get another size"
    GARBAGE = "it sends garbage"
    ENDLESS = "it sends a picture without an end"
    TINY = "it sends pictures of 1 × 1"
    HUGE = "it sends pictures of 20,000 × 20,000"


_FAULTS: Final = {
    Trouble.GARBAGE: Fault.GARBAGE,
    Trouble.ENDLESS: Fault.ENDLESS,
    Trouble.TINY: Fault.TINY,
    Trouble.HUGE: Fault.HUGE,
}


@dataclass
class Patient:
    """A camera of the take. ``began`` and ``ended`` are when its trouble did, by ``time.monotonic``."""

    trouble: Trouble
    rig: CameraRig
    began: float = 0.0
    ended: float = 0.0
    largest: int = 0
    """The most memory that its process ever had, in bytes."""
    told: list[str] = field(default_factory=list)
    """The codes of what the engine's status said of it, in order."""

    def begin(self, engine: int) -> None:
        """Get into trouble."""
        self.began = time.monotonic()
        match self.trouble:
            case Trouble.PROCESS_STOPPED:
                self._process(engine).suspend()
            case Trouble.PROCESS_KILLED:
                self._process(engine).kill()
            case Trouble.STOPPED | Trouble.STALLED:
                self.rig.stop()
            case Trouble.KILLED:
                self.rig.kill()
            case Trouble.RESIZED:
                self.rig.resize(*OTHER_SIZE)
            case _:
                self.rig.fault(_FAULTS[self.trouble])

    def end(self, engine: int) -> None:
        """Get out of it, as far as that has to be done from outside."""
        match self.trouble:
            case Trouble.PROCESS_STOPPED:
                _stopped_child(engine).resume()
            case Trouble.STOPPED | Trouble.STALLED:
                self.rig.resume()
            case Trouble.KILLED:
                self.rig.start()
            case Trouble.PROCESS_KILLED | Trouble.RESIZED:
                # These get out of it by themselves.
                return
            case _:
                self.rig.fault(Fault.NONE)
        self.ended = time.monotonic()

    def measure(self, engine: int) -> None:
        """Look how much memory its process took at most."""
        self.largest = most_memory(self._process(engine).pid)

    def _process(self, engine: int) -> psutil.Process:
        """Return our process that is connected with the camera."""
        port = self.rig.port

        def connected(process: psutil.Process) -> bool:
            return any(port in c.raddr for c in process.net_connections("tcp"))

        return next(child for child in psutil.Process(engine).children() if connected(child))


def most_memory(pid: int) -> int:
    """Return how much memory a process ever had at once, in bytes, without what it shares with others."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    said = dict(line.split(":", 1) for line in lines)
    return (int(said["VmHWM"].split()[0]) - int(said["RssShmem"].split()[0])) << 10


def _stopped_child(engine: int) -> psutil.Process:
    children = psutil.Process(engine).children()
    return next(child for child in children if child.status() == psutil.STATUS_STOPPED)


@contextmanager
def patients(*troubles: Trouble) -> Iterator[list[Patient]]:
    """Start a camera for each trouble."""
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        rigs = [CameraRig(*SIZE, FPS, flashes=False) for _ in troubles]
        for rig in rigs:
            stack.callback(rig.end)
        list(pool.map(CameraRig.start, rigs))
        yield [Patient(trouble, rig) for trouble, rig in zip(troubles, rigs, strict=True)]


def suffer(everybody: Sequence[Patient], listener: Listener, engine: int, rate: int) -> None:
    """While a take rolls: let all troubles begin, end, and be over."""
    listener.wait_frames(int(_CALM_SECONDS * rate))
    for patient in everybody:
        patient.begin(engine)
    for seconds in (_STALL_SECONDS, TROUBLE_SECONDS):
        _wait_until(everybody[-1].began + seconds)
        for patient in everybody:
            if (patient.trouble is Trouble.STALLED) == (seconds == _STALL_SECONDS):
                patient.end(engine)

    def all_well() -> bool:
        status = listener.engine.status()
        return all(camera.trouble is None for camera in status.cameras)

    until(all_well, _BACK_SECONDS, "every picture to be back")
    levels = listener.of(m.Levels)[-1]
    listener.wait_frames(levels.frames + int(_CALM_SECONDS * rate))
    for patient in everybody:
        patient.measure(engine)
        codes = [
            camera.trouble.code
            for status in listener.of(m.Status)
            for camera in status.cameras
            if camera.source == patient.rig.url and camera.trouble is not None
        ]
        patient.told = list(dict.fromkeys(codes))


def _wait_until(moment: float) -> None:
    until(lambda: time.monotonic() > moment, TROUBLE_SECONDS + 5, "the troubles to last")


@dataclass
class Course:
    """How the trouble of one camera shows in its film, and in what the take says of it. Times are those of the film."""

    began: float
    ended: float
    holes: list[tuple[float, float]]
    gaps: list[PictureGap]
    worst: float
    """How far a picture is from where it belongs, at most, in seconds; but for those right beside a hole."""
    unknown: int
    """How many pictures have no number."""
    after: int
    """How many pictures came after the trouble."""

    def gap_errors(self) -> list[tuple[float, float]]:
        """Compare what is told of gaps with what ffmpeg shows: the errors of their places and lengths, in seconds."""
        found = []
        for at, seconds in self.holes:
            if seconds < _MARKED_FOR_SURE:
                continue
            near = min(self.gaps, key=lambda gap: abs(gap.at - at), default=None)
            found.append((near.at - at, near.seconds - seconds) if near is not None else (np.inf, np.inf))
        return found


def _around(at: float, begin: float, seconds: float) -> bool:
    """Whether a picture is right beside a hole.

    A camera may have kept one or two for so long as it stood still, and nobody can see which. When many come back at
    once on a busy machine, the first pictures of each may be late, before it is known how late.
    """
    return begin - 1.5 / FPS < at < begin + seconds + _SETTLING_SECONDS


def course_of(patient: Patient, folder: Path, track: TrackSeal) -> Course:
    """Read a film and check that it decodes without a word."""
    film = folder / track.name
    check_decodes(film)
    shown: list[Shown] = shown_in(film, OTHER_SIZE)
    line = patient.rig.timeline
    known = [one for one in shown if one.number is not None]
    zero = float(np.median([line.taken(one.number or 0) - one.at for one in known[: int(FPS)]]))
    holes = holes_in(shown, _MARKED)
    settled = [one for one in known if not any(_around(one.at, *hole) for hole in holes)]
    assert track.picture is not None
    ended = patient.ended - zero if patient.ended else 0.0
    return Course(
        patient.began - zero,
        ended,
        holes,
        track.picture.gaps,
        float(np.abs(deviations(settled, line)).max()),
        len(shown) - len(known),
        sum(one.at > max(ended, patient.began - zero) for one in shown),
    )
