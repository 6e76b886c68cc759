"""Previews: small, in time with the take, and whole or not at all."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from roomtone.assembly.media import UnreadableFileError
from roomtone.assembly.previewing import make_preview
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Ending, Manifest, Source, TrackSeal
from roomtone.takes.folder import write_manifest
from roomtone.wire.previews import FILM, PICTURE, SMALL_BYTES, SOUND
from tests.assembly.documents import make_pdf
from tests.assembly.films import SECONDS, film_take
from tests.rigs.film import beeps_in, flashes_in, probe_film

_LARGE = SMALL_BYTES + 1
_RATE = 44_100


def _take(folder: Path, *tracks: TrackSeal) -> Path:
    folder.mkdir(exist_ok=True)
    write_manifest(
        folder,
        Manifest(1, "1" * 32, "t", "", "", "", "", 1, "", "", Source.RECORDED, Ending.STOPPED, "", list(tracks)),
    )
    return folder


def test_a_film_becomes_a_small_one_with_its_sound_in_time(home: Home, tmp_path: Path) -> None:
    folder = film_take(tmp_path / "take", first=0.013, fps=29.7, size=_LARGE)
    made = Path(make_preview(home, folder).file)
    assert (made.name, made.parent) == (FILM, home.previews / ("0" * 32))
    found = probe_film(made)
    assert (found.fps, found.frames) == (15, round(SECONDS * 15))
    errors = np.array(flashes_in(made)) - np.array(beeps_in(made))
    assert len(errors) == 5
    assert np.abs(errors).max() < 1 / 29.7 * 1.3 + 0.5 / 15
    assert make_preview(home, folder).file == str(made)


def test_several_tracks_of_sound_become_one_that_everybody_can_play(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "take"
    folder.mkdir()
    time = np.arange(3 * _RATE) / _RATE
    for number, at in ((1, 0.5), (2, 2.0)):
        beep = np.where((time >= at) & (time < at + 0.05), 0.4 * np.sin(2 * np.pi * 1000 * time), 0.0)
        soundfile.write(folder / f"mic-{number}.flac", beep, _RATE, "PCM_24")
    tracks = [
        TrackSeal(f"mic-{n}.flac", "audio/flac", _LARGE, "", rate=_RATE, channels=1, bits=24, frames=3 * _RATE, peak=-8)
        for n in (1, 2)
    ]
    made = Path(make_preview(home, _take(folder, *tracks)).file)
    assert made.name == SOUND
    assert beeps_in(made) == pytest.approx([0.5, 2.0], abs=0.02)
    with av.open(str(made)) as file:
        assert file.streams.audio[0].codec_context.name == "opus"
        assert (file.duration or 0) / av.time_base == pytest.approx(3.0, abs=0.05)
    assert made.stat().st_size < 40_000


def test_pictures_and_pages_become_a_picture(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "take"
    folder.mkdir()
    with av.open(str(folder / "file-1.png"), "w", format="image2") as file:
        stream = file.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 3000, 1500, "rgb24"
        noise = np.random.default_rng(1).integers(0, 255, (1500, 3000, 3), np.uint8)
        file.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        file.mux(stream.encode(None))
    track = TrackSeal("file-1.png", "image/png", _LARGE, "", width=3000, height=1500)
    made = Path(make_preview(home, _take(folder, track)).file)
    assert made.name == PICTURE
    assert _size(made) == (1280, 640)
    pages = tmp_path / "pages"
    pages.mkdir()
    make_pdf(pages / "file-1.pdf")
    made.unlink()
    made = Path(make_preview(home, _take(pages, TrackSeal("file-1.pdf", "application/pdf", _LARGE, ""))).file)
    assert (made.name, max(_size(made))) == (PICTURE, 1280)
    assert [path.name for path in made.parent.iterdir()] == [PICTURE]


def test_what_is_small_is_its_own_preview_and_a_page_of_writing_needs_none(home: Home, tmp_path: Path) -> None:
    assert make_preview(home, film_take(tmp_path / "film", first=0.0, fps=30.0)).file == ""
    text = _take(tmp_path / "text", TrackSeal("text-1.txt", "text/plain", _LARGE, ""))
    assert make_preview(home, text).file == ""
    assert list(home.previews.iterdir()) == []


def test_a_damaged_take_leaves_nothing_behind(home: Home, tmp_path: Path) -> None:
    folder = film_take(tmp_path / "take", first=0.0, fps=30.0, size=_LARGE)
    (folder / "camera-1.mp4").write_bytes(b"not a film at all")
    with pytest.raises(UnreadableFileError):
        make_preview(home, folder)
    assert list(home.previews.iterdir()) == []


def _size(picture: Path) -> tuple[int, int]:
    with av.open(str(picture)) as file:
        frame = next(file.decode(video=0))
    return frame.width, frame.height
