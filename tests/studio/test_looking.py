"""Somebody's take is looked at: what is small comes by itself, and its waveform is drawn."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roomtone.foundation.paths import Home
from roomtone.studio.snapshot import StudioState
from roomtone.studio.together_snapshot import PageView, ReviewTake
from roomtone.wire.project.items import ProjectFields, Template
from roomtone.wire.project.people import NewInvite, Role
from tests.assembly.documents import make_pdf
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome
from tests.studio.ears import Ears


@contextmanager
def _ben(ears: Ears) -> Iterator[RoomtoneHome]:
    """Begin a project; somebody comes into it by a link."""
    ears.studio.start_project("Evening choir", Template.CHOIR, ProjectFields())
    ears.wait("the project", lambda s: s.together.project.title == "Evening choir")
    ears.studio.invite(NewInvite(Role.CONTRIBUTOR, 1))
    state = ears.wait("a link", lambda s: any(one.link for one in s.together.people.invites))
    link = next(one.link for one in state.together.people.invites if one.link)
    with (
        tempfile.TemporaryDirectory(prefix="rt-") as folder,
        RoomtoneHome(Home(Path(folder)).prepare()) as ben,
    ):
        ben.run("join", link, "--name", "Ben")
        yield ben


def test_whoever_looks_at_a_small_film_or_pdf_sees_it(place: Home, tmp_path: Path) -> None:
    with Ears(place) as ears, _ben(ears) as ben:
        take = ben.run("record", "--input", "practice", "--camera", "practice", "--seconds", "1")["manifest"]["id"]
        score = ben.run("takes", "import", str(make_pdf(tmp_path / "score.pdf")))[0]["manifest"]["id"]
        ben.wait_safe()
        ben.run("takes", "submit", take)
        ben.run("takes", "submit", score)
        ears.wait("the takes", lambda s: _take(s, take) and _take(s, score))
        ears.studio.review(score)
        assert (_page(ears, score, 1).count, Path(_page(ears, score, 1).file).exists()) == (2, True)
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
    with Ears(place) as ears, _ben(ears) as ben:
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


def test_the_pages_of_a_pdf_are_drawn_as_somebody_turns_to_them(place: Home, tmp_path: Path) -> None:
    score, damaged = make_pdf(tmp_path / "score.pdf", 3, (400, 200)), tmp_path / "damaged.pdf"
    with RoomtoneHome(place) as ana:
        take = ana.run("takes", "import", str(score))[0]["manifest"]["id"]
    with Ears(place) as ears:
        ears.wait("the take", lambda s: _take(s, take))
        ears.studio.review(take)
        page = _page(ears, take, 1)
        assert (page.count, page.width, page.height, page.problem) == (3, 400, 200, None)
        assert Path(page.file).exists()
        # Of many turns in a row the last one counts.
        for number in (2, 3):
            ears.studio.turn_page(take, number)
        assert _page(ears, take, 3).file != page.file
        ears.studio.turn_page(take, 9)
        beyond = _page(ears, take, 9)
        assert beyond.problem is not None
        assert (beyond.problem.detail, beyond.count, beyond.file) == ("It has no page 9: the last one is 3", 3, "")
        ears.studio.turn_page(take, 2)
        assert _page(ears, take, 2).problem is None
        seen = _take(ears.now, take)
        assert seen is not None
        # A page that failed is tried again when somebody looks at the take again.
        damaged.write_bytes(Path(seen.file).read_bytes())
        Path(seen.file).write_bytes(b"%PDF-1.4\n")
        for file in (place.cache / "pages" / take).iterdir():
            file.unlink()
        ears.studio.turn_page(take, 1)
        assert _page(ears, take, 1).problem is not None
        Path(seen.file).write_bytes(damaged.read_bytes())
        ears.studio.review(take)
        ears.wait("page 1 again", lambda s: (one := _take(s, take)) and one.page and one.page.problem is None)


def _page(ears: Ears, take: str, number: int) -> PageView:
    """Wait for a page of a take, and return it."""

    def there(state: StudioState) -> PageView | None:
        seen = _take(state, take)
        return seen.page if seen is not None and seen.page is not None and seen.page.number == number else None

    found = there(ears.wait(f"page {number}", lambda s: (page := there(s)) and not page.turning))
    assert found is not None
    return found
