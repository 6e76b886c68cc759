"""Coming in, being somebody in a project, and the keys that let one in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from roomtone.server.db import engines
from roomtone.server.db.commits import CountedCommits
from roomtone.server.db.sql import SqlRepository
from roomtone.server.problems import RefusedError
from roomtone.wire.project.people import Role, Scope
from tests.server.inside import Inside, Person, fresh
from tests.server.rig import Answer

DAY = 86_400.0
LONG = "correct horse battery"


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


def member(inside: Inside, project: str, role: Role) -> Person:
    person = inside.person(f"The {role}")
    inside.join(project, person, role)
    return person


def invite(person: Person, project: str, **wanted: Any) -> Any:
    answer = person.send("POST", f"/api/projects/{project}/invites", wanted)
    assert answer.status == 200, answer.body
    return answer.json


def join(inside: Inside, code: str, name: str = "Mika", passphrase: str = LONG) -> Answer:
    return inside.nobody().send("POST", "/api/join", {"code": code, "name": name, "passphrase": passphrase})


def as_key(inside: Inside, answer: Answer) -> Person:
    """Return whom an answer let in."""
    assert answer.status == 200, answer.body
    account = inside.repository.account(answer.json["account"])
    assert account is not None
    return Person(inside, account, answer.json["token"])


def test_a_link_says_what_it_leads_to_and_lets_in(inside: Inside, ana: Person, project: str) -> None:
    code = invite(ana, project, role="reviewer", days=3, uses=2, note="choir")["code"]
    told = inside.nobody().send("POST", "/api/invitation", {"code": code}).json
    assert (told["project"], told["title"], told["role"]) == (project, "Song", "reviewer")
    joined = join(inside, code)
    assert (joined.json["project"], joined.json["role"], joined.json["name"]) == (project, "reviewer", "Mika")
    mika = as_key(inside, joined)
    assert mika.get(f"/api/projects/{project}")["title"] == "Song"
    (listed,) = ana.get(f"/api/projects/{project}/invites")["invites"]
    assert (listed["uses_left"], listed["code"], listed["note"]) == (1, "", "choir")
    assert mika.ask("GET", f"/api/projects/{project}/invites").code == "not-allowed"


@pytest.mark.parametrize("end", ["expired", "used up", "revoked", "its maker left", "unknown"])
def test_a_link_that_ended_opens_nothing_and_never_says_why(
    inside: Inside, ana: Person, project: str, end: str
) -> None:
    leader = member(inside, project, Role.LEADER)
    made = invite(leader, project, days=1, uses=1)
    code = made["code"]
    if end == "expired":
        inside.clock.advance(DAY)
    elif end == "used up":
        assert join(inside, code, "First").status == 200
    elif end == "revoked":
        assert ana.ask("DELETE", f"/api/projects/{project}/invites/{made['id']}").status == 204
        assert ana.ask("DELETE", f"/api/projects/{project}/invites/{made['id']}").status == 204
    elif end == "its maker left":
        assert ana.ask("DELETE", f"/api/projects/{project}/members/{leader.id}").status == 204
    else:
        code = "x" * 32
    answer = join(inside, code)
    looked = inside.nobody().send("POST", "/api/invitation", {"code": code})
    assert (answer.status, answer.code) == (looked.status, looked.code) == (404, "unknown-invite")
    assert "detail" not in answer.json
    assert inside.repository.account_named("Mika") is None


def test_nobody_makes_links_to_more_than_is_below_them(inside: Inside, ana: Person, project: str) -> None:
    leader = member(inside, project, Role.LEADER)
    path = f"/api/projects/{project}/invites"
    assert ana.send("POST", path, {"role": "owner"}).code == "not-allowed"
    assert leader.send("POST", path, {"role": "leader"}).code == "not-allowed"
    assert ana.send("POST", path, {"role": "leader"}).status == 200
    assert ana.send("POST", path, {"days": 366}).code == "bad-document"
    assert ana.send("POST", path, {"note": "a\x07b"}).code == "bad-document"


def test_a_guest_comes_in_by_name_alone_and_gets_an_account_by_a_passphrase(
    inside: Inside, ana: Person, project: str
) -> None:
    code = invite(ana, project, role="leader")["code"]
    first, second = (as_key(inside, join(inside, code, "Ana", "")) for _ in range(2))
    assert first.account.guest
    roles = {
        one["account"]: (one["role"], one["guest"]) for one in ana.get(f"/api/projects/{project}/members")["members"]
    }
    assert roles[first.id] == roles[second.id] == ("guest", True)
    path = "/api/me/passphrase"
    assert first.send("PUT", path, {"new": LONG}).code == "name-taken"
    lone = as_key(inside, join(inside, code, "Łucja", ""))
    assert lone.send("PUT", path, {"new": "short"}).code == "bad-document"
    assert lone.send("PUT", path, {"new": LONG}).status == 204
    assert lone.send("PUT", path, {"new": "another one", "old": "wrong"}).code == "wrong-name-or-passphrase"
    assert lone.send("PUT", path, {"new": "another one", "old": LONG}).status == 204
    back = inside.nobody().send("POST", "/api/login", {"name": "łucja", "passphrase": "another one"})
    assert back.json["account"] == lone.id


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\u202eb", "x" * 101])
def test_what_cannot_be_a_name_is_none(inside: Inside, ana: Person, project: str, name: str) -> None:
    answer = join(inside, invite(ana, project)["code"], name)
    assert answer.status == 400
    assert answer.code in ("bad-name", "bad-document")


def test_a_name_is_taken_whatever_its_letters(inside: Inside, ana: Person, project: str) -> None:
    code = invite(ana, project)["code"]
    assert join(inside, code, "ANA").code == "name-taken"
    assert join(inside, code, "Mika", "short").code == "bad-passphrase"
    assert ana.get(f"/api/projects/{project}/invites")["invites"][0]["uses_left"] == 100


def test_an_account_joins_with_its_own_token_and_is_never_made_less(inside: Inside, ana: Person, project: str) -> None:
    eve = inside.person("Eve")
    low, high = (invite(ana, project, role=role)["code"] for role in ("guest", "leader"))
    for code, role, left in ((low, "guest", 99), (high, "leader", 99), (low, "leader", 99)):
        joined = eve.send("POST", "/api/join", {"code": code}).json
        assert (joined["token"], joined["role"], joined["project"]) == (eve.token, role, project)
        counts = {one["role"]: one["uses_left"] for one in ana.get(f"/api/projects/{project}/invites")["invites"]}
        assert counts[role if code == high else "guest"] == left
    assert eve.with_key(Scope.RECORDER, project).send("POST", "/api/join", {"code": low}).code == "key-too-narrow"


def test_coming_back_tells_nothing_of_who_is_here(inside: Inside, ana: Person, project: str) -> None:
    join(inside, invite(ana, project)["code"])
    told = [
        inside.nobody().send("POST", "/api/login", {"name": name, "passphrase": LONG + wrong})
        for name, wrong in (("Mika", "x"), ("Nobody", ""), ("Ana", ""))
    ]
    assert [answer.body for answer in told] == [told[0].body] * 3
    assert told[0].status == 403
    back = as_key(inside, inside.nobody().send("POST", "/api/login", {"name": " MIKA ", "passphrase": LONG}))
    assert back.get("/api/me")["name"] == "Mika"


def test_roles_change_from_above_only_and_an_owner_stays(inside: Inside, ana: Person, project: str) -> None:
    leader, other, mika = (member(inside, project, role) for role in (Role.LEADER, Role.REVIEWER, Role.CONTRIBUTOR))

    def put(who: Person, whom: Person, role: str) -> str:
        answer = who.send("PUT", f"/api/projects/{project}/members/{whom.id}", {"role": role})
        return answer.code or str(answer.json["role"])

    assert put(leader, mika, "reviewer") == "reviewer"
    assert put(leader, mika, "leader") == "not-allowed"
    assert put(leader, ana, "guest") == "not-allowed"
    assert put(other, mika, "guest") == "not-allowed"
    assert put(ana, ana, "leader") == "last-owner"
    assert put(ana, mika, "owner") == "owner"
    assert put(ana, ana, "leader") == "leader"
    assert put(leader, inside.person("New"), "contributor") == "contributor"
    assert put(mika, Person(inside, inside.person("Ghost").account, ""), "guest") == "guest"
    assert mika.send("PUT", f"/api/projects/{project}/members/{fresh()}", {"role": "guest"}).code == "unknown-account"


def test_who_leaves_keeps_what_is_theirs_and_sees_no_more(inside: Inside, ana: Person, project: str) -> None:
    mika = member(inside, project, Role.CONTRIBUTOR)
    take = mika.take(project)
    path = f"/api/projects/{project}/members"
    assert ana.ask("DELETE", f"{path}/{ana.id}").code == "last-owner"
    assert mika.ask("DELETE", f"{path}/{ana.id}").code == "not-allowed"
    assert mika.ask("DELETE", f"{path}/{mika.id}").status == 204
    assert ana.ask("DELETE", f"{path}/{mika.id}").code == "unknown-member"
    assert mika.ask("GET", f"/api/takes/{take}").code == "unknown-take"
    assert mika.ask("GET", f"/api/projects/{project}").code == "unknown-project"
    assert ana.get(f"/api/takes/{take}")["account"] == mika.id
    assert [(one["name"], one["gone"]) for one in ana.get(path)["members"] if one["gone"]] == [
        (mika.account.name, True)
    ]


def test_keys_are_listed_renewed_and_taken_back(inside: Inside, ana: Person, project: str) -> None:
    made = ana.send("POST", "/api/me/devices", {"device": "Phone", "scope": "recorder", "project": project}).json
    phone = Person(inside, ana.account, made["token"])
    inside.clock.advance(90 * 60)
    assert phone.get("/api/me")["name"] == "Ana"
    listed = {one["device"]: one for one in ana.get("/api/me/devices")["devices"]}
    assert listed[""]["current"]
    assert (listed["Phone"]["scope"], listed["Phone"]["project"]) == ("recorder", project)
    assert listed["Phone"]["used"] == "2026-01-01T01:00:00.000Z"
    renewed = Person(inside, ana.account, ana.ask("POST", "/api/me/rotate").json["token"])
    assert ana.ask("GET", "/api/me").status == 401
    assert renewed.ask("DELETE", f"/api/me/devices/{listed['Phone']['id']}").status == 204
    assert renewed.ask("DELETE", f"/api/me/devices/{listed['Phone']['id']}").code == "unknown-device"
    assert phone.ask("GET", "/api/me").status == 401
    assert len(renewed.get("/api/me/devices")["devices"]) == 1
    foreign = {"device": "Phone", "scope": "recorder", "project": fresh()}
    assert renewed.send("POST", "/api/me/devices", foreign).code == "unknown-project"


def test_a_stolen_recorder_adds_takes_and_nothing_else(inside: Inside, ana: Person, project: str) -> None:
    mika = member(inside, project, Role.CONTRIBUTOR)
    other = inside.project(ana)
    phone = ana.with_key(Scope.RECORDER, project)
    take = phone.take(project)
    assert len(phone.get(f"/api/takes/{take}")["tracks"]) == 1
    assert phone.ask("GET", f"/api/takes/{mika.take(project)}").code == "unknown-take"
    assert (
        phone.send("PUT", f"/api/takes/{fresh()}", {"project": other, "title": "T", "tracks": []}).code
        == "key-too-narrow"
    )
    assert phone.ask("GET", f"/api/projects/{project}").code == "key-too-narrow"
    assert phone.ask("POST", "/api/me/rotate").code == "key-too-narrow"
    assert phone.ask("GET", f"/api/takes/{ana.take(other)}").code == "unknown-take"


def test_a_guest_sees_what_a_guest_needs(inside: Inside, ana: Person, project: str) -> None:
    guest = member(inside, project, Role.GUEST)
    guide, secret, own = ana.take(project), ana.take(project), guest.take(project)
    call, comment = fresh(), fresh()

    def said(item: str, **fields: Any) -> dict[str, Any]:
        return {"id": fresh(), "item": item, "at": "2026-01-01T00:00:00.000Z", "fields": fields}

    theirs, aside, reply = fresh(), fresh(), fresh()
    ana.edit(
        project,
        said(comment, kind="comment", about=own, text="Hm"),
        said(secret, kind="take", submitted=True),
        said(aside, kind="comment", about=secret, text="Between us"),
        said(theirs, kind="comment", about=project, text="For you", to=guest.id),
    )
    before = guest.get(f"/api/projects/{project}/state")
    assert [take["id"] for take in before["takes"]] == [own]
    assert {item["id"] for item in before["items"]} == {project, comment, theirs}
    assert guest.ask("GET", f"/api/takes/{guide}/tracks/mic.flac").code == "unknown-take"
    ana.edit(project, said(call, kind="call", title="Bass", guide=[guide]))
    after = guest.get(f"/api/projects/{project}/state?since={before['cursor']}")
    assert [take["id"] for take in after["takes"]] == [guide]
    assert [item["id"] for item in after["items"]] == [call]
    assert guest.ask("GET", f"/api/takes/{guide}/tracks/mic.flac").body == b"12345"
    assert guest.ask("GET", f"/api/takes/{secret}/tracks/mic.flac").code == "unknown-take"
    assert {take["id"] for take in guest.get(f"/api/projects/{project}/takes")["takes"]} == {guide, own}
    page = guest.get(f"/api/projects/{project}/takes?limit=1&after=0")
    assert page["more"]
    changes = guest.get(f"/api/projects/{project}/changes")
    assert {change["subject"] for change in changes["changes"]} == {
        *(project, guide, own, call, guest.id, comment, theirs),
    }
    assert changes["cursor"] == ana.get(f"/api/projects/{project}")["cursor"]
    ana.edit(project, said(reply, kind="comment", about=own, text="Louder", reply_to=comment))
    news = guest.get(f"/api/projects/{project}/changes?since={changes['cursor']}")["changes"]
    assert [change["subject"] for change in news] == [reply]
    assert guest.ask("GET", f"/api/projects/{project}/items/{aside}/history").code == "unknown-item"
    assert guest.get(f"/api/projects/{project}/items/{comment}/history")["past"]
    answers = guest.edit(project, said(own, kind="take", submitted=True), said(fresh(), kind="comment", about=own))
    assert [answer["outcome"] for answer in answers] == ["applied", "refused"]


class FullDisk(SqlRepository):
    """A repository that has no room for the use of a key."""

    def use_key(self, token_hash: str, at: datetime) -> None:
        del token_hash, at
        raise RefusedError("disk-full")


def test_a_full_disk_keeps_nobody_from_reading() -> None:
    with Inside(FullDisk(engines.open_memory(), CountedCommits(), engines.faults)) as inside:
        ana = inside.person("Ana")
        assert ana.get("/api/me")["name"] == "Ana"
        assert ana.get("/api/projects") == {"projects": []}
