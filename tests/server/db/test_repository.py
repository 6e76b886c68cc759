"""What every repository has to keep to, over a SQLite file, SQLite in memory and PostgreSQL."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from roomtone.foundation.errors import BugError
from roomtone.server.db.records import (
    AccountRecord,
    Concat,
    KeyRecord,
    ProjectRecord,
    Sealing,
    SealPatch,
    TakeRecord,
    TrackRecord,
    UploadRecord,
    UploadState,
)
from roomtone.server.db.sql import SqlRepository, open_database, open_repository
from roomtone.wire.api import ChangeKind
from roomtone.wire.project.people import Role, Scope
from tests.rigs.postgres import PostgresServer
from tests.rigs.processes import until
from tests.server.filling import NOW, add_person, add_project

ANA, MIKA = "a" * 32, "b" * 32
PROJECT, TAKE = "c" * 32, "d" * 32


Opener = Callable[[], SqlRepository]


@pytest.fixture(scope="session", params=["file", "memory", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres":
        # Begun before the test, whose guards would take it for something left behind.
        request.getfixturevalue("postgres")
    return str(request.param)


@pytest.fixture
def opener(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Open the test's database; anew each time, but for one in memory."""
    if kind != "postgres":
        path = None if kind == "memory" else tmp_path / "server.sqlite"
        yield lambda: open_repository(path)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.prepared("empty", lambda made: open_database(made).close())
    yield lambda: open_database(url)
    server.drop(url)


@pytest.fixture
def repository(opener: Opener) -> Iterator[SqlRepository]:
    opened = opener()
    add_person(opened, ANA, "Ana", "hash of Ana")
    add_person(opened, MIKA, "Mika", "hash of Mika")
    add_project(opened, PROJECT, "Song", ANA)
    yield opened
    opened.close()


def take_record(identity: str = TAKE, *tracks: str) -> TakeRecord:
    declared = tuple(TrackRecord(name, "audio/flac") for name in tracks or ("mic.flac",))
    return TakeRecord(identity, PROJECT, ANA, "Ana", "Take", "Part", "Ana", "2026", NOW, tracks=declared)


def upload_record(identity: str, track: str = "mic.flac", take: str = TAKE) -> UploadRecord:
    return UploadRecord(identity, ANA, NOW, project=PROJECT, take=take, track=track, metadata="take x")


def sealing(digest: str = "rt1:1") -> Sealing:
    return Sealing(f"{PROJECT}/{TAKE}-mic.flac", 9, digest, (SealPatch(0, b"\x00\xff"),))


def test_tokens_lead_to_accounts_until_they_are_dropped(repository: SqlRepository) -> None:
    ana = AccountRecord(ANA, "Ana", NOW)
    assert repository.key_of("hash of Ana") == KeyRecord("hash of Ana", ana, NOW)
    assert repository.key_of("nonsense") is None
    another = KeyRecord("another", ana, NOW, "phone", Scope.RECORDER, PROJECT, NOW)
    repository.add_key(another)
    assert repository.keys_of(ANA) == [another, KeyRecord("hash of Ana", ana, NOW)]
    assert repository.drop_keys(ANA) == 2
    assert repository.key_of("another") is None
    assert [account.name for account in repository.accounts()] == ["Ana", "Mika"]


def test_a_name_is_taken_once(repository: SqlRepository) -> None:
    assert not add_person(repository, "e" * 32, "ANA", "third")
    assert repository.key_of("third") is None
    guest = AccountRecord("e" * 32, "Ana", NOW, guest=True)
    assert repository.add_account(guest, None)
    assert not repository.set_passphrase(guest.id, "hashed", NOW)
    found = repository.account_named("ana")
    assert found is not None
    assert found.id == ANA


def test_projects_belong_to_their_members(repository: SqlRepository) -> None:
    assert not add_project(repository, PROJECT, "Other", MIKA)
    assert repository.projects_of(ANA) == [ProjectRecord(PROJECT, "Song", NOW, 0, 1)]
    assert repository.projects_of(MIKA) == []
    for _ in range(2):
        repository.change_member(PROJECT, MIKA, NOW, lambda _: Role.CONTRIBUTOR)
    assert repository.roles_of(MIKA) == {PROJECT: Role.CONTRIBUTOR}
    assert repository.roles_of(ANA) == {PROJECT: Role.OWNER}
    repository.change_member(PROJECT, MIKA, NOW, lambda _: None)
    assert repository.roles_of(MIKA) == {}
    assert [(member.name, member.gone) for member in repository.members(PROJECT)] == [("Ana", False), ("Mika", True)]
    assert repository.project_exists(PROJECT)
    assert not repository.project_exists(TAKE)


