"""Every route for everybody, in a project of theirs and in another: what is expected, and that nothing is forgotten."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from roomtone.server.services.rules import RULES
from roomtone.wire import tus
from roomtone.wire.project.people import Role, Scope
from tests.server.inside import Inside, Pairs, Person, fresh
from tests.server.rig import OFFSET_TYPE, RESUMABLE, Answer

# Who asks, in this order: owner, leader, contributor, reviewer, guest, a stranger, somebody without a token, the
# contributor's key for recording, a key that was taken back.
VISITORS: Final = (
    *("owner", "leader", "contributor", "reviewer", "guest", "stranger", "nobody", "recorder", "revoked"),
)
# What each hears: + it is let in, a not-allowed, y not-yours, k key-too-narrow, u there is nothing, t 401.
LETTERS: Final = {
    "not-allowed": "a",
    "not-yours": "y",
    "key-too-narrow": "k",
    "unknown-project": "u",
    "unknown-take": "u",
    "unknown-upload": "u",
    "not-signed-in": "t",
}

ALL = "+++++++++"
ANY_KEY = "++++++t+t"
PERSON = "++++++tkt"
KNOW = "+++++utkt"
SEE = "++++autkt"
LEAD = "++aaautkt"
NOT_THERE = "uuuuuutkt"
NO_TAKE = "uuuuuutut"
OWN_TAKE = "yy+yuut+t"
OWN_UPLOAD = "uu+uuut+t"

# For each route what is heard in the project of these roles, and in another one. In both, take and upload are a
# contributor's, whose recorder is the one above in the first.
EXPECTED: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("GET", "/api/about"): (ALL, ALL),
    ("GET", "/api/schema"): (ALL, ALL),
    ("GET", "/api/schema/openapi.json"): (ALL, ALL),
    ("GET", "/api/me"): (ANY_KEY, ANY_KEY),
    ("PUT", "/api/me/passphrase"): (PERSON, PERSON),
    ("GET", "/api/me/devices"): (PERSON, PERSON),
    ("POST", "/api/me/devices"): ("+++a+utkt", NOT_THERE),
    ("DELETE", "/api/me/devices/{device}"): (PERSON, PERSON),
    ("POST", "/api/me/rotate"): (PERSON, PERSON),
    ("POST", "/api/invitation"): (ALL, ALL),
    ("POST", "/api/join"): ("+++++++kt", "+++++++kt"),
    ("POST", "/api/login"): (ALL, ALL),
    ("GET", "/api/projects"): (PERSON, PERSON),
    ("PUT", "/api/projects/{project}"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/takes"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/changes"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/events"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/state"): (KNOW, NOT_THERE),
    ("POST", "/api/projects/{project}/edits"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/items/{item}/history"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/page"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/queue"): (SEE, NOT_THERE),
    ("GET", "/api/projects/{project}/credits"): (SEE, NOT_THERE),
    ("GET", "/api/projects/{project}/lineage"): (SEE, NOT_THERE),
    ("GET", "/api/projects/{project}/health"): (SEE, NOT_THERE),
    ("GET", "/api/projects/{project}/next"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/notices"): (KNOW, NOT_THERE),
    ("GET", "/api/projects/{project}/members"): (KNOW, NOT_THERE),
    ("PUT", "/api/projects/{project}/members/{member}"): (LEAD, NOT_THERE),
    ("DELETE", "/api/projects/{project}/members/{member}"): (LEAD, NOT_THERE),
    ("GET", "/api/projects/{project}/invites"): (LEAD, NOT_THERE),
    ("POST", "/api/projects/{project}/invites"): (LEAD, NOT_THERE),
    ("DELETE", "/api/projects/{project}/invites/{invite}"): (LEAD, NOT_THERE),
    ("PUT", "/api/takes/{take}"): ("yy+auut+t", NO_TAKE),
    ("GET", "/api/takes/{take}"): ("++++uut+t", NO_TAKE),
    ("GET", "/api/takes/{take}/tracks/{name}"): ("++++uutkt", "uuuuuutkt"),
    ("HEAD", "/api/takes/{take}/tracks/{name}"): ("++++uutkt", "uuuuuutkt"),
    ("POST", "/api/takes/{take}/tracks/{name}/seal"): (OWN_TAKE, NO_TAKE),
    ("POST", "/api/takes/{take}/seal"): (OWN_TAKE, NO_TAKE),
    ("OPTIONS", "/api/uploads"): (ALL, ALL),
    ("POST", "/api/uploads"): ("+++a+ut+t", NO_TAKE),
    ("OPTIONS", "/api/uploads/{upload}"): (ALL, ALL),
    ("HEAD", "/api/uploads/{upload}"): (OWN_UPLOAD, NO_TAKE),
    ("PATCH", "/api/uploads/{upload}"): (OWN_UPLOAD, NO_TAKE),
    ("DELETE", "/api/uploads/{upload}"): (OWN_UPLOAD, NO_TAKE),
    ("POST", "/api/uploads/{upload}"): (OWN_UPLOAD, NO_TAKE),
}


@dataclass(frozen=True)
class Place:
    """A project with something of everything in it. ``crowd`` are those with a role in it."""

    project: str
    crowd: dict[str, Person]
    take: str

    @property
    def maker(self) -> Person:
        return self.crowd["contributor"]


@dataclass(frozen=True)
class World:
    """Two projects; nobody of the first is in the second. ``code`` opens a third."""

    inside: Inside
    mine: Place
    other: Place
    stranger: Person
    code: str

    def visitor(self, who: str) -> Person:
        """Return somebody with a key that nobody else uses."""
        if who == "nobody":
            return self.inside.nobody()
        if who == "recorder":
            return self.mine.maker.with_key(Scope.RECORDER, self.mine.project)
        person = self.mine.crowd.get(who, self.stranger).with_key(Scope.FULL)
        if who == "revoked":
            gone = self.mine.crowd["owner"].with_key(Scope.FULL)
            identity = next(one["id"] for one in gone.get("/api/me/devices")["devices"] if one["current"])
            assert gone.ask("DELETE", f"/api/me/devices/{identity}").status == 204
            return gone
        return person


@pytest.fixture
def world() -> Iterator[World]:
    with Inside() as inside:
        hall = _place(inside)
        code = hall.crowd["owner"].send("POST", f"/api/projects/{hall.project}/invites", {"uses": 10_000}).json["code"]
        yield World(inside, _place(inside), _place(inside), inside.person(secrets.token_hex(4)), code)


def _place(inside: Inside) -> Place:
    owner = inside.person(secrets.token_hex(4))
    project = inside.project(owner)
    crowd = {"owner": owner}
    for role in (Role.LEADER, Role.CONTRIBUTOR, Role.REVIEWER, Role.GUEST):
        crowd[role.value] = inside.person(secrets.token_hex(4))
        inside.join(project, crowd[role.value], role)
    return Place(project, crowd, crowd["contributor"].take(project))


def _upload(place: Place) -> str:
    """Begin an upload of the maker's and return its id."""
    metadata = tus.format_metadata({"project": place.project, "filename": "a.wav"})
    headers = [RESUMABLE, ("Upload-Length", "5"), ("Upload-Metadata", metadata)]
    return place.maker.ask("POST", tus.UPLOADS, headers).headers["location"].rpartition("/")[2]


