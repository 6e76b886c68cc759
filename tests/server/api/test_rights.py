"""Who may do what: strangers learn nothing, members see, makers change."""

from __future__ import annotations

import secrets

import pytest

from roomtone.wire import tus
from roomtone.wire.digest import digest_of
from tests.server.rig import OFFSET_TYPE, RESUMABLE, Client, RunningServer


@pytest.fixture(scope="module")
def stranger(shared_server: RunningServer) -> Client:
    return shared_server.another_account(f"Mika {secrets.token_hex(4)}")


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer wrong", "Basic abc", "Bearer " + "x" * 500])
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "PATCH", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/api/me", f"/api/takes/{'0' * 32}", f"/api/uploads/{'0' * 32}", "/api/uploads"])
def test_nothing_answers_without_a_token(client: Client, header: str | None, method: str, path: str) -> None:
    headers = [RESUMABLE] + ([("Authorization", header)] if header else [])
    answer = Client(client.url, "").ask(method, path, headers, b"")
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_about_and_the_schema_need_no_token(client: Client) -> None:
    nobody = Client(client.url, "")
    assert nobody.get("/api/about").json["protocol"] == 1
    assert nobody.get("/api/schema/openapi.json").json["info"]["title"] == "Roomtone"


def test_two_authorization_headers_are_refused(client: Client) -> None:
    token = ("Authorization", f"Bearer {client.token}")
    assert client.get("/api/me", [token, token]).status == 400


def test_a_stranger_cannot_tell_a_project_from_an_unknown_one(client: Client, stranger: Client) -> None:
    project = client.project()
    take = client.take(project)
    upload = client.upload(5, {"take": take, "track": "mic.flac"})
    client.append(upload, 0, b"12345")
    asked = [
        stranger.get(f"/api/projects/{project}"),
        stranger.put(f"/api/projects/{project}", {"title": "Mine now"}),
        stranger.get(f"/api/projects/{project}/takes"),
        stranger.get(f"/api/projects/{project}/changes"),
        stranger.get(f"/api/projects/{project}/events"),
        stranger.put(f"/api/projects/{project}/members/{stranger.get('/api/me').json['id']}", {"role": "owner"}),
        stranger.get(f"/api/takes/{take}"),
        stranger.put(f"/api/takes/{take}", {"project": project, "title": "T", "tracks": []}),
        stranger.get(f"/api/takes/{take}/tracks/mic.flac"),
        stranger.seal(take, "mic.flac", 5, digest_of(b"12345")),
        stranger.post(f"/api/takes/{take}/seal", {"manifest": {}}),
        stranger.look(upload),
        stranger.append(upload, 5, b""),
        stranger.ask("DELETE", upload, [RESUMABLE]),
        stranger.create(
            [("Upload-Length", "5"), ("Upload-Metadata", tus.format_metadata({"take": take, "track": "mic.flac"}))]
        ),
        stranger.create(
            [("Upload-Length", "5"), ("Upload-Metadata", tus.format_metadata({"project": project, "filename": "a"}))]
        ),
    ]
    assert [answer.status for answer in asked] == [404] * len(asked)
    assert client.look(upload).offset == 5
    assert client.get(f"/api/projects/{project}").json["title"] == "Song"
    assert stranger.get("/api/projects").json == {"projects": []}


def test_a_take_cannot_be_put_under_anothers_id_in_ones_own_project(client: Client, stranger: Client) -> None:
    take = client.take(client.project())
    own = stranger.project()
    answer = stranger.put(f"/api/takes/{take}", {"project": own, "title": "T", "tracks": []})
    assert (answer.status, answer.code) == (404, "unknown-take")


def test_a_member_sees_takes_and_changes_only_his_own(client: Client, shared_server: RunningServer) -> None:
    member = shared_server.another_account(f"Ana {secrets.token_hex(4)}")
    project = client.project()
    take = client.take(project)
    body = b"12345"
    client.append(client.upload(5, {"take": take, "track": "mic.flac"}), 0, body)
    assert client.seal(take, "mic.flac", 5, digest_of(body)).status == 200
    identity = member.get("/api/me").json["id"]
    assert client.put(f"/api/projects/{project}/members/{identity}", {"role": "contributor"}).status == 200
    assert member.get(f"/api/takes/{take}/tracks/mic.flac").body == body
    assert [found["id"] for found in member.get("/api/projects").json["projects"]] == [project]
    answer = member.post(f"/api/takes/{take}/seal", {"manifest": {}})
    assert (answer.status, answer.code) == (403, "not-yours")
    assert member.put(f"/api/takes/{take}", {"project": project, "title": "T", "tracks": []}).status == 403
    assert client.get(f"/api/takes/{member.take(project)}").status == 200


def test_a_revoked_token_ends_at_once_for_a_running_server(client: Client, shared_server: RunningServer) -> None:
    name = f"Lea {secrets.token_hex(4)}"
    leaving = shared_server.another_account(name)
    path = leaving.upload(10)
    assert leaving.look(path).status == 200
    shared_server.command("user", "revoke", name)
    assert leaving.look(path).status == 401
    assert leaving.ask("PATCH", path, [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", "0")], b"12345").status == 401
    back = client
    assert back.get("/api/me").status == 200


def test_an_internal_error_tells_nothing_of_the_inside(client: Client, shared_server: RunningServer) -> None:
    take, track = client.track()
    client.append(client.upload(5, {"take": take, "track": track}), 0, b"12345")
    assert client.seal(take, track, 5, digest_of(b"12345")).status == 200
    shared_server.lose_sealed(take)
    answer = client.get(f"/api/takes/{take}/tracks/{track}")
    assert (answer.status, answer.code) == (500, "bug")
    assert answer.json["ours"] is True
    assert str(shared_server.data) not in answer.body.decode()
