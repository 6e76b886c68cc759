"""What is seen of take folders, and how cheaply."""

from __future__ import annotations

import shutil

import pytest

from roomtone.foundation.errors import UsageError
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Trashed
from roomtone.takes.folder import JOURNAL
from roomtone.takes.journal import append_entry
from roomtone.upload.account import account_file, load, read_link, remove, save
from roomtone.upload.core_events import Grown, TakeGrew, TakeRecord, TakeSealed, TrackRecord
from roomtone.upload.local import QUIET_AFTER, SCAN_SECONDS, STALE_AFTER, LocalTakes, about, in_trash
from roomtone.upload.progress import Progress
from roomtone.upload.records import HERE, Records
from tests.upload.growing import GrowingTake

PROJECT = "ab" * 16


def _look(local: LocalTakes, now: float) -> list[TakeGrew | TakeSealed]:
    return local.look(now)[1]


def test_a_take_is_found_followed_and_seen_to_end(home: Home) -> None:
    local = LocalTakes(home.takes, set())
    assert local.look(0.0) == ([], [])
    take = GrowingTake(home, PROJECT)
    take.grow(100, 48)
    fresh, events = local.look(SCAN_SECONDS)
    assert [entry.take.id for entry in fresh] == [take.id]
    assert events == [TakeGrew(take.id, {"mic-1.flac": Grown(100)})]
    assert _look(local, SCAN_SECONDS + 0.06) == []
    take.grow(50, 48)
    assert _look(local, SCAN_SECONDS + 0.12) == [TakeGrew(take.id, {"mic-1.flac": Grown(150)})]
    manifest = take.seal()
    (sealed,) = _look(local, SCAN_SECONDS + 0.18)
    assert isinstance(sealed, TakeSealed)
    assert sealed.tracks["mic-1.flac"].digest == manifest.tracks[0].digest
    assert sealed.manifest["title"] == manifest.title
    assert local.entries[take.id].progress["mic-1.flac"].frames_in(150) == 96


def test_a_poke_does_not_wait_for_the_next_look_around(home: Home) -> None:
    local = LocalTakes(home.takes, set())
    local.look(0.0)
    take = GrowingTake(home, PROJECT)
    assert local.look(0.1)[0] == []
    local.poke(take.folder.name)
    assert [entry.take.id for entry in local.look(0.2)[0]] == [take.id]
    take.seal()


def test_a_folder_that_is_only_just_being_made_is_looked_at_again(home: Home) -> None:
    local = LocalTakes(home.takes, set())
    folder = home.takes / "coming"
    folder.mkdir()
    assert local.look(0.0)[0] == []
    take = GrowingTake(home, PROJECT)
    shutil.copy(take.folder / JOURNAL, folder / JOURNAL)
    shutil.rmtree(take.folder)
    assert [entry.folder for entry in local.look(SCAN_SECONDS)[0]] == [folder]


def test_a_copy_of_a_take_is_left_alone(home: Home) -> None:
    take = GrowingTake(home, PROJECT)
    take.seal()
    shutil.copytree(take.folder, home.takes / "copy")
    local = LocalTakes(home.takes, set())
    assert len(local.look(0.0)[0]) == 1


def test_what_is_settled_is_not_even_opened(home: Home) -> None:
    take = GrowingTake(home, PROJECT)
    take.seal()
    (take.folder / JOURNAL).write_bytes(b"nonsense\n")
    local = LocalTakes(home.takes, {take.folder.name})
    assert local.look(0.0) == ([], [])
    assert local.due() == SCAN_SECONDS


def test_a_take_in_the_trash_rests_until_it_is_taken_out(home: Home) -> None:
    take = GrowingTake(home, PROJECT)
    take.seal()
    append_entry(take.folder, Trashed(True, "2026-01-01T00:00:00Z"))
    local = LocalTakes(home.takes, set())
    ((entry,), _) = local.look(0.0)
    assert in_trash(entry.take)
    local.rest(take.id)
    assert local.look(SCAN_SECONDS)[0] == []
    append_entry(take.folder, Trashed(False, "2026-01-01T00:00:01Z"))
    ((entry,), _) = local.look(2 * SCAN_SECONDS)
    assert not in_trash(entry.take)


