"""Which film is seen with a take."""

from __future__ import annotations

import pytest

from roomtone.assembly.messages import ExportFilm
from roomtone.studio.model import StudioModel
from roomtone.studio.placed import export_of, film_of, shown
from roomtone.takes.library import LibraryItem, TrackItem
from roomtone.takes.model import TakeState

_SOUND = TrackItem("mic-1.flac", "audio/flac", 48_000, 1, 24, 1000, 48_000, "")
_FILM = TrackItem("camera-1.mp4", "video/mp4", 0, 0, 0, 1000, 60, "", width=1280, height=720)
SONG = LibraryItem("/takes/song", "s", "Song", tracks=[_SOUND])
PHONE = LibraryItem("/takes/phone", "p", "Phone", tracks=[_FILM], against="s", offset=1.5, confidence=0.6)
OTHER = LibraryItem("/takes/other", "o", "Other", tracks=[_FILM], against="s", offset=-0.5, confidence=0.9)
RECORDER = LibraryItem("/takes/recorder", "r", "Recorder", tracks=[_SOUND], against="s", confidence=1.0)
TRASHED = LibraryItem("/takes/bad", "b", "Bad", tracks=[_FILM], against="s", confidence=1.0, state=TakeState.TRASHED)


def test_a_take_with_a_film_of_its_own_is_seen_with_that() -> None:
    both = LibraryItem("/takes/both", "s", "Both", tracks=[_SOUND, _FILM])
    film = film_of(both, lambda: [PHONE])
    assert shown(film) == ("/takes/both/camera-1.mp4", 0.0)
    command = ExportFilm(both.folder, "/film.mp4")
    assert export_of(both, lambda: [PHONE], command) == command


def test_of_several_that_were_placed_the_surest_is_seen() -> None:
    everything = [SONG, TRASHED, RECORDER, PHONE, OTHER]
    assert shown(film_of(SONG, lambda: everything)) == ("/takes/other/camera-1.mp4", -0.5)
    command = export_of(SONG, lambda: everything, ExportFilm(SONG.folder, "/film.mp4"))
    assert (command.folder, command.film, command.offset) == ("/takes/song", "/takes/other", -0.5)


def test_without_any_it_is_only_heard() -> None:
    assert film_of(SONG, lambda: [SONG, TRASHED, RECORDER]) is None
    assert shown(None) == ("", 0.0)


@pytest.mark.parametrize(("others", "filmed"), [([PHONE], True), ([TRASHED], False), ([RECORDER], False)])
def test_the_list_says_which_takes_can_become_films(others: list[LibraryItem], filmed: bool) -> None:
    model = StudioModel()
    model.set_items([SONG, *others])
    state = model.state()
    assert next(take.filmed for take in state.takes if take.id == "s") is filmed
