"""Exports have a constant rate, and everything in them is where it was, by other people's programs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from roomtone.assembly.exporting import export_film
from roomtone.assembly.messages import ExportFilm
from roomtone.assembly.strips import draw_pictures
from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.takes.folder import Ending, Manifest, Source, TrackSeal, write_manifest
from tests.rigs.film import beeps_in, flashes_in, probe_film
from tests.rigs.processes import run

_SECONDS = 6.0
_RATE = 48_000


def _film(path: Path, flashes: list[float], *, first: float, fps: float, seed: int) -> int:
    """Write a film of variable rate whose frames are white for 100 ms from each of ``flashes`` on."""
    random = np.random.default_rng(seed)
    count = 0
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=30, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 90_000)
        at = first
        while at < _SECONDS:
            white = any(flash <= at < flash + 0.1 for flash in flashes)
            shade = 235 if white else 30 + count % 20
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), shade, np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(at * 90_000), Fraction(1, 90_000)
            film.mux(stream.encode(frame))
            count += 1
            at += (1 / fps) * random.uniform(0.7, 1.3)
        film.mux(stream.encode(None))
    return count


def _take(folder: Path, *, first: float, fps: float) -> Path:
    events = [1.25, 2.25, 3.25, 4.25, 5.25]
    folder.mkdir()
    frames = _film(folder / "camera-1.mp4", events, first=first, fps=fps, seed=2)
    time = np.arange(int(_SECONDS * _RATE)) / _RATE
    beeping = np.any([(time >= at) & (time < at + 0.05) for at in events], axis=0)
    sound = np.where(beeping, 0.4 * np.sin(2 * np.pi * 1000 * time), 0.0)
    soundfile.write(folder / "mic-1.flac", sound, _RATE, "PCM_24")
    tracks = [
        TrackSeal("mic-1.flac", "audio/flac", 1, "", rate=_RATE, channels=1, bits=24, frames=len(sound), peak=-8.0),
        TrackSeal("camera-1.mp4", "video/mp4", 1, "", frames=frames, width=320, height=180, seconds=_SECONDS),
    ]
    write_manifest(
        folder,
        Manifest(1, "0" * 32, "t", "", "", "", "", 1, "", "", Source.RECORDED, Ending.STOPPED, "", tracks),
    )
    return folder


@pytest.mark.parametrize(("fps", "first"), [(24, 0.0), (25, 0.013), (30, 0.4), (50, 0.013), (60, 0.0)])
def test_every_rate_keeps_picture_and_sound_together(tmp_path: Path, fps: int, first: float) -> None:
    folder = _take(tmp_path / "take", first=first, fps=29.7)
    target = tmp_path / "film.mp4"
    made = export_film(ExportFilm(str(folder), str(target), fps=fps))
    found = probe_film(target)
    assert (found.fps, found.frames) == (fps, round(_SECONDS * fps))
    assert made.frames == found.frames
    run(["ffmpeg", "-v", "warning", "-xerror", "-i", target, "-f", "null", "-"])
    flashes, beeps = flashes_in(target), beeps_in(target)
    assert len(flashes) == len(beeps) == 5
    errors = np.array(flashes) - np.array(beeps)
    # A frame of the recording is nearest for half a frame of the export; frames themselves come 34 ms apart.
    assert np.abs(errors).max() < 1 / 29.7 * 1.3 + 0.5 / fps


def test_exporting_refuses_with_the_reason_and_writes_nothing(tmp_path: Path) -> None:
    folder = _take(tmp_path / "take", first=0.0, fps=30.0)
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
    folder = _take(tmp_path / "take", first=0.0, fps=30.0)
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
