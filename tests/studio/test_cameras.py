"""The studio with real cameras in a real engine: the practice picture, and one at an address."""

from __future__ import annotations

from pathlib import Path

from roomtone.devices.pictures.model import PRACTICE_PICTURE
from roomtone.foundation import settings as settings_file
from roomtone.foundation.paths import Home
from roomtone.foundation.settings import CameraSetting, Settings
from roomtone.studio.preview import Preview
from roomtone.studio.snapshot import CameraView, DraftKind, StudioState
from tests.rigs.camera import CameraRig
from tests.rigs.processes import kill, until
from tests.rigs.workers import worker_pid
from tests.studio.ears import Ears


def _said(state: StudioState) -> list[str]:
    return [notice.problem.title for notice in state.notices]


def _seen(ears: Ears, source: str) -> CameraView:
    """Wait until a camera is open and shows its rate, and return it."""

    def found() -> CameraView | None:
        return next((c for c in ears.now.cameras if c.id == source and c.preview and "fps" in c.detail), None)

    ears.wait(f"pictures of {source}", lambda _: found())
    camera = found()
    assert camera is not None
    return camera


def test_opening_another_camera_takes_away_why_the_last_one_could_not_be_opened(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.open_camera("http://127.0.0.1:1/video")
        refused = "“127.0.0.1:1” could not be opened"
        ears.wait("the refusal", lambda s: refused in _said(s))
        ears.studio.open_camera(PRACTICE_PICTURE, "360p30")
        ears.wait("the practice picture alone", lambda s: bool(s.cameras) and refused not in _said(s))


def test_the_practice_picture_is_seen_and_is_for_this_time_only(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.open_camera(PRACTICE_PICTURE, "360p30")
        camera = _seen(ears, PRACTICE_PICTURE)
        assert (camera.label, camera.width, camera.height, camera.practice) == ("Practice picture", 640, 360, True)
        preview = Preview()
        until(lambda: preview.look(camera.preview), 20, "a picture")
        preview.close()
        ears.studio.close_camera(PRACTICE_PICTURE)
        ears.wait("no camera", lambda s: not s.cameras)
    assert settings_file.load(place.settings).cameras == []


def test_a_take_with_pictures_is_laid_over_the_next_one_exported_and_placed(place: Home, tmp_path: Path) -> None:
    with Ears(place) as ears:
        ears.practise()
        ears.studio.open_camera(PRACTICE_PICTURE, "360p30")
        _seen(ears, PRACTICE_PICTURE)
        rolling = ears.roll(1.5)
        shown = ears.wait("its track", lambda s: s.cameras and s.cameras[0].recording).cameras[0]
        assert "0 dropped" in shown.detail
        # A take records it: it stays, and that is said.
        ears.studio.close_camera(PRACTICE_PICTURE)
        ears.wait_notice("recording")
        ears.studio.stop()
        take = ears.wait_take(rolling.id, "its thumbnail", lambda t: t.thumbnail)
        assert take.media == "video"
        assert Path(take.thumbnail).exists()
        assert Path(take.filmstrip).exists()
        assert ears.now.ghost == take.thumbnail
        film = tmp_path / "film.mp4"
        ears.studio.export_film(take.id, str(film), 23)
        ears.wait_notice("bad-rate")
        ears.studio.export_film(take.id, str(film), 25)
        notice = ears.wait_notice("exported")
        assert notice.problem.title == f"Exported to {film}"
        assert film.stat().st_size > 10_000
        assert not any(n.problem.code == "exporting" for n in ears.now.notices)
        # Brought back in, it belongs where it came from, and can be moved by hand.
        ears.studio.align(take.id, str(film))
        ears.wait_notice("aligned")
        other = next(t for t in ears.wait("the placed take", lambda s: len(s.takes) == 2).takes if t.id != take.id)
        assert other.belongs_to == take.id
        ears.studio.nudge(other.id, 0.5)
        moved = ears.wait_take(other.id, "its new place", lambda t: t.offset == 0.5)
        assert moved.confidence == 1.0
        ears.studio.undo()
        ears.wait_take(other.id, "its old place", lambda t: t.offset == other.offset)


def test_a_camera_is_open_again_at_the_next_start_and_after_the_engine_died(place: Home) -> None:
    with CameraRig() as rig:
        with Ears(place) as ears:
            ears.studio.open_camera(rig.url)
            _seen(ears, rig.url)
            until(lambda: settings_file.load(place.settings).cameras == [CameraSetting(rig.url)], 20, "the settings")
            pid = worker_pid(place, "engine")
            assert pid is not None
            told = len(ears.states)
            kill(pid)
            ears.wait("the loss", lambda _: any(not s.cameras for s in ears.states[told:]))
            _seen(ears, rig.url)
        # The engine was idle and ends with the window; a new one knows nothing of the camera.
        pid = worker_pid(place, "engine")
        if pid is not None:
            kill(pid)
        with Ears(place) as ears:
            _seen(ears, rig.url)
            ears.studio.close_camera(rig.url)
            ears.wait("no camera", lambda s: not s.cameras)
    assert settings_file.load(place.settings).cameras == []


def test_a_camera_of_last_time_that_is_missing_is_said_once_and_still_wanted(place: Home) -> None:
    settings_file.save(place.settings, Settings(cameras=[CameraSetting("V4L2/gone", "720p30")]))
    with Ears(place) as ears:
        notice = ears.wait_notice("no-such-camera")
        assert "gone" in notice.problem.title
        ears.studio.dismiss(notice.id)
        ears.practise()
        pid = worker_pid(place, "engine")
        assert pid is not None
        told = len(ears.states)
        kill(pid)
        ears.practise()
        ears.wait("another engine", lambda _: worker_pid(place, "engine") not in (None, pid))
        # Whoever asks about another camera is answered after the missing one was tried again.
        ears.studio.open_camera("nobody else")
        ears.wait("the answer", lambda s: any("nobody else" in n.problem.title for n in s.notices))
        again = [n.problem.title for s in ears.states[told:] for n in s.notices]
        assert notice.problem.title not in again
    assert settings_file.load(place.settings).cameras == [CameraSetting("V4L2/gone", "720p30")]


def test_a_time_lapse_of_the_practice_picture_becomes_a_take_of_artwork(place: Home) -> None:
    with Ears(place) as ears:
        ears.studio.open_camera(PRACTICE_PICTURE, "360p30")
        _seen(ears, PRACTICE_PICTURE)
        ears.studio.begin_draft(DraftKind.TIME_LAPSE)
        draft = ears.wait("the draft", lambda s: s.drafts).drafts[0]
        ears.studio.lapse(draft.id, PRACTICE_PICTURE, 0.2)
        ears.wait("three pictures", lambda s: len(s.drafts[0].pictures) >= 3)
        ears.studio.lapse(draft.id, PRACTICE_PICTURE, 0)
        ears.wait("its end", lambda s: not s.drafts[0].running)
        ears.studio.snap(draft.id, PRACTICE_PICTURE)
        ears.studio.keep_draft(draft.id, "A short day")
        take = ears.wait_take(draft.id, "its thumbnail", lambda t: t.thumbnail)
        assert (take.title, take.media, take.audio) == ("A short day", "artwork", False)
        ears.wait("no draft", lambda s: not s.drafts)
        assert not any(n.problem.ours for n in ears.now.notices)
