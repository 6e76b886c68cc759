"""Real processes: a sync worker that keeps projects, the server on this computer, and one that is joined."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.errors import RoomtoneError
from roomtone.foundation.paths import Home
from roomtone.upload.client import SyncClient
from roomtone.upload.replica.states import EditState
from roomtone.upload.states import SyncState
from roomtone.upload.together_messages import NewEdit, ProjectDocument
from roomtone.wire.previews import SOUND, preview_of
from roomtone.wire.project.items import CommentFields, ProjectFields, StepFields, TakeFields
from roomtone.wire.project.people import NewInvite, Role
from tests.rigs.app import make_home
from tests.rigs.processes import until
from tests.upload.growing import GrowingTake
from tests.upload.sync_rig import ServerRig, SyncRig


@pytest.fixture
def rig(home: Home) -> Iterator[SyncRig]:
    with SyncRig(home) as made:
        yield made


@pytest.fixture
def other() -> Iterator[SyncRig]:
    home = make_home()
    with SyncRig(home) as made:
        yield made


@pytest.fixture
def server(home: Home) -> Iterator[ServerRig]:
    with ServerRig(home.root / "elsewhere") as made:
        yield made


def _settled(client: SyncClient, project: str) -> ProjectDocument:
    """Wait until nothing is on its way any more."""

    def look() -> ProjectDocument | None:
        document = client.get_project(project)
        return document if document.synced and not document.pending else None

    return until(look, 30, "everything to be settled")


def _titles(document: ProjectDocument) -> list[str]:
    steps = [step for _, step in document.state.all_of(StepFields)]
    return [step.title or "" for step in sorted(steps, key=lambda step: step.place or 0.0)]


def test_a_project_begun_here_is_on_its_server_with_its_steps(rig: SyncRig) -> None:
    made = rig.client.start_project(ProjectFields(title="Song"), ["Bass", "Drums"])
    assert (made.title, made.here) == ("Song", True)
    document = _settled(rig.client, made.id)
    assert _titles(document) == ["Bass", "Drums"]
    assert document.role is Role.OWNER
    assert rig.client.start_project(ProjectFields(title="Other"), [], made.id).title == "Song"


def test_people_are_invited_into_a_project_that_was_begun_a_moment_ago(rig: SyncRig) -> None:
    project = rig.client.start_project(ProjectFields(title="Song")).id
    assert rig.client.make_invite(project, NewInvite(Role.REVIEWER)).role is Role.REVIEWER


def test_edits_made_without_the_server_arrive_when_it_is_there_again_and_a_kill_loses_none(
    rig: SyncRig, server: ServerRig
) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    project = rig.client.start_project(ProjectFields(title="Song")).id
    _settled(rig.client, project)
    server.__exit__(None, None, None)
    step = secrets.token_hex(16)
    rig.client.make_edits(project, [NewEdit(step, StepFields(title="Bass"))])
    rig.client.make_edits(project, [NewEdit(step, StepFields(done=True)), NewEdit(project, ProjectFields(brief="B"))])
    rig.kill_worker()
    document = rig.client.get_project(project)
    assert document.state.fields(step, StepFields) == StepFields(title="Bass", done=True)
    assert len(document.pending) == 3
    assert document.online is not True
    server.start()
    rig.client.retry_edits(project)
    assert _settled(rig.client, project).state.fields(step, StepFields) == StepFields(title="Bass", done=True)
    history = rig.client.history(project, step)
    assert [past.edit.fields for past in history.past] == [StepFields(title="Bass"), StepFields(done=True)]


def test_two_homes_share_a_project_by_a_link_and_fetch_each_others_takes(
    rig: SyncRig, other: SyncRig, server: ServerRig
) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    project = rig.client.start_project(ProjectFields(title="Song")).id
    _settled(rig.client, project)
    link = rig.client.make_invite(project, NewInvite(Role.CONTRIBUTOR)).link
    assert other.client.look_at_link(link).title == "Song"
    assert other.client.join_link(link, "Ben", "correct horse").project == project
    take = GrowingTake(rig.home, project)
    take.grow(20_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.wait_safe(take.id)
    rig.client.make_edits(project, [NewEdit(take.id, TakeFields(submitted=True))])
    _settled(rig.client, project)
    until(lambda: take.id in other.client.get_project(project).state.takes, 20, "the take to be known")
    comment = secrets.token_hex(16)
    other.client.make_edits(project, [NewEdit(comment, CommentFields(about=take.id, text="Lovely"))])
    seen = until(lambda: rig.client.get_project(project).state.items.get(comment), 20, "the comment")
    assert seen.fields == CommentFields(about=take.id, text="Lovely")
    copy = other.client.fetch_take_now(project, take.id)
    assert copy.whole
    assert [track.bytes for track in copy.tracks] == [(take.folder / name).stat().st_size for name in take.names]
    assert other.client.free_take(project, take.id).tracks == []
    with pytest.raises(RoomtoneError) as refused:
        other.client.set_role(project, rig.client.get_project(project).me, Role.GUEST)
    assert refused.value.code != "bug"


def test_what_was_said_of_a_take_follows_it_to_the_server_when_nobody_is_here_any_more(
    rig: SyncRig, other: SyncRig, server: ServerRig
) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    project = rig.client.start_project(ProjectFields(title="Song")).id
    _settled(rig.client, project)
    link = rig.client.make_invite(project, NewInvite(Role.REVIEWER)).link
    other.client.join_link(link, "Ben", "correct horse")
    server.__exit__(None, None, None)
    take = GrowingTake(rig.home, project)
    take.grow(20_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.client.make_edits(project, [NewEdit(take.id, TakeFields(submitted=True))])
    pid = rig.worker_pid()
    rig.disconnect()
    server.start()
    rig.wait_worker_gone(pid)

    def submitted() -> bool:
        state = other.client.get_project(project).state
        return take.id in state.takes and state.said(take.id).submitted is True

    until(submitted, 20, "the take to be submitted")


def test_others_get_the_preview_first_and_all_of_it_when_they_ask(
    rig: SyncRig, other: SyncRig, server: ServerRig
) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    project = rig.client.start_project(ProjectFields(title="Song")).id
    _settled(rig.client, project)
    other.client.join_link(rig.client.make_invite(project, NewInvite(Role.REVIEWER)).link, "Ben", "correct horse")
    take = GrowingTake(rig.home, project)
    take.grow(300_000)
    take.seal()
    small = random.Random(1).randbytes(600_000)
    waiting = rig.home.previews / take.id
    waiting.mkdir(parents=True)
    (waiting / SOUND).write_bytes(small)
    rig.client.poke(take.folder)
    rig.client.make_edits(project, [NewEdit(take.id, TakeFields(submitted=True))])
    until(lambda: not waiting.exists(), 30, "the preview to be sent")

    def told() -> bool:
        known = other.client.get_project(project).state.takes.get(take.id)
        return known is not None and preview_of(known) is not None

    until(told, 20, "the preview to be known")
    copy = other.client.fetch_take_now(project, take.id, preview=True)
    assert (copy.tracks, copy.whole) == ([], False)
    assert Path(copy.preview).read_bytes() == small
    copy = other.client.fetch_take_now(project, take.id)
    assert copy.whole
    assert [track.name for track in copy.tracks] == list(take.names)
    assert copy.total == sum(track.bytes for track in copy.tracks)
    freed = other.client.free_take(project, take.id)
    assert (freed.tracks, freed.preview) == ([], "")
    assert not Path(copy.preview).parent.exists()


def test_a_project_begun_alone_moves_to_a_shared_server_with_everything_in_it(rig: SyncRig, server: ServerRig) -> None:
    project = rig.client.start_project(ProjectFields(title="Song", brief="Ours"), ["Bass"]).id
    take = GrowingTake(rig.home, project)
    take.grow(20_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.wait_safe(take.id)
    rig.client.make_edits(project, [NewEdit(take.id, TakeFields(submitted=True))])
    step = secrets.token_hex(16)
    me = rig.client.get_project(project).me
    rig.client.make_edits(project, [NewEdit(step, StepFields(title="Drum", place=2.0, person=me))])
    rig.client.make_edits(project, [NewEdit(step, StepFields(title="Drums"))])
    before = _settled(rig.client, project)
    history = rig.client.history(project, step)
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    elsewhere = rig.wait_problem(take.id, "project-elsewhere")
    assert elsewhere.state is SyncState.LOCAL, "what is safe on one server is not on another"
    assert take.id not in rig.client.status().safe
    assert [one.reachable for one in rig.client.list_local_projects()] == [False]
    moved = rig.client.move_project(project)
    assert (moved.takes, moved.missing, moved.before) == (1, [], False)
    rig.kill_worker()
    again = rig.client.move_project(project)
    assert (again.edits, again.before) == (moved.edits, True), "again, it changes nothing"
    after = _settled(rig.client, project)
    assert (after.here, after.server) == (False, server.url)
    assert _titles(after) == ["Bass", "Drums"]
    assert after.state.fields(step, StepFields).person == after.me != me
    there = rig.client.history(project, step)
    assert [(past.edit.id, past.edit.at) for past in there.past] == [(p.edit.id, p.edit.at) for p in history.past]
    assert {name: item.stamps for name, item in after.state.items.items()} == {
        name: item.stamps for name, item in before.state.items.items()
    }
    rig.client.sync_now(20)
    rig.wait_safe(take.id)
    assert [(one.id, one.sealed) for one in rig.client.list_takes(project).takes] == [(take.id, True)]
    assert [one.id for one in rig.client.list_local_projects()] == [project]


def test_projects_are_begun_and_listed_without_the_server_they_belong_to(rig: SyncRig, server: ServerRig) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    first = rig.client.create_project("Song")
    assert [one.id for one in rig.client.list_projects()] == [first.id]
    server.__exit__(None, None, None)
    second = rig.client.create_project("Choir")
    assert (second.title, second.takes) == ("Choir", 0)
    assert {one.title for one in rig.client.list_projects()} == {"Song", "Choir"}
    assert rig.client.get_project(second.id).role is Role.OWNER
    with pytest.raises(RoomtoneError) as refused:
        rig.client.make_invite(second.id, NewInvite())
    assert refused.value.code == "offline"
    server.start()
    rig.client.retry_edits(second.id)
    assert _settled(rig.client, second.id).state.project.title == "Choir"
    assert {one.id for one in rig.client.list_projects()} == {first.id, second.id}


def test_a_look_at_a_project_tells_of_no_change_and_own_takes_are_never_freed(rig: SyncRig, server: ServerRig) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    project = rig.client.start_project(ProjectFields(title="Song")).id
    call = secrets.token_hex(16)
    take = GrowingTake(rig.home, project, call=call, lineage=["ab" * 16])
    take.grow(20_000)
    take.seal()
    rig.client.poke(take.folder)
    rig.wait_safe(take.id)
    said = until(lambda: rig.client.get_project(project).state.items.get(take.id), 20, "what the take is for")
    assert said.fields == TakeFields(call=call, against=["ab" * 16]), "the app writes lineage, nobody types it"
    _settled(rig.client, project)

    def nothing_new() -> bool:
        before = rig.client.get_project(project)
        rig.client.retry_edits(project)
        until(lambda: rig.client.get_project(project).synced > before.synced, 20, "one more question to the server")
        return rig.client.get_project(project).version == before.version

    until(nothing_new, 30, "a look that tells of no change")
    assert len(rig.client.history(project, take.id).past) == 1
    (copy,) = rig.client.list_copies(project)
    assert (copy.own, copy.whole) == (True, True)
    with pytest.raises(RoomtoneError) as refused:
        rig.client.free_take(project, take.id)
    assert refused.value.code == "own-take"
    assert take.path().exists()


def test_somebody_who_was_let_go_keeps_what_was_refused_and_reads_why(
    rig: SyncRig, other: SyncRig, server: ServerRig
) -> None:
    rig.client.join(server.url, server.user("add", "Ana")["token"])
    project = rig.client.start_project(ProjectFields(title="Song")).id
    _settled(rig.client, project)
    link = rig.client.make_invite(project, NewInvite(Role.CONTRIBUTOR)).link
    joined = other.client.join_link(link, "Ben", "correct horse")
    _settled(other.client, project)
    rig.client.let_go(project, joined.account.id)
    comment = secrets.token_hex(16)
    (edit,) = other.client.make_edits(project, [NewEdit(comment, CommentFields(about=project, text="Lovely"))])

    def refused() -> ProjectDocument | None:
        document = other.client.get_project(project)
        return document if [one.state for one in document.pending] == [EditState.REFUSED] else None

    document = until(refused, 20, "the refusal")
    assert document.pending[0].problem is not None
    assert document.pending[0].problem.code == "unknown-project"
    assert document.pending[0].edit.fields == CommentFields(about=project, text="Lovely")
    other.kill_worker()
    assert [one.edit.id for one in other.client.get_project(project).pending] == [edit]
    other.client.dismiss_edit(edit)
    assert other.client.get_project(project).pending == []
