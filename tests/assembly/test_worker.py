"""The render worker as a process: typed answers, errors with their reasons, and nothing half done after a kill."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.assembly.client import RenderClient
from roomtone.assembly.messages import BringIn, ExportFilm
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError, WorldError
from roomtone.foundation.paths import Home
from roomtone.foundation.workers.client import WorkerGoneError
from roomtone.takes.library import Library
from tests.assembly.samples import make_sample
from tests.rigs.processes import alive, kill, run, until
from tests.rigs.workers import end_workers, worker_pid


@pytest.fixture
def render(home: Home) -> Iterator[RenderClient]:
    """A running worker."""
    client = RenderClient.ensure(home, SystemClock())
    yield client
    client.close()
    end_workers(home)


def test_a_file_goes_through_the_worker_into_a_take(home: Home, render: RenderClient, samples: Path) -> None:
    file = make_sample(samples, "film.mp4")
    brought = render.bring_in(BringIn(str(file), "", "Song", "verse", "Ana"))
    # What has a part is named as recordings are, not by its file.
    assert brought.manifest.title == "Song – verse – Ana – take 1"
    track = Path(brought.folder) / brought.manifest.tracks[0].name
    assert render.check(brought.folder)[0].frames == brought.manifest.tracks[0].frames
    assert Path(render.draw_peaks(brought.manifest.id, str(track)).file).exists()
    loudness = render.loudness(str(track))
    assert loudness.lufs is not None
    assert home.takes in track.parents


def test_errors_come_back_with_their_reason_and_the_worker_goes_on(
    home: Home, render: RenderClient, samples: Path
) -> None:
    for attempt, code in (
        (lambda: render.bring_in(BringIn("/dev/zero")), "unreadable-file"),
        (lambda: render.check(str(home.takes / "gone")), "not-sealed"),
        (lambda: render.loudness(str(home.takes / "gone.wav")), "system"),
    ):
        with pytest.raises(WorldError) as refused:
            attempt()
        assert refused.value.code == code
        assert refused.value.remedy
    assert render.bring_in(BringIn(str(make_sample(samples, "16.wav")))).manifest.tracks


def test_what_somebody_waits_for_does_not_wait_for_a_long_film(
    home: Home, render: RenderClient, samples: Path, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=15"]
    run(["ffmpeg", "-v", "error", *picture, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", film])
    folder = render.bring_in(BringIn(str(film))).folder
    target = tmp_path / "export.mp4"
    patient = RenderClient.ensure(home, SystemClock())
    exporting = threading.Thread(target=lambda: patient.export_film(ExportFilm(folder, str(target))))
    exporting.start()
    until(lambda: any(tmp_path.glob(".export*")), 20, "the export to begin")
    sound = make_sample(samples, "song.m4a")
    assert Path(render.listening_copy("0" * 32, str(sound)).file).exists()
    assert exporting.is_alive()
    assert not target.exists()
    exporting.join()
    patient.close()
    assert target.exists()


def test_a_kill_in_the_middle_of_an_import_leaves_no_half_take(
    home: Home, render: RenderClient, tmp_path: Path
) -> None:
    file = tmp_path / "long.wav"
    soundfile.write(file, np.zeros((48_000 * 120, 2), np.int16), 48_000)
    gone: list[RoomtoneError] = []

    def bring() -> None:
        try:
            render.bring_in(BringIn(str(file)))
        except WorkerGoneError as error:
            gone.append(error)

    thread = threading.Thread(target=bring)
    thread.start()
    until(lambda: any(home.takes.glob(".incoming-*/file-1.wav")), 20, "the copy to begin")
    pid = worker_pid(home, "render")
    assert pid is not None
    kill(pid)
    thread.join(20)
    assert len(gone) == 1
    library = Library(home.library, home.takes)
    assert library.refresh() == []
    library.close()
    RenderClient.ensure(home, SystemClock()).close()
    assert list(home.takes.iterdir()) == []
    assert file.exists()


def test_the_worker_ends_by_itself_when_nobody_needs_it(home: Home) -> None:
    RenderClient.ensure(home, SystemClock()).close()
    pid = worker_pid(home, "render")
    assert pid is not None
    until(lambda: not alive(pid), 20, "the worker to end")
    assert not any(home.run.glob("render.json"))