def _member(inside: Inside, place: Place) -> str:
    """Add somebody who may be changed and let go, and return their id."""
    person = inside.person(secrets.token_hex(4))
    inside.join(place.project, person, Role.GUEST)
    return person.id


def _document(template: str, place: Place, code: str) -> Any:
    """Return what is sent with a request so that only rights are in its way."""
    return {
        "/api/projects/{project}": {"title": "Song"},
        "/api/projects/{project}/edits": {"edits": []},
        "/api/projects/{project}/members/{member}": {"role": "reviewer"},
        "/api/projects/{project}/invites": {"role": "guest"},
        "/api/takes/{take}": {"project": place.project, "title": "T", "tracks": []},
        "/api/takes/{take}/seal": {"manifest": {}},
        "/api/takes/{take}/tracks/{name}/seal": {"length": 5, "digest": "x"},
        "/api/me/devices": {"device": "Phone", "scope": "recorder", "project": place.project},
        "/api/me/passphrase": {"new": "correct horse", "old": "correct horse"},
        "/api/invitation": {"code": code},
        "/api/join": {"code": code},
        "/api/login": {"name": "Nobody", "passphrase": "x"},
    }.get(template)


def _ask(world: World, place: Place, method: str, template: str, person: Person) -> Answer:
    path = template.replace("{project}", place.project).replace("{item}", place.project)
    path = path.replace("{take}", place.take).replace("{name}", "mic.flac").replace("{device}", fresh())
    path = path.replace("{invite}", fresh())
    if "{member}" in path:
        path = path.replace("{member}", _member(world.inside, place))
    if "{upload}" in path:
        path = path.replace("{upload}", _upload(place))
    if template.endswith("/events"):
        # A stream would never end; where it is let in, what it was asked is refused.
        path += "?since=x"
    headers: Pairs = []
    body = b""
    if template.startswith(tus.UPLOADS):
        metadata = tus.format_metadata({"project": place.project, "filename": "a.wav"})
        headers = [RESUMABLE, ("Upload-Length", "5"), ("Upload-Metadata", metadata)]
        if "{upload}" in template:
            headers = [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", "0"), ("X-HTTP-Method-Override", "PATCH")]
    elif method in ("POST", "PUT"):
        headers = [("Content-Type", "application/json")]
        body = json.dumps(_document(template, place, world.code)).encode()
    return person.ask(method, path, headers, body)


def _heard(answer: Answer, method: str) -> str:
    if method == "HEAD":
        return {401: "t", 403: "k", 404: "u"}.get(answer.status, "+")
    code = "" if answer.status < 400 else answer.code
    return LETTERS.get(code, "+")


def test_every_route_has_an_expectation_and_none_is_expected_that_is_not_there() -> None:
    assert set(EXPECTED) == set(RULES)


def test_everybody_hears_what_is_expected(world: World) -> None:
    heard: dict[tuple[str, str], tuple[str, str]] = {}
    for method, template in EXPECTED:
        answers = [_letters(world, place, method, template) for place in (world.mine, world.other)]
        heard[method, template] = (answers[0], answers[1])
        # So many keys are made here that they would be too many for anybody.
        world.inside.clock.advance(100)
    assert heard == EXPECTED


def _letters(world: World, place: Place, method: str, template: str) -> str:
    heard = ""
    for who in VISITORS:
        answer = _ask(world, place, method, template, world.visitor(who))
        assert answer.status < 500, answer.body
        heard += _heard(answer, method)
    return heard


def test_a_new_take_is_for_those_who_contribute(world: World) -> None:
    for place, expected in ((world.mine, "+++a+ut+t"), (world.other, "uuuuuutut")):
        heard = ""
        for who in VISITORS:
            document = {"project": place.project, "title": "T", "tracks": []}
            heard += _heard(world.visitor(who).send("PUT", f"/api/takes/{fresh()}", document), "PUT")
        assert heard == expected


def test_what_has_no_rule_is_not_served(world: World) -> None:
    owner = world.mine.crowd["owner"]
    for path in ("/", "/api", "/api/nothing", "/api/schema/swagger", "/api/takes", "/docs", "/api/projects//takes"):
        assert owner.ask("GET", path).code == "unknown-path"
        assert world.inside.nobody().ask("GET", path).status == 401
    answer = owner.ask("DELETE", "/api/projects")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