def test_a_take_is_added_once_and_keeps_its_tracks_in_order(repository: SqlRepository) -> None:
    assert repository.add_take(take_record(TAKE, "z.flac", "a.flac"))
    assert not repository.add_take(take_record(TAKE, "other.flac"))
    repository.add_tracks(TAKE, [TrackRecord("m.flac", "audio/flac"), TrackRecord("a.flac", "video/mp4")])
    found = repository.take(TAKE)
    assert found is not None
    assert [(track.name, track.media) for track in found.tracks] == [
        ("z.flac", "audio/flac"),
        ("a.flac", "audio/flac"),
        ("m.flac", "audio/flac"),
    ]
    assert (found.maker_name, found.seq, found.created, found.manifest) == ("Ana", 2, NOW, None)
    assert repository.take("f" * 32) is None


def test_takes_come_in_pages(repository: SqlRepository) -> None:
    identities = [secrets.token_hex(16) for _ in range(5)]
    for identity in identities:
        repository.add_take(take_record(identity))
    first = repository.takes_of(PROJECT, 0, 3)
    assert [take.id for take in first] == identities[:3]
    assert [take.id for take in repository.takes_of(PROJECT, first[-1].seq, 3)] == identities[3:]


def test_a_track_has_one_open_upload(repository: SqlRepository) -> None:
    repository.add_take(take_record(TAKE, "mic.flac", "cam.mp4"))
    first = repository.add_upload(upload_record("1" * 32))
    assert repository.add_upload(upload_record("2" * 32)) == first
    assert repository.add_upload(upload_record("3" * 32, "cam.mp4")).id == "3" * 32
    for number in range(2):
        part = UploadRecord(f"{number}" * 31 + "f", ANA, NOW, length=5, concat=Concat.PARTIAL)
        assert repository.add_upload(part) == part
    found = repository.take(TAKE)
    assert found is not None
    assert [track.upload for track in found.tracks] == ["1" * 32, "3" * 32]
    repository.end_upload("1" * 32)
    assert repository.add_upload(upload_record("2" * 32)).id == "2" * 32


def test_a_length_is_set_once(repository: SqlRepository) -> None:
    repository.add_take(take_record())
    repository.add_upload(upload_record("1" * 32))
    repository.set_length("1" * 32, 10)
    repository.set_length("1" * 32, 20)
    found = repository.upload("1" * 32)
    assert found is not None
    assert found.length == 10


def test_a_seal_is_recorded_then_finished(repository: SqlRepository) -> None:
    repository.add_take(take_record())
    repository.add_upload(upload_record("1" * 32))
    repository.begin_seal("1" * 32, sealing())
    (begun,) = repository.uploads({UploadState.SEALING})
    assert (begun.sealing, begun.length) == (sealing(), 9)
    for _ in range(2):
        repository.finish_seal("1" * 32, NOW)
    found = repository.take(TAKE)
    assert found is not None
    (track,) = found.tracks
    assert (track.digest, track.size, track.key, track.upload) == ("rt1:1", 9, sealing().key, "")
    kinds = [change.kind for change in repository.changes(PROJECT, 0, 100)]
    assert kinds == [ChangeKind.PROJECT_CREATED, ChangeKind.TAKE_STARTED, ChangeKind.TRACK_SEALED]
    assert repository.sealed_tracks() == [(TAKE, sealing().key, 9, "rt1:1")]


def test_an_upload_that_makes_its_own_take_does_so_once(repository: SqlRepository) -> None:
    own = UploadRecord(TAKE, ANA, NOW, length=9, project=PROJECT, take=TAKE, track="a.wav", filename="A", media="a/b")
    repository.add_upload(own)
    repository.begin_seal(TAKE, sealing())
    for _ in range(2):
        repository.finish_seal(TAKE, NOW + timedelta(seconds=1))
    (take,) = repository.takes_of(PROJECT, 0, 10)
    assert (take.id, take.title, take.sealed, take.manifest) == (TAKE, "A", True, None)
    changes = repository.changes(PROJECT, 1, 100)
    assert [(change.kind, change.subject) for change in changes] == [
        (ChangeKind.TAKE_STARTED, TAKE),
        (ChangeKind.TRACK_SEALED, TAKE),
        (ChangeKind.TAKE_SEALED, TAKE),
    ]
    assert [change.seq for change in changes] == [2, 3, 4]


def test_an_upload_cannot_go_where_its_state_does_not_lead(repository: SqlRepository) -> None:
    repository.add_take(take_record())
    repository.add_upload(upload_record("1" * 32))
    with pytest.raises(BugError):
        repository.finish_seal("1" * 32, NOW)
    repository.begin_seal("1" * 32, sealing())
    with pytest.raises(BugError):
        repository.end_upload("1" * 32)
    with pytest.raises(BugError):
        repository.begin_seal("1" * 32, sealing("rt1:2"))
    assert repository.uploads({UploadState.SEALING})[0].sealing == sealing()


def test_a_take_is_sealed_once(repository: SqlRepository) -> None:
    repository.add_take(take_record())
    manifest = {"title": "Straße", "list": [1, 2.5, None]}
    repository.seal_take(TAKE, manifest, NOW)
    repository.seal_take(TAKE, {"other": 1}, NOW)
    found = repository.take(TAKE)
    assert found is not None
    assert (found.sealed, found.manifest) == (True, manifest)
    assert len(repository.changes(PROJECT, 2, 100)) == 1


