"""From what the workers tell to what a person reads."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from roomtone.assembly.messages import Pictures
from roomtone.devices.model import PRACTICE_TONE
from roomtone.devices.pictures.model import PictureKind
from roomtone.engine.messages import Activity, Camera, Input, Playing, Rolling, RollingPicture, Status
from roomtone.foundation.errors import Problem
from roomtone.studio import views
from roomtone.studio.lines import Line, Tone
from roomtone.studio.model import StudioModel
from roomtone.studio.snapshot import Phase, Safety
from roomtone.takes.documents import Ending, Source
from roomtone.takes.library import LibraryItem, TrackItem
from roomtone.takes.model import TakeState
from roomtone.upload import messages as sync
from roomtone.upload.states import SyncState

_INPUT = Input("ALSA/mic", "mic", 48_000, "flac", [[1], [2, 3]])
_ROLLING = Rolling("ab" * 16, "/takes/x", "Song", "2026-11-22T19:00:00+00:00", 48_000, 96_000, ["mic-1.flac"])


def _status(**more: Any) -> Status:
    return Status(more.pop("activity", Activity.LISTENING), more.pop("source", _INPUT), **more)


def _link(**more: Any) -> sync.Link:
    known: dict[str, Any] = {
        "online": True,
        "url": "",
        "embedded": True,
        "paused": False,
        "bytes_per_second": 0,
        "waiting": 0,
    }
    return sync.Link(**(known | more))


def _item(**more: Any) -> LibraryItem:
    track = TrackItem("mic-1.flac", "audio/flac", 48_000, 1, 24, 1000, 96_000, "rt1:00", -6.0, -60.0)
    known: dict[str, Any] = {
        "folder": "/takes/x",
        "id": "ab" * 16,
        "title": "Song",
        "started": "2026-11-22T19:00:00+00:00",
        "seconds": 2.0,
        "tracks": [track],
    }
    return LibraryItem(**(known | more))


def _synced(state: SyncState, **more: Any) -> sync.TakeSync:
    tracks = [sync.TrackSync("mic-1.flac", state, 50, 200)]
    return sync.TakeSync(take="ab" * 16, folder="/takes/x", state=state, live=False, tracks=tracks, **more)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (7.9, "0:07"), (60, "1:00"), (750, "12:30"), (3723, "1:02:03"), (36_000, "10:00:00")],
)
def test_durations_read_as_people_write_them(seconds: float, text: str) -> None:
    assert views.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "2 kB"), (2.5e6, "2.5 MB"), (150e6, "150 MB"), (3e12, "3.0 TB")],
)
def test_sizes_read_as_people_write_them(count: float, text: str) -> None:
    assert views.size(count) == text


def test_the_open_input_shows_its_tracks_and_whether_it_is_practice() -> None:
    shown = views.input_view(_INPUT)
    assert (shown.label, shown.tracks, shown.practice) == ("mic", ["1", "2+3"], False)
    tone = views.input_view(Input(PRACTICE_TONE, "x", 48_000, "flac", [[1]], Source.PRACTICE_TONE))
    assert (tone.label, tone.practice) == ("Practice tone", True)


def test_a_rolling_take_shows_the_latest_count_and_never_less() -> None:
    status = _status(activity=Activity.RECORDING, rolling=_ROLLING)
    later = views.rolling_view(status, 144_000, None)
    earlier = views.rolling_view(status, 0, _synced(SyncState.SENDING, safe_seconds=1.5))
    assert later is not None
    assert earlier is not None
    assert (later.seconds, later.safe_seconds) == (3.0, 0.0)
    assert (earlier.seconds, earlier.safe_seconds) == (2.0, 1.5)
    assert views.rolling_view(_status(), 5, None) is None


@pytest.mark.parametrize("state", list(SyncState))
def test_safe_is_said_only_of_what_the_server_has_checked(state: SyncState) -> None:
    shown = views.take_view(_item(), _synced(state), False)
    assert (shown.safety is Safety.SAFE) == (state is SyncState.SAFE)
    assert views.take_view(_item(), None, False).safety is Safety.ON_THIS_COMPUTER
    known = views.take_view(_item(), None, True)
    assert (known.safety, known.sent) == (Safety.SAFE, 1.0)


def test_a_take_shows_what_is_known_of_it() -> None:
    problem = Problem("quota", "No room", "full", "pay")
    shown = views.take_view(
        _item(starred=True, ending=Ending.RECOVERED), _synced(SyncState.NEEDS_YOU, problem=problem), False
    )
    assert (shown.starred, shown.recovered, shown.sent, shown.problem) == (True, True, 0.25, problem)
    assert shown.detail.startswith("0:02 · ")
    assert "kHz" not in shown.detail
    assert views.take_view(_item(state=TakeState.TRASHED), None, False).trashed
    broken = views.take_view(LibraryItem("/takes/y", title="y", problem=problem), None, False)
    assert (broken.id, broken.unreadable, broken.detail) == ("/takes/y", problem, "")


def test_a_guide_is_told_by_its_length_and_is_nothing_to_wind() -> None:
    heard = _status(activity=Activity.RECORDING, rolling=_ROLLING, playing=Playing("guide", 1.0, 90.0))
    assert views.guide_seconds(heard) == 90.0
    assert views.playing_view(heard) is None
    assert views.guide_seconds(_status(playing=Playing("ab" * 16, 1.0, 10.0))) == 0.0
    assert views.guide_seconds(None) == 0.0


def test_what_went_wrong_comes_before_what_may_be_cut_off() -> None:
    clipped = msgspec.structs.replace(_SOUND, clipped=3)
    shown = views.take_view(_item(tracks=[clipped, _FILM], dropouts=2), None, False)
    assert shown.detail.startswith("0:02 · 2 dropouts · clipped · ")


def test_only_tracks_with_sound_have_a_waveform() -> None:
    assert views.take_view(_item(tracks=[_SOUND, _FILM]), None, False).tracks == ["mic-1.flac"]
    assert views.take_view(_item(tracks=[_IMPORTED]), None, False).tracks == ["file-1.mp4"]
    film = RollingPicture("camera-1.mp4", "one", 30, 0, 0, 0, 0, "libx264")
    rolling = Rolling(**_fields(files=["mic-1.flac", "camera-1.mp4"], pictures=[film]))
    shown = views.rolling_view(_status(activity=Activity.RECORDING, rolling=rolling), 0, None)
    assert shown is not None
    assert shown.tracks == ["mic-1.flac"]


def test_a_page_is_told_as_text_and_its_revisions_are_no_tracks() -> None:
    tracks = [
        TrackItem("text-1.txt", "text/plain", 0, 0, 0, 40, 0, "rt1:00"),
        TrackItem("revisions-1.json", "application/json", 0, 0, 0, 90, 0, "rt1:00"),
    ]
    shown = views.take_view(_item(tracks=tracks), None, False)
    assert shown.detail.endswith(" · text")
    assert "tracks" not in shown.detail


def test_the_computer_line_says_when_the_disk_is_full() -> None:
    full = _status(activity=Activity.RECORDING, rolling=Rolling(**_fields(in_memory=5000)))
    rolling = views.rolling_view(full, 0, None)
    assert views.computer_line(full, rolling).tone is Tone.LOOK
    fine = _status(activity=Activity.RECORDING, rolling=_ROLLING)
    assert views.computer_line(fine, views.rolling_view(fine, 0, None)).text.endswith("0:02")
    assert views.computer_line(None, None).tone is Tone.QUIET


def _fields(**more: Any) -> dict[str, Any]:
    return {name: getattr(_ROLLING, name) for name in _ROLLING.__struct_fields__} | more


@pytest.mark.parametrize(
    ("link", "words", "tone"),
    [
        (None, "not reached yet", Tone.QUIET),
        (_link(online=None), "not reached yet", Tone.QUIET),
        (_link(paused=True), "paused", Tone.LOOK),
        (_link(online=False), "Offline", Tone.LOOK),
        (_link(waiting=3), "On the way to the project · 3", Tone.QUIET),
        (_link(), "In the project", Tone.SAFE),
    ],
)
def test_the_project_line_says_how_the_way_is(link: sync.Link | None, words: str, tone: Tone) -> None:
    line = views.project_line(link, None, None)
    assert words in line.text
    assert line.tone is tone


def test_the_project_line_is_not_green_while_a_take_needs_somebody() -> None:
    stuck = views.take_view(_item(), _synced(SyncState.NEEDS_YOU), False)
    assert views.project_line(_link(), None, None, [stuck]) == Line("Not in the project · 1", Tone.LOOK)
    safe = views.take_view(_item(), _synced(SyncState.SAFE), True)
    assert views.project_line(_link(), None, None, [safe]).tone is Tone.SAFE
    status = _status(activity=Activity.RECORDING, rolling=_ROLLING)
    synced = _synced(SyncState.NEEDS_YOU)
    assert views.project_line(_link(), views.rolling_view(status, 0, synced), synced).tone is Tone.LOOK


def test_the_project_line_knows_of_what_is_safe_before_the_server_is_asked() -> None:
    safe, waiting = views.take_view(_item(), None, True), views.take_view(_item(), None, False)
    for link in (None, _link(online=None)):
        assert views.project_line(link, None, None, [safe, safe]) == Line("In the project", Tone.SAFE)
        assert "not reached" in views.project_line(link, None, None, [safe, waiting]).text
        assert "not reached" in views.project_line(link, None, None, []).text


def test_while_recording_the_project_line_says_how_far_behind_it_is() -> None:
    status = _status(activity=Activity.RECORDING, rolling=_ROLLING)
    for safe, tone in ((1.5, Tone.SAFE), (0.0, Tone.QUIET)):
        synced = _synced(SyncState.SENDING, safe_seconds=safe)
        assert views.project_line(_link(), views.rolling_view(status, 0, synced), synced).tone is tone
    synced = _synced(SyncState.SENDING, safe_seconds=1.0)
    far = views.rolling_view(status, 48_000 * 60, synced)
    assert views.project_line(_link(), far, synced).tone is Tone.LOOK


def test_the_disk_line_warns_when_little_is_left() -> None:
    assert views.disk_line(_status(bytes_free=10**11, seconds_left=36_000.0)).text.endswith("10 h left")
    assert views.disk_line(_status(bytes_free=10**8, seconds_left=600.0)).tone is Tone.LOOK
    assert views.disk_line(None).text == ""


def test_everything_safe_is_said_of_everything_only() -> None:
    safe = views.take_view(_item(), None, True)
    local = views.take_view(_item(id="cd" * 16), None, False)
    needing = views.take_view(_item(), _synced(SyncState.NEEDS_YOU), False)
    assert views.safe_line([], None, None).tone is Tone.QUIET
    assert views.safe_line([safe], _link(), None).tone is Tone.SAFE
    assert views.safe_line([safe, local], _link(), None).tone is Tone.QUIET
    assert views.safe_line([safe, local], _link(online=False), None).tone is Tone.LOOK
    assert views.safe_line([safe, needing], _link(), None).text == "1 take needs you"
    assert views.safe_line([needing, needing], _link(), None).text == "2 takes need you"


_SOUND = TrackItem("mic-1.flac", "audio/flac", 48_000, 1, 24, 1000, 96_000, "rt1:00")
_FILM = TrackItem("camera-1.mp4", "video/mp4", 0, 0, 0, 1000, 0, "rt1:00", width=1280, height=720, fps=30.0)
_IMPORTED = TrackItem("file-1.mp4", "video/mp4", 48_000, 2, 0, 1000, 96_000, "rt1:00", width=640, height=360)
_SOUND_FILM = TrackItem("file-1.mp4", "video/mp4", 44_100, 2, 0, 1000, 96_000, "rt1:00")
_PICTURE = TrackItem("file-1.png", "image/png", 0, 0, 0, 1000, 0, "rt1:00", width=100, height=100)
_PAGES = TrackItem("file-1.pdf", "application/pdf", 0, 0, 0, 1000, 0, "rt1:00")
_ARCHIVE = TrackItem("pictures-1.zip", "application/zip", 0, 0, 0, 1000, 0, "rt1:00")
_TEXT = TrackItem("page.md", "text/markdown", 0, 0, 0, 1000, 0, "rt1:00")


@pytest.mark.parametrize(
    ("tracks", "media", "audio"),
    [
        ([_SOUND], "sound", True),
        ([_SOUND, _FILM], "video", True),
        ([_FILM], "video", False),
        ([_IMPORTED], "video", True),
        ([_SOUND_FILM], "sound", True),
        ([_PICTURE], "artwork", False),
        ([_PAGES], "artwork", False),
        # Stop-motion keeps its pictures beside the film that they became.
        ([_FILM, _ARCHIVE], "artwork", False),
        ([_FILM, _PICTURE], "artwork", False),
        ([_TEXT], "writing", False),
        ([_SOUND, _TEXT], "sound", True),
        ([], "sound", False),
    ],
)
def test_a_take_is_what_its_tracks_are(tracks: list[TrackItem], media: str, audio: bool) -> None:
    shown = views.take_view(_item(tracks=tracks), None, False)
    assert (shown.media, shown.audio) == (media, audio)


def test_a_take_that_was_placed_tells_where() -> None:
    shown = views.take_view(_item(against="cd" * 16, offset=-1.25, confidence=0.8), None, False)
    assert (shown.belongs_to, shown.offset, shown.confidence) == ("cd" * 16, -1.25, 0.8)


def test_the_size_of_a_picture_is_worth_the_room() -> None:
    assert "1280×720" in views.take_view(_item(tracks=[_SOUND, _FILM]), None, False).detail


# The model


def test_the_ghost_is_the_chosen_take_or_the_last_one_with_pictures() -> None:
    model = StudioModel()
    older, sound, newest = _item(id="0a" * 16), _item(id="0b" * 16), _item(id="0c" * 16)
    model.set_items([newest, sound, older])
    assert model.state().ghost == ""
    model.set_drawn(older.id, Pictures("/cache/older.png", "/cache/older-strip.png"))
    assert model.state().ghost == "/cache/older.png"
    model.set_drawn(newest.id, Pictures("/cache/newest.png"))
    assert model.state().ghost == "/cache/newest.png"
    model.ghost_take = older.id
    state = model.state()
    assert state.ghost == "/cache/older.png"
    assert [(take.thumbnail, take.filmstrip) for take in state.takes] == [
        ("/cache/newest.png", ""),
        ("", ""),
        ("/cache/older.png", "/cache/older-strip.png"),
    ]
    # One without pictures has no ghost, rather than that of another.
    model.ghost_take = sound.id
    assert model.state().ghost == ""


def test_the_beeps_of_the_sync_test_are_not_shown_as_playing() -> None:
    model = StudioModel()
    model.take_status(_status(playing=Playing("sync-test", 1.0, 10.0)))
    assert model.state().playing is None
    model.take_status(_status(playing=Playing("ab" * 16, 1.0, 10.0)))
    assert model.state().playing is not None


def test_an_engine_that_died_has_no_cameras() -> None:
    model = StudioModel()
    model.take_status(_status(cameras=[Camera("screen", "Screen", PictureKind.SCREEN)]))
    assert [camera.label for camera in model.state().cameras] == ["Screen"]
    model.forget_engine()
    state = model.state()
    assert (state.cameras, state.phase) == ([], Phase.STARTING)


def test_a_take_that_rolls_is_not_in_the_list_and_an_unreadable_one_is() -> None:
    model = StudioModel()
    problem = Problem("unreadable-take", "no")
    model.set_items(
        [_item(), _item(id="cd" * 16, state=TakeState.TRASHED), LibraryItem("/takes/y", title="y", problem=problem)]
    )
    model.take_status(_status(activity=Activity.RECORDING, rolling=_ROLLING))
    state = model.state()
    assert [take.id for take in state.takes] == ["/takes/y"]
    assert [take.id for take in state.trash] == ["cd" * 16]
    assert state.phase is Phase.RECORDING
    model.take_status(_status())
    assert [take.id for take in model.state().takes] == ["ab" * 16, "/takes/y"]


def test_lists_of_takes_stay_the_same_objects_until_a_take_changes() -> None:
    model = StudioModel()
    model.set_items([_item()])
    model.take_status(_status())
    before = model.state().takes
    model.take_status(_status(bytes_free=7))
    assert model.state().takes is before
    model.take_sync(_link())
    model.take_status(_status(activity=Activity.RECORDING, rolling=_ROLLING))
    rolling = model.state().takes
    model.take_status(_status(activity=Activity.RECORDING, rolling=Rolling(**_fields(frames=100_000))))
    assert model.state().takes is rolling
    model.take_status(_status())
    assert model.state().takes == before
    model.take_sync(_synced(SyncState.SAFE))
    assert model.state().takes[0].safety is Safety.SAFE


def test_notices_replace_what_says_the_same_and_the_oldest_goes_first() -> None:
    model = StudioModel()
    done: list[int] = []
    for number in range(7):
        model.add_notice(Problem(f"code-{number}", "title"), Tone.LOOK, "do", lambda: done.append(1))
    model.add_notice(Problem("code-6", "title", "newer"), Tone.LOOK, "", None)
    notices = model.state().notices
    assert [notice.problem.code for notice in notices] == [f"code-{number}" for number in range(2, 7)]
    assert notices[-1].problem.detail == "newer"
    assert set(model.actions) == {notice.id for notice in notices[:-1]}
    model.dismiss(notices[0].id)
    model.dismiss(99)
    assert len(model.state().notices) == 4