def test_a_take_that_nobody_records_any_more_is_looked_at_less_often_and_goes_stale(home: Home) -> None:
    take = GrowingTake(home, PROJECT)
    local = LocalTakes(home.takes, set())
    ((entry,), _) = local.look(0.0)
    local.look(1.0)
    assert entry.due < 1.1
    local.look(QUIET_AFTER + 1)
    assert entry.due > QUIET_AFTER + 1.5
    assert entry.fresh(STALE_AFTER - 1)
    assert not entry.fresh(STALE_AFTER + 1)
    take.grow(10)
    local.look(STALE_AFTER + 5)
    assert entry.fresh(STALE_AFTER + 6)
    take.seal()


def test_what_the_server_is_told_of_a_take(home: Home) -> None:
    take = GrowingTake(home, PROJECT, tracks=2)
    local = LocalTakes(home.takes, set())
    ((entry,), _) = local.look(0.0)
    told = about(entry.take)
    assert (told.id, told.project, told.person) == (take.id, PROJECT, "Ana")
    assert [(track.name, track.media) for track in told.tracks] == [(name, "audio/flac") for name in take.names]
    take.seal()


@pytest.mark.parametrize(
    "link", ["", "ftp://example.org/#token=a", "http://[::bad#token=a", "https://x:99999/#token=a"]
)
def test_what_is_no_address_is_refused(link: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_link(link)
    assert caught.value.code == "bad-address"


def test_a_link_without_a_key_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        read_link("https://example.org/")
    assert caught.value.code == "no-token"


def test_frames_follow_from_bytes_and_are_never_too_many() -> None:
    progress = Progress()
    assert progress.frames_in(10) == 0
    progress.synced(100, 48)
    progress.synced(300, 148)
    assert progress.frames == 148
    assert [progress.frames_in(size) for size in (0, 50, 99, 100, 101, 200, 299, 300, 400)] == [
        0, 24, 47, 48, 48, 98, 147, 148, 148,
    ]  # fmt: skip
    # An upload that had to begin again shows less, not more.
    assert progress.frames_in(150) == 74
    assert progress.frames == 148


def test_records_come_back_and_damaged_ones_are_as_good_as_lost(home: Home) -> None:
    records = Records(home.sync)
    record = TakeRecord("ab" * 16, declared=True, tracks={"mic-1.flac": TrackRecord("/api/uploads/x", 1)})
    records.save(HERE, "a folder", record)
    (home.sync / f"{'cd' * 16}.json").write_bytes(b'{"folder": 3')
    (home.sync / f"{'ef' * 16}.json").write_bytes((home.sync / f"{'ab' * 16}.json").read_bytes())
    loaded = records.load(HERE)
    assert [(kept.folder, kept.record) for kept in loaded.values()] == [("a folder", record)]


def test_what_one_server_has_says_nothing_about_another(home: Home) -> None:
    records = Records(home.sync)
    safe = TakeRecord("ab" * 16, declared=True, safe=True)
    records.save(HERE, "a folder", safe)
    assert records.load("https://choir.example") == {}
    records.save("https://choir.example", "a folder", TakeRecord("ab" * 16, declared=True))
    assert [kept.record.safe for kept in records.load("https://choir.example").values()] == [False]
    assert [kept.record for kept in records.load(HERE).values()] == [safe]
    nameless = home.sync / f"{'cd' * 16}.json"
    nameless.write_text('{"folder": "old", "record": {"take": "%s", "safe": true}}' % ("cd" * 16))
    assert "cd" * 16 not in records.load(HERE), "nobody knows which server an old record is about"


def test_the_joined_server_is_remembered_for_the_owner_only(home: Home) -> None:
    assert load(home) is None
    joined = read_link("https://example.org/roomtone/#token=abc")
    assert (joined.url, joined.token) == ("https://example.org/roomtone", "abc")
    save(home, joined)
    assert load(home) == joined
    assert account_file(home).stat().st_mode & 0o777 == 0o600
    remove(home)
    assert load(home) is None