def test_old_uploads_that_are_gone_are_forgotten(repository: SqlRepository) -> None:
    repository.add_take(take_record(TAKE, "a.flac", "b.flac"))
    repository.add_upload(upload_record("1" * 32, "a.flac"))
    repository.add_upload(upload_record("2" * 32, "b.flac"))
    repository.end_upload("1" * 32)
    assert repository.forget_uploads(NOW) == 0
    assert repository.forget_uploads(NOW + timedelta(days=1)) == 1
    assert repository.upload("1" * 32) is None
    assert repository.upload("2" * 32) is not None


def test_changes_come_in_pages_and_projects_do_not_mix(repository: SqlRepository) -> None:
    other = "e" * 32
    add_project(repository, other, "Other", MIKA)
    for _ in range(4):
        repository.add_take(take_record(secrets.token_hex(16)))
    page = repository.changes(PROJECT, 0, 3)
    assert len(page) == 3
    rest = repository.changes(PROJECT, page[-1].seq, 3)
    assert len(rest) == 2
    assert [change.subject for change in repository.changes(other, 0, 10)] == [other]


def test_versions_tell_of_every_commit(repository: SqlRepository) -> None:
    first, access = repository.version(), repository.access_version()
    repository.accounts()
    assert (repository.version(), repository.access_version()) == (first, access)
    repository.add_take(take_record())
    second = repository.version()
    assert second != first
    assert repository.access_version() == access
    repository.drop_keys(MIKA)
    assert repository.version() != second
    assert repository.access_version() != access


def test_another_process_is_noticed(repository: SqlRepository, opener: Opener, kind: str) -> None:
    if kind == "memory":
        pytest.skip("a database in memory belongs to one process")
    theirs = opener()
    version, access = repository.version(), repository.access_version()
    theirs.add_take(take_record())
    until(lambda: repository.version() != version, 5, "the other process's commit")
    assert repository.access_version() == access
    add_person(theirs, "e" * 32, "Eve", "hash")
    until(lambda: repository.access_version() != access, 5, "the other process's account")
    theirs.close()


def test_a_feed_that_two_processes_write_has_no_gap_that_is_filled_later(
    repository: SqlRepository, opener: Opener, kind: str
) -> None:
    if kind == "memory":
        pytest.skip("a database in memory belongs to one process")
    count = 40
    others = [opener() for _ in range(2)]

    def write(into: SqlRepository) -> None:
        for _ in range(count):
            into.add_take(take_record(secrets.token_hex(16)))

    threads = [threading.Thread(target=write, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    try:
        # Whoever follows the feed never looks back, so that what appears behind their cursor would be lost to them.
        while len(seen) < 2 * count + 1 and (not seen or any(thread.is_alive() for thread in threads)):
            seen += [change.seq for change in repository.changes(PROJECT, seen[-1] if seen else 0, 100)]
    finally:
        for thread in threads:
            thread.join()
    seen += [change.seq for change in repository.changes(PROJECT, seen[-1], 100)]
    assert seen == [change.seq for change in repository.changes(PROJECT, 0, 1000)]
    assert len(seen) == 2 * count + 1
    for other in others:
        other.close()


@pytest.mark.parametrize("count", [1, 40])
def test_no_list_takes_a_statement_per_row(repository: SqlRepository, count: int) -> None:
    for _ in range(count):
        repository.add_take(take_record(secrets.token_hex(16), "a.flac", "b.flac"))
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    event.listen(repository.engine, "before_cursor_execute", note)
    assert len(repository.takes_of(PROJECT, 0, 100)) == count
    # One to begin where it is told to, one for the takes, one for the tracks of all of them.
    begins = int(repository.engine.dialect.name == "sqlite")
    assert len(seen) == 2 + begins
    seen.clear()
    assert len(repository.changes(PROJECT, 0, 100)) == count + 1
    assert len(repository.projects_of(ANA)) == 1
    assert len(seen) == 2 + 2 * begins


def test_the_database_finds_no_fault_in_itself(repository: SqlRepository) -> None:
    repository.add_take(take_record())
    assert repository.faults() == []


def test_an_open_upload_is_found_by_its_index(repository: SqlRepository) -> None:
    """Otherwise every upload that is open would be read each time one is created or a take is looked at."""
    repository.add_take(take_record())
    seen: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        seen.append((told[2], told[3]))

    event.listen(repository.engine, "before_cursor_execute", note)
    repository.add_upload(upload_record("1" * 32))
    repository.take(TAKE)
    looks = [(statement, values) for statement, values in seen if "FROM" in statement and "uploads" in statement]
    assert len(looks) == 2
    with repository.engine.connect() as db:
        if db.dialect.name == "postgresql":
            # It would rather read a table of one row than use an index, so it is told that rows are dear.
            db.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for statement, values in looks:
                steps = " ".join(db.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
                assert "ix_uploads_open" in steps, steps
            return
        for statement, values in looks:
            plan = [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert any("uploads USING INDEX ix_uploads_open (take=? AND track=?)" in step for step in plan), plan
