"""Somebody's take is looked at: what is small comes by itself, and its waveform is drawn."""

from __future__ import annotations

import tempfile
from pathlib import Path

from roomtone.foundation.paths import Home
from roomtone.studio.snapshot import StudioState
from roomtone.studio.together_snapshot import ReviewTake
from roomtone.wire.project.items import ProjectFields, Template
from roomtone.wire.project.people import Role
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome
from tests.studio.ears import Ears


def test_whoever_looks_at_a_small_film_sees_its_sound_and_pictures(place: Home) -> None:
    with Ears(place) as ears, tempfile.TemporaryDirectory(prefix="rt-") as folder:
        ears.studio.start_project("Evening choir", Template.CHOIR, ProjectFields())
        ears.wait("the project", lambda s: s.together.project.title == "Evening choir")
        ears.studio.invite(Role.CONTRIBUTOR, 1)
        state = ears.wait("a link", lambda s: any(one.link for one in s.together.people.invites))
        link = next(one.link for one in state.together.people.invites if one.link)
        with RoomtoneHome(Home(Path(folder)).prepare()) as ben:
            ben.run("join", link, "--name", "Ben")
            take = ben.run("record", "--input", "practice", "--camera", "practice", "--seconds", "1")["manifest"]["id"]
            ben.wait_safe()
            ben.run("takes", "submit", take)
            ears.wait("the take", lambda s: _take(s, take))
            ears.studio.review(take)
            found = ears.wait("how it looks", lambda s: (one := _take(s, take)) and one.tracks and one.filmstrip)
            seen = _take(found, take)
            assert seen is not None
            assert (seen.local, seen.mine) == (True, False)
            wave = ears.studio.waveforms.of(take, seen.tracks[0])
            assert max(wave.highs) > 1000
            assert all(Path(file).exists() for file in (seen.thumbnail, seen.filmstrip, seen.file))


def test_of_a_large_take_the_preview_is_seen_and_heard_first(place: Home, tmp_path: Path) -> None:
    noise = signals.write_wav(tmp_path / "noise.wav", signals.noise(16 * 48_000, 2), 48_000)
    with Ears(place) as ears, tempfile.TemporaryDirectory(prefix="rt-") as folder:
        ears.studio.start_project("Evening choir", Template.CHOIR, ProjectFields())
        ears.wait("the project", lambda s: s.together.project.title == "Evening choir")
        ears.studio.invite(Role.CONTRIBUTOR, 1)
        state = ears.wait("a link", lambda s: any(one.link for one in s.together.people.invites))
        link = next(one.link for one in state.together.people.invites if one.link)
        with RoomtoneHome(Home(Path(folder)).prepare()) as ben:
            ben.run("join", link, "--name", "Ben")
            take = ben.run("takes", "import", str(noise))[0]["manifest"]["id"]
            ben.wait_safe()
            ben.run("takes", "submit", take)
            ears.wait("the take", lambda s: _take(s, take))
            ears.studio.review(take)
            found = ears.wait("its preview", lambda s: (one := _take(s, take)) and one.tracks)
            seen = _take(found, take)
            assert seen is not None
            assert (seen.tracks, seen.local) == (("preview-1.ogg",), False)
            assert seen.file.endswith("preview-1.ogg")
            assert max(ears.studio.waveforms.of(take, seen.tracks[0]).highs) > 1000
            ears.studio.fetch(take)
            ears.wait("all of it", lambda s: (one := _take(s, take)) and one.local)


def _take(state: StudioState, take: str) -> ReviewTake | None:
    return next((one for one in state.together.review.takes if one.id == take), None)
