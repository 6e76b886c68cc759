"""The use cases one after the other, with the real workers and the practice tone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.devices.model import PRACTICE_TONE
from roomtone.foundation import settings as settings_file
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.foundation.paths import Home
from roomtone.foundation.settings import Settings
from roomtone.studio.workshop import Workshop
from roomtone.takes.documents import Source
from roomtone.takes.model import TakeState
from tests.engine.projector.film import SECONDS, write_film
from tests.rigs.processes import kill, until
from tests.rigs.workers import worker_pid
from tests.takes.making import make_take


@pytest.fixture
def workshop(place: Home) -> Iterator[Workshop]:
    """A workshop whose workers start when they are needed."""
    made = Workshop(place, SystemClock())
    yield made
    made.close()


def test_a_take_from_open_to_sealed(workshop: Workshop, place: Home) -> None:
    workshop.open_input(PRACTICE_TONE)
    rolling = workshop.start_take(" A\ttitle\x00 ", "verse")
    assert rolling.title == "A title"
    with pytest.raises(UsageError) as refused:
        workshop.star(workshop.find(rolling.id), True)
    assert refused.value.code == "still-recording"
    until(lambda: (status := workshop.engine().status()).rolling and status.rolling.frames > 48_000, 20, "some sound")
    sealed = workshop.stop_take(rolling.id)
    item = workshop.find(rolling.id)
    assert item.state is TakeState.SEALED
    assert item.source is Source.PRACTICE_TONE
    assert (item.project, item.project_title) == workshop.project()
    assert workshop.check(item)[0].frames == sealed.manifest.tracks[0].frames
    assert workshop.loudness(item)["mic-1.flac"].lufs is not None
    workshop.draw_peaks(item)
    assert any((place.cache / "peaks" / item.id).iterdir())


def test_an_overlong_title_and_part_are_cut_to_what_a_server_takes(workshop: Workshop) -> None:
    workshop.open_input(PRACTICE_TONE)
    rolling = workshop.start_take("x" * 1000, "y" * 1000)
    sealed = workshop.stop_take(rolling.id)
    assert (len(sealed.manifest.title), len(sealed.manifest.part)) == (300, 100)


def test_settings_of_two_that_run_at_once_do_not_undo_each_other(place: Home) -> None:
    window, command = Workshop(place, SystemClock()), Workshop(place, SystemClock())
    window.change(theme="dark")
    command.change(person="Ana")
    window.change(rate=96_000)
    kept = settings_file.load(place.settings)
    assert (kept.theme, kept.person, kept.rate) == ("dark", "Ana", 96_000)
    assert window.settings == kept
    window.close()
    command.close()


def test_settings_that_cannot_be_kept_hold_until_the_end_and_are_kept_later(place: Home) -> None:
    workshop = Workshop(place, SystemClock())
    place.settings.mkdir()
    assert workshop.change(theme="dark").theme == "dark"
    assert workshop.change(person="Ana").theme == "dark"
    place.settings.rmdir()
    workshop.change(rate=96_000)
    kept = settings_file.load(place.settings)
    assert (kept.theme, kept.person, kept.rate) == ("dark", "Ana", 96_000)
    workshop.close()


def test_settings_of_a_newer_version_are_not_written_over(place: Home) -> None:
    settings_file.save(place.settings, Settings(schema=2, person="Ana"))
    before = place.settings.read_bytes()
    workshop = Workshop(place, SystemClock())
    assert workshop.change(theme="dark").theme == "dark"
    assert place.settings.read_bytes() == before
    workshop.close()


def test_the_first_project_is_begun_without_a_server(place: Home) -> None:
    workshop = Workshop(place, SystemClock())
    first = workshop.project()
    assert first[1] == "First project"
    assert Workshop(place, SystemClock()).project() == first
    assert worker_pid(place, "sync") is None
    workshop.close()


@pytest.mark.parametrize("title", ["", "  ", "\n", "x" * 301])
def test_a_project_without_a_good_title_is_not_begun(place: Home, title: str) -> None:
    workshop = Workshop(place, SystemClock())
    with pytest.raises(UsageError):
        workshop.create_project(title)
    assert worker_pid(place, "sync") is None
    workshop.close()


def test_a_file_is_brought_in_again_after_the_render_worker_was_killed(
    workshop: Workshop, place: Home, tmp_path: Path
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("la la la")
    first = workshop.bring_in(str(words))
    pid = worker_pid(place, "render")
    assert pid is not None
    kill(pid)
    second = workshop.bring_in(str(words), "Again")
    assert {item.id for item in workshop.takes()} == {first.manifest.id, second.manifest.id}


def test_a_file_name_that_is_no_unicode_is_refused_with_that_reason(workshop: Workshop) -> None:
    with pytest.raises(UsageError) as refused:
        workshop.bring_in("caf\udce9.txt")
    assert "Unicode" in refused.value.detail


def test_what_has_no_sound_is_not_played(workshop: Workshop, place: Home, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("la la la")
    brought = workshop.bring_in(str(words))
    with pytest.raises(UsageError) as refused:
        workshop.playback.play(workshop.find(brought.manifest.id))
    assert refused.value.code == "no-sound"
    assert worker_pid(place, "engine") is None


def test_a_silent_film_is_played_for_who_can_see_it(workshop: Workshop, tmp_path: Path) -> None:
    brought = workshop.bring_in(str(write_film(tmp_path / "film.mp4")))
    item = workshop.find(brought.manifest.id)
    with pytest.raises(UsageError) as refused:
        workshop.playback.play(item)
    assert refused.value.code == "no-sound"
    playing = workshop.playback.play(item, 1.0, seen=True)
    assert playing.take == item.id
    assert playing.length == pytest.approx(SECONDS, abs=0.1)

    def picture() -> str:
        now = workshop.engine().status().playing
        return now.picture if now is not None else ""

    assert Path(until(picture, 20, "the picture of the film")).exists()
    workshop.engine().stop_playing()


def test_a_take_that_nobody_can_find_says_so(place: Home) -> None:
    workshop = Workshop(place, SystemClock())
    make_take(place.takes, "Song")
    with pytest.raises(RoomtoneError) as missing:
        workshop.find("Other")
    assert missing.value.code == "no-such-take"
    workshop.close()
