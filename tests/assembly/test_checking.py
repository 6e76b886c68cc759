"""Looking at takes again: what a camera filmed is counted in pictures, whatever sound lies beside them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from roomtone.assembly.checking import check_take
from roomtone.foundation.errors import WorldError
from roomtone.takes.documents import Ending, Manifest, PictureFacts, Source, TrackSeal
from roomtone.takes.folder import write_manifest
from roomtone.wire.digest import Digest

_RATE = 48_000


def _film(path: Path, pictures: int) -> None:
    """Write a film with a second of sound, as the recorder does: pictures, and the sound of the take for viewing."""
    with av.open(str(path), "w", format="mp4") as film:
        video, audio = film.add_stream("libx264", rate=30), film.add_stream("aac", rate=_RATE)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for number in range(pictures):
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), 40 + number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            film.mux(video.encode(frame))
        sound = av.AudioFrame.from_ndarray(np.zeros((1, _RATE), np.float32), format="fltp", layout="mono")
        sound.sample_rate, sound.pts, sound.time_base = _RATE, 0, Fraction(1, _RATE)
        film.mux(audio.encode(sound))
        film.mux(video.encode(None))
        film.mux(audio.encode(None))


def _take(folder: Path, pictures: int) -> Path:
    folder.mkdir()
    path = folder / "camera-1.mp4"
    _film(path, 12)
    digest = Digest()
    digest.update(path.read_bytes())
    facts = PictureFacts(pictures, 30.0)
    seal = TrackSeal(path.name, "video/mp4", path.stat().st_size, digest.text(), frames=pictures, picture=facts)
    write_manifest(
        folder,
        Manifest(1, "0" * 32, "t", "", "", "", "", 1, "", "", Source.RECORDED, Ending.STOPPED, "", [seal]),
    )
    return folder


def test_a_film_of_a_camera_is_checked_by_its_pictures(tmp_path: Path) -> None:
    assert [checked.frames for checked in check_take(_take(tmp_path / "whole", 12))] == [12]
    with pytest.raises(WorldError, match="12 of 13 frames"):
        check_take(_take(tmp_path / "short", 13))
