"""Ten cameras in one take, each with a trouble of its own: the sound is unharmed, and the films tell the truth."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from roomtone.engine import messages as m
from roomtone.takes.documents import Ending, Manifest
from tests.acceptance.film_troubles import FPS, Course, Patient, Trouble, course_of, most_memory, patients, suffer
from tests.acceptance.ramp import RampSource, check_no_loss
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.jack import JackServer
from tests.rigs.processes import until

log = logging.getLogger(__name__)

# What the engine's status says of each trouble. A picture of another size is none.
_CODES = {
    Trouble.PROCESS_STOPPED: "camera-silent",
    Trouble.PROCESS_KILLED: "camera-lost",
    Trouble.STOPPED: "camera-silent",
    Trouble.STALLED: "camera-silent",
    Trouble.KILLED: "camera-gone",
    Trouble.GARBAGE: "no-pictures",
    Trouble.ENDLESS: "frame-too-large",
    Trouble.TINY: "picture-too-small",
    Trouble.HUGE: "picture-too-large",
}
_CAMERA_BYTES = 150 << 20
_ENGINE_BYTES = 320 << 20
# What was sent before a trouble may still be on its way when it begins.
_ON_ITS_WAY = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of the take."""

    manifest: Manifest
    engine_bytes: int
    patients: dict[Trouble, Patient]
    courses: dict[Trouble, Course]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Record them all, and look at every film."""
    folder: Path = tmp_path_factory.mktemp("troubles")
    home = make_home()
    try:
        with (
            JackServer() as jack,
            RampSource(jack, folder) as ramp,
            patients(*Trouble) as everybody,
            RoomtoneHome(home, jack.env()) as app,
        ):
            return _record(app, jack, ramp, everybody)
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def _record(app: RoomtoneHome, jack: JackServer, ramp: RampSource, everybody: Sequence[Patient]) -> Outcome:
    project = app.run("project", "create", "Song")
    app.start_engine()
    listener = app.listen()
    listener.engine.open_input(channels="1")
    ramp.feed_everybody()
    for patient in everybody:
        listener.engine.open_camera(patient.rig.url)
    # The rate is told once enough pictures came to know their clock.
    until(lambda: all(camera.fps for camera in listener.engine.status().cameras), 20, "all cameras to be known")
    listener.engine.start_take(m.StartTake(project=project["id"], project_title="Song", title="troubles"))
    engine = app.pid("engine")
    suffer(everybody, listener, engine, jack.rate)
    manifest = listener.engine.stop_take().manifest
    largest = most_memory(engine)
    app.wait_safe()
    take = app.takes()[0]
    courses = {
        patient.trouble: course_of(patient, take.folder, track)
        for patient, track in zip(everybody, manifest.tracks[1:], strict=True)
    }
    samples, _ = signals.read_samples(take.folder / "mic-1.flac")
    check_no_loss(manifest.dropouts, samples, jack)
    return Outcome(manifest, largest, {p.trouble: p for p in everybody}, courses)


def test_the_take_ends_as_it_should_and_memory_stays_bounded(outcome: Outcome) -> None:
    # That the sound has no hole, and that the take is safe, was checked as it ended.
    assert outcome.manifest.ending is Ending.STOPPED
    log.info("the engine took %d MiB", outcome.engine_bytes >> 20)
    assert outcome.engine_bytes < _ENGINE_BYTES


@pytest.mark.parametrize("trouble", Trouble)
def test_the_film_is_right_before_and_after_and_the_gap_between_is_told(outcome: Outcome, trouble: Trouble) -> None:
    patient, course = outcome.patients[trouble], outcome.courses[trouble]
    log.info("%s: %s; told %s; errors of gaps %s", trouble, course, patient.told, course.gap_errors())
    assert course.after > FPS
    assert course.unknown == 0
    assert course.worst < 1 / FPS
    assert all(abs(error) < 0.5 for errors in course.gap_errors() for error in errors)
    assert len(course.gaps) <= len(course.holes)
    assert patient.largest < _CAMERA_BYTES
    if trouble is Trouble.RESIZED:
        assert (patient.told, course.gaps) == ([], [])
        return
    assert _CODES[trouble] in patient.told
    if trouble is Trouble.PROCESS_STOPPED:
        # The network keeps pictures for as long as our process stands still. Those for which there is no room when it
        # goes on are missed somewhere in that time, or none are.
        assert all(course.began - 2 / FPS < gap.at < course.ended + _ON_ITS_WAY and gap.why for gap in course.gaps)
        return
    first = course.gaps[0]
    assert course.began - 2 / FPS < first.at < course.began + _ON_ITS_WAY
    assert first.why
