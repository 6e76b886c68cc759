"""Exports have a constant rate, and everything in them is where it was, by other people's programs."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from roomtone.assembly.exporting import export_film
from roomtone.assembly.messages import ExportFilm
from roomtone.assembly.strips import draw_pictures
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from tests.assembly.films import EVENTS, SECONDS, film_take, sound_take
from tests.rigs.film import beeps_in, flashes_in, probe_film
from tests.rigs.processes import run


@pytest.mark.parametrize(("fps", "first"), [(24, 0.0), (25, 0.013), (30, 0.4), (50, 0.013), (60, 0.0)])
def test_every_rate_keeps_picture_and_sound_together(tmp_path: Path, fps: int, first: float) -> None:
    folder = film_take(tmp_path / "take", first=first, fps=29.7)
    target = tmp_path / "film.mp4"
    made = export_film(ExportFilm(str(folder), str(target), fps=fps))
    found = probe_film(target)
    assert (found.fps, found.frames) == (fps, round(SECONDS * fps))
    assert made.frames == found.frames
    run(["ffmpeg", "-v", "warning", "-xerror", "-i", target, "-f", "null", "-"])
    flashes, beeps = flashes_in(target), beeps_in(target)
    assert len(flashes) == len(beeps) == 5
    errors = np.array(flashes) - np.array(beeps)
    # A frame of the recording is nearest for half a frame of the export; frames themselves come 34 ms apart.
    assert np.abs(errors).max() < 1 / 29.7 * 1.3 + 0.5 / fps


@pytest.mark.parametrize("offset", [0.8, -1.7])
def test_the_film_of_another_take_stands_where_it_was_placed(tmp_path: Path, offset: float) -> None:
    phone = film_take(tmp_path / "phone", first=0.0, fps=30.0)
    events = [at + offset for at in EVENTS if at + offset > 0]
    song = sound_take(tmp_path / "song", events, 5.0)
    target = tmp_path / "film.mp4"
    export_film(ExportFilm(str(song), str(target), film=str(phone), offset=offset))
    found = probe_film(target)
    assert (found.fps, found.frames) == (30, 150)
    flashes, beeps = np.array(flashes_in(target)), np.array(beeps_in(target))
    heard = [at for at in events if at < 4.9]
    assert beeps == pytest.approx(heard, abs=0.01)
    # The nearest frame of a film whose frames come up to 43 ms apart, at the nearest tick.
    assert flashes == pytest.approx(heard, abs=0.065)


def test_exporting_refuses_with_the_reason_and_writes_nothing(tmp_path: Path) -> None:
    folder = film_take(tmp_path / "take", first=0.0, fps=30.0)
    there = tmp_path / "there.mp4"
    there.write_bytes(b"mine")
    for command, code in (
        (ExportFilm(str(folder), str(there)), "exists"),
        (ExportFilm(str(folder), str(tmp_path / "a.mp4"), fps=29), "bad-fps"),
        (ExportFilm(str(folder), str(tmp_path / "none" / "a.mp4")), "no-folder"),
        (ExportFilm(str(folder), str(tmp_path / "a.mp4"), track="camera-9.mp4"), "no-film"),
    ):
        with pytest.raises(UsageError) as refused:
            export_film(command)
        assert refused.value.code == code
    assert there.read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take", "there.mp4"]


def test_thumbnail_and_filmstrip_are_made_once_and_show_the_film(home: Home, tmp_path: Path) -> None:
    folder = film_take(tmp_path / "take", first=0.0, fps=30.0)
    made = draw_pictures(home, "0" * 32, folder / "camera-1.mp4")
    with av.open(made.filmstrip) as strip:
        picture = next(strip.decode(video=0))
    assert (picture.width, picture.height) == (made.tiles * made.tile_width, made.tile_height)
    with av.open(made.thumbnail) as thumbnail:
        small = next(thumbnail.decode(video=0))
    assert (small.width, small.height) == (320, 180)
    before = Path(made.filmstrip).stat().st_mtime_ns
    assert draw_pictures(home, "0" * 32, folder / "camera-1.mp4") == made
    assert Path(made.filmstrip).stat().st_mtime_ns == before
    assert draw_pictures(home, "0" * 32, folder / "mic-1.flac").thumbnail == ""
