"""The pictures of a film by their time: played through, sought, damaged, and too much for the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from roomtone.engine.projector.reel import Reel
from roomtone.takes.opening import opened
from tests.engine.projector.film import FPS, SECONDS, number_in, write_film


def test_each_picture_is_shown_once_in_its_time(tmp_path: Path) -> None:
    with opened(write_film(tmp_path / "film.mp4")) as container:
        reel = Reel(container)
        seen = []
        for tick in range(SECONDS * FPS * 4):
            picture = reel.picture(tick / (FPS * 4) + 0.001)
            if picture is not None:
                seen.append((number_in(picture), tick // 4))
        assert [number for number, _ in seen] == list(range(FPS * SECONDS))
        assert all(number == time for number, time in seen)
        assert reel.due is None


@pytest.mark.parametrize("seconds", [3.5, 0.0, 1.99, 2.0, 3.97, 1.0])
def test_a_place_that_is_sought_shows_what_is_seen_there(tmp_path: Path, seconds: float) -> None:
    with opened(write_film(tmp_path / "film.mp4", key_every=40)) as container:
        reel = Reel(container)
        reel.seek(seconds)
        assert number_in(reel.picture(seconds)) == int(seconds * FPS + 1e-6)
        assert reel.picture(seconds + 0.001) is None


def test_before_the_first_picture_and_after_the_last_these_stand(tmp_path: Path) -> None:
    with opened(write_film(tmp_path / "film.mp4", late=1.0)) as container:
        reel = Reel(container)
        assert number_in(reel.picture(0.0)) == 0
        assert reel.picture(0.9) is None
        assert number_in(reel.picture(1.05)) == 1
        reel.seek(99.0)
        assert number_in(reel.picture(99.0)) == FPS * SECONDS - 1


def test_a_film_begins_where_its_sound_begins(tmp_path: Path) -> None:
    with opened(write_film(tmp_path / "film.mkv", late=1.0, sound=True)) as container:
        reel = Reel(container)
        assert number_in(reel.picture(2.02)) in (49, 50, 51)


def test_a_machine_that_is_too_slow_sees_the_whole_pictures_only_and_then_all_again(tmp_path: Path) -> None:
    with opened(write_film(tmp_path / "film.mp4", key_every=10)) as container:
        reel = Reel(container)
        reel.picture(0.0)
        # Decoding took so long that more than two seconds passed.
        assert number_in(reel.picture(2.2)) >= 20
        seen = [number_in(reel.picture(number / FPS + 0.001)) for number in range(56, 100)]
        # A decoder holds a whole picture back until the next, and had left out those between already.
        assert seen[-20:] == list(range(80, 100))


def test_pictures_that_nothing_waits_for_any_more_are_left_out(tmp_path: Path) -> None:
    with opened(write_film(tmp_path / "film.mp4", key_every=50)) as container:
        reel = Reel(container)
        reel.picture(0.0)
        # What was being decoded already is seen; the next is the whole picture at two seconds.
        assert number_in(reel.picture(1.9)) < 40
        assert number_in(reel.picture(2.01)) == 50


def test_damage_in_the_middle_costs_no_more_than_what_is_damaged(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", key_every=10)
    content = bytearray(path.read_bytes())
    # The pictures come first, their table behind them.
    middle = content.index(b"moov") // 2
    content[middle : middle + 20] = b"\xff" * 20
    path.write_bytes(content)
    with opened(path) as container:
        reel = Reel(container)
        seen = {number_in(reel.picture(number / FPS + 0.001)) for number in range(FPS * SECONDS)}
        assert {0, 10, 20} <= seen
        assert FPS * SECONDS - 1 in seen


def test_a_file_without_a_picture_is_refused(tmp_path: Path) -> None:
    import numpy as np
    import soundfile

    path = tmp_path / "sound.flac"
    soundfile.write(path, np.zeros(4800, np.float32), 48_000)
    with opened(path) as container, pytest.raises(ValueError, match="no picture"):
        Reel(container)
