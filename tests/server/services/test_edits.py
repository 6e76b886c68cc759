"""Edits: taken once, never later than they came, refused with a reason, and one state for everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from roomtone.wire.project.people import Role
from tests.server.inside import Inside, Person, edit, fresh
from tests.server.rig import Client


@pytest.fixture
def inside() -> Iterator[Inside]:
    with Inside() as server:
        yield server


@pytest.fixture
def ana(inside: Inside) -> Person:
    return inside.person("Ana")


@pytest.fixture
def project(inside: Inside, ana: Person) -> str:
    return inside.project(ana)


@pytest.fixture
def mika(inside: Inside, project: str) -> Person:
    mika = inside.person("Mika")
    inside.join(project, mika, Role.CONTRIBUTOR)
    return mika


def state(person: Person, project: str, since: int = 0) -> Any:
    return person.get(f"/api/projects/{project}/state?since={since}")


def item(person: Person, project: str, identity: str) -> Any:
    return next(one for one in state(person, project)["items"] if one["id"] == identity)


def outcomes(answers: Any) -> list[str]:
    """Return what became of edits: the outcome, or the code of the refusal."""
    return [answer.get("problem", {}).get("code") or answer["outcome"] for answer in answers]


def test_a_project_begins_with_its_title_which_every_edit_overtakes(ana: Person) -> None:
    project = fresh()
    assert ana.send("PUT", f"/api/projects/{project}", {"title": "Song"}).status == 200
    assert item(ana, project, project)["fields"] == {"kind": "project", "title": "Song"}
    renamed = edit(project, "2020-05-05T05:05:05.555Z", kind="project", title="Psalm")
    assert outcomes(ana.edit(project, renamed)) == ["applied"]
    assert ana.get(f"/api/projects/{project}")["title"] == "Psalm"
    assert ana.get("/api/projects")["projects"][0]["title"] == "Psalm"


def test_a_repeated_edit_changes_nothing_and_is_answered_alike(ana: Person, project: str) -> None:
    call = fresh()
    wanted = [edit(call, kind="call", title="Bass"), edit(call, "2025-12-31T00:00:00.000Z", kind="call", title="Old")]
    assert outcomes(ana.edit(project, *wanted)) == ["applied", "overtaken"]
    cursor = state(ana, project)["cursor"]
    assert outcomes(ana.edit(project, *wanted)) == ["applied", "overtaken"]
    assert state(ana, project, cursor) == {"items": [], "takes": [], "cursor": cursor, "more": False, "members": None}
    assert len(ana.get(f"/api/projects/{project}/items/{call}/history")["past"]) == 2


def test_an_id_that_was_used_for_another_edit_is_refused(ana: Person, mika: Person, project: str) -> None:
    first = edit(fresh(), kind="comment", about=project, text="One")
    assert outcomes(ana.edit(project, first)) == ["applied"]
    assert outcomes(ana.edit(project, first | {"fields": {"kind": "comment", "text": "Two"}})) == ["edit-differs"]
    assert outcomes(mika.edit(project, first)) == ["edit-differs"]


def test_edits_of_a_fast_clock_get_the_time_of_their_arrival_and_keep_their_order(ana: Person, project: str) -> None:
    call = fresh()
    late = [edit(call, "2031-01-01T00:00:00.000Z", kind="call", title=title) for title in ("One", "Two", "Three")]
    assert outcomes(ana.edit(project, *late)) == ["applied"] * 3
    found = item(ana, project, call)
    assert found["fields"]["title"] == "Three"
    assert found["stamps"]["title"].startswith("2026-01-01T00:00:00.00")
    again = edit(call, "2030-01-01T00:00:00.000Z", kind="call", title="Four")
    assert outcomes(ana.edit(project, again)) == ["applied"]
    assert item(ana, project, call)["fields"]["title"] == "Four"


@pytest.mark.parametrize("reverse", [False, True])
def test_the_order_of_arrival_does_not_matter(ana: Person, mika: Person, project: str, reverse: bool) -> None:
    comment = fresh()
    assert outcomes(mika.edit(project, edit(comment, "2025-01-01T00:00:00.000Z", kind="comment", about=project)))
    edits = [edit(comment, f"2025-01-0{day}T00:00:00.000Z", kind="comment", text=f"{day}") for day in (2, 3, 4)]
    for one in edits[::-1] if reverse else edits:
        mika.edit(project, one)
    assert item(ana, project, comment)["fields"]["text"] == "4"


def test_one_refused_edit_does_not_hold_up_the_others(ana: Person, mika: Person, project: str) -> None:
    answers = mika.edit(
        project,
        edit(fresh(), kind="comment", about=project, text="Hello"),
        edit(fresh(), kind="call", title="Mine"),
        edit(mika.id, kind="profile", skills=["alto"]),
    )
    assert outcomes(answers) == ["applied", "not-allowed", "applied"]
    assert answers[1]["problem"]["title"]
    assert {one["fields"]["kind"] for one in state(ana, project)["items"]} == {"project", "comment", "profile"}


def test_what_is_elsewhere_or_something_else_is_refused(
    inside: Inside, ana: Person, mika: Person, project: str
) -> None:
    other = inside.project(ana, "Other")
    foreign, take = ana.take(other), ana.take(project)
    call, comment = fresh(), fresh()
    ana.edit(project, edit(call, kind="call", title="C"), edit(comment, kind="comment", about=take, text="T"))
    refused = {
        "elsewhere": [
            edit(foreign, kind="take", submitted=True),
            edit(fresh(), kind="comment", about=foreign, text="?"),
            edit(call, kind="call", guide=[foreign]),
            edit(take, kind="take", built_from=[{"take": foreign}]),
            edit(project, kind="project", cover=foreign),
            edit(fresh(), kind="project", title="Third"),
        ],
        "wrong-item": [
            edit(call, kind="step", title="S"),
            edit(take, kind="step", title="S"),
            edit(project, kind="comment", text="S"),
            edit(mika.id, kind="comment", text="S"),
            edit(take, kind="take", call=comment),
            edit(take, kind="take", call=take),
            edit(fresh(), kind="comment", about=take, reply_to=call, text="R"),
        ],
        "unknown-member": [
            edit(fresh(), kind="comment", to=fresh(), text="R"),
            edit(fresh(), kind="step", person="f" * 32),
        ],
        "not-allowed": [edit(mika.id, kind="profile", about="Not me")],
        "bad-text": [edit(fresh(), kind="call", title="a\nb"), edit(fresh(), kind="comment", text="\x00")],
    }
    for code, edits in refused.items():
        assert outcomes(ana.edit(project, *edits)) == [code] * len(edits)
    assert outcomes(ana.edit(project, edit(fresh(), kind="comment", about=fresh(), text="to come"))) == ["applied"]


def test_what_is_said_of_a_take_before_it_came_binds_it_to_its_maker(ana: Person, mika: Person, project: str) -> None:
    take = fresh()
    assert outcomes(mika.edit(project, edit(take, kind="take", submitted=True, withdrawn=True))) == ["applied"]
    assert outcomes(ana.edit(project, edit(take, kind="take", heard=True))) == ["unknown-take"]
    document = {"project": project, "title": "Take", "tracks": [{"name": "a.flac", "media": "audio/flac"}]}
    answer = ana.send("PUT", f"/api/takes/{take}", document)
    assert (answer.status, answer.code) == (403, "not-yours")
    assert mika.send("PUT", f"/api/takes/{take}", document).status == 200
    assert ana.get(f"/api/takes/{take}")["tracks"] == []
    assert len(mika.get(f"/api/takes/{take}")["tracks"]) == 1
    assert outcomes(ana.edit(project, edit(take, kind="take", heard=True))) == ["applied"]


def test_leaders_judge_takes_and_makers_say_everything_else(ana: Person, mika: Person, project: str) -> None:
    take = mika.take(project)
    judged = edit(take, kind="take", verdict="accepted", reason="Lovely", seconds_used=3.5, cut="Mix")
    assert outcomes(mika.edit(project, judged)) == ["not-allowed"]
    assert outcomes(ana.edit(project, judged)) == ["applied"]
    assert outcomes(ana.edit(project, edit(take, kind="take", submitted=True))) == ["not-allowed"]
    assert outcomes(mika.edit(project, edit(take, kind="take", submitted=True))) == ["applied"]
    found = item(mika, project, take)
    assert found["author"] == mika.id
    assert found["fields"]["reason"] == "Lovely"
    assert ana.get(f"/api/projects/{project}/page")["cuts"] == [{"take": take, "name": "Mix"}]


def test_a_withdrawn_take_is_a_stub_for_others_and_comes_back(ana: Person, mika: Person, project: str) -> None:
    take = mika.take(project)
    cursor = state(ana, project)["cursor"]
    assert outcomes(mika.edit(project, edit(take, kind="take", withdrawn=True))) == ["applied"]
    page = state(ana, project, cursor)
    assert [(one["id"], one["tracks"], one["manifest"]) for one in page["takes"]] == [(take, [], None)]
    refused = ana.ask("GET", f"/api/takes/{take}/tracks/mic.flac")
    assert (refused.status, refused.code) == (410, "take-withdrawn")
    assert ana.get(f"/api/projects/{project}/takes")["takes"][0]["tracks"] == []
    assert mika.ask("GET", f"/api/takes/{take}/tracks/mic.flac").body == b"12345"
    mika.edit(project, edit(take, "2026-01-01T00:00:00.001Z", kind="take", withdrawn=False))
    assert ana.ask("GET", f"/api/takes/{take}/tracks/mic.flac").body == b"12345"


def test_the_state_comes_in_pages_with_nothing_missing_or_twice(ana: Person, mika: Person, project: str) -> None:
    takes = [mika.take(project) for _ in range(4)]
    for take in takes:
        ana.edit(project, edit(take, kind="take", heard=True), edit(fresh(), kind="comment", about=take, text="x"))
    whole = state(ana, project)
    assert len(whole["items"]) == 9
    assert [take["id"] for take in whole["takes"]] == takes
    assert {one["name"]: one["role"] for one in whole["members"]} == {"Ana": "owner", "Mika": "contributor"}
    items, there, cursor, pages = [], [], 0, 0
    while True:
        page = ana.get(f"/api/projects/{project}/state?since={cursor}&limit=2")
        assert len(page["items"]) + len(page["takes"]) <= 2
        items += page["items"]
        there += page["takes"]
        cursor, pages = page["cursor"], pages + 1
        if not page["more"]:
            break
    assert (items, there, cursor) == (whole["items"], whole["takes"], whole["cursor"])
    assert pages == 7
    assert state(ana, project, cursor)["cursor"] == cursor
    unknown = state(ana, project, cursor + 100)
    assert (unknown["items"], unknown["cursor"]) == ([], cursor), "a cursor that no server gave is not kept"


def test_batches_in_any_order_end_in_one_state(ana: Person, project: str) -> None:
    calls = [fresh() for _ in range(3)]
    batches = [
        [edit(call, f"2025-0{month}-01T00:00:00.00{writer}Z", kind="call", title=f"{writer} {month}") for call in calls]
        for writer in range(4)
        for month in range(1, 6)
    ]
    for batch in batches + batches[::-1]:
        ana.edit(project, *batch)
    for call in calls:
        assert item(ana, project, call)["fields"]["title"] == "3 5"
        past = ana.get(f"/api/projects/{project}/items/{call}/history?limit=7")
        assert (len(past["past"]), past["more"]) == (7, True)
        rest = ana.get(f"/api/projects/{project}/items/{call}/history?after=7&limit=1000")
        assert (len(rest["past"]), rest["more"]) == (13, False)


def test_writers_at_the_same_time_lose_nothing(client: Client) -> None:
    project = client.project()
    call = fresh()
    path = f"/api/projects/{project}/edits"

    def write(number: int) -> None:
        for step in range(10):
            said = {"kind": "comment", "about": project, "text": f"{number}.{step}"}
            at = f"2025-01-01T00:00:0{step}.00{number}Z"
            batch = [edit(fresh(), **said), edit(call, at, kind="call", title=str(number))]
            assert client.post(path, {"edits": batch}).json["answers"][0]["outcome"] == "applied"

    writers = [threading.Thread(target=write, args=(number,), name=f"writer-{number}") for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = client.get(f"/api/projects/{project}/state?limit=1000").json["items"]
    assert len(found) == 1 + 1 + 40
    assert next(one for one in found if one["id"] == call)["fields"]["title"] == "3"
    history = client.get(f"/api/projects/{project}/items/{call}/history?limit=1000").json
    assert len(history["past"]) == 40


def test_an_item_that_cannot_be_seen_has_no_history(ana: Person, project: str) -> None:
    answer = ana.ask("GET", f"/api/projects/{project}/items/{fresh()}/history")
    assert (answer.status, answer.code) == (404, "unknown-item")


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "2026-01-01T00:00:00Z"},
        {"id": "x"},
        {"fields": {"kind": "nothing"}},
        {"fields": {"kind": "call", "aspect": "a:b"}},
        {"fields": {"kind": "comment", "text": "x" * 20_001}},
    ],
)
def test_what_is_no_edit_is_refused_as_a_whole(ana: Person, project: str, wrong: dict[str, Any]) -> None:
    good = edit(fresh(), kind="comment", about=project, text="Hello")
    answer = ana.send("POST", f"/api/projects/{project}/edits", {"edits": [good, good | {"id": fresh()} | wrong]})
    assert (answer.status, answer.code) == (400, "bad-document")
    assert len(state(ana, project)["items"]) == 1
