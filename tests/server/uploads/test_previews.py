"""A sealed take still takes in one thing: a preview, once, by its maker."""

from __future__ import annotations

import os

import pytest

from roomtone.wire import tus
from roomtone.wire.digest import digest_of
from roomtone.wire.previews import FILM, MAX_PREVIEW_BYTES, PICTURE, SOUND
from tests.server.rig import Answer, Client, RunningServer

_BODY = os.urandom(30_000)


@pytest.fixture
def sealed(client: Client) -> tuple[str, str]:
    """A project, and a sealed take in it."""
    project = client.project()
    take = client.take(project, "mic.flac")
    client.append(client.upload(len(_BODY), {"take": take, "track": "mic.flac"}), 0, _BODY)
    assert client.seal(take, "mic.flac", len(_BODY), digest_of(_BODY)).status == 200
    assert client.post(f"/api/takes/{take}/seal", {"manifest": {"v": 1}}).status == 200
    return project, take


def _place(take: str, track: str) -> list[tuple[str, str]]:
    return [("Upload-Length", "3"), ("Upload-Metadata", tus.format_metadata({"take": take, "track": track}))]


def _declare(client: Client, sealed: tuple[str, str], *tracks: tuple[str, str]) -> Answer:
    named = [{"name": name, "media": media} for name, media in tracks]
    return client.put(f"/api/takes/{sealed[1]}", {"project": sealed[0], "title": "x", "tracks": named})


def test_a_sealed_take_takes_in_its_preview_and_stays_as_it_was(client: Client, sealed: tuple[str, str]) -> None:
    _, take = sealed
    before = client.get(f"/api/takes/{take}").json
    small = os.urandom(5_000)
    assert _declare(client, sealed, (SOUND, "audio/ogg")).status == 200
    client.append(client.upload(len(small), {"take": take, "track": SOUND}), 0, small)
    for _ in range(2):
        assert client.seal(take, SOUND, len(small), digest_of(small)).status == 200
    after = client.get(f"/api/takes/{take}").json
    assert (after["sealed"], after["manifest"], after["tracks"][0]) == (True, before["manifest"], before["tracks"][0])
    assert [track["name"] for track in after["tracks"]] == ["mic.flac", SOUND]
    answer = client.get(f"/api/takes/{take}/tracks/{SOUND}")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, small, "audio/ogg")
    assert client.seal(take, SOUND, 3, digest_of(b"abc")).code == "track-sealed"
    assert client.create(_place(take, SOUND)).code == "track-sealed"


@pytest.mark.parametrize(
    ("tracks", "code"),
    [
        ([("more.flac", "audio/flac")], "take-sealed"),
        ([(SOUND, "audio/ogg"), ("more.flac", "audio/flac")], "take-sealed"),
        ([("preview-2.ogg", "audio/ogg")], "take-sealed"),
        ([(SOUND, "audio/ogg"), (FILM, "video/mp4")], "take-differs"),
        ([(PICTURE, "text/html")], "bad-document"),
    ],
)
def test_nothing_but_one_preview_of_its_own_kind_comes_in(
    client: Client, sealed: tuple[str, str], tracks: list[tuple[str, str]], code: str
) -> None:
    assert _declare(client, sealed, *tracks).code == code
    assert len(client.get(f"/api/takes/{sealed[1]}").json["tracks"]) == 1


def test_a_second_preview_is_refused(client: Client, sealed: tuple[str, str]) -> None:
    assert _declare(client, sealed, (SOUND, "audio/ogg")).status == 200
    assert _declare(client, sealed, (FILM, "video/mp4")).code == "take-differs"


def test_a_preview_that_is_declared_keeps_no_take_from_its_seal(client: Client) -> None:
    project = client.project()
    take = client.take(project, "mic.flac")
    assert _declare(client, (project, take), (SOUND, "audio/ogg")).status == 200
    client.append(client.upload(len(_BODY), {"take": take, "track": "mic.flac"}), 0, _BODY)
    client.seal(take, "mic.flac", len(_BODY), digest_of(_BODY))
    assert client.post(f"/api/takes/{take}/seal", {"manifest": {"v": 1}}).status == 200


def test_nobody_else_puts_a_preview_there(
    shared_server: RunningServer, client: Client, sealed: tuple[str, str]
) -> None:
    stranger = shared_server.another_account("Eve")
    assert _declare(stranger, sealed, (SOUND, "audio/ogg")).status in (403, 404)
    _declare(client, sealed, (SOUND, "audio/ogg"))
    assert stranger.create(_place(sealed[1], SOUND)).status in (403, 404)


def test_a_preview_is_small(client: Client, sealed: tuple[str, str]) -> None:
    _, take = sealed
    _declare(client, sealed, (FILM, "video/mp4"))
    upload = client.upload(None, {"take": take, "track": FILM})
    block = bytes(8 << 20)
    for number in range(MAX_PREVIEW_BYTES // len(block)):
        assert client.append(upload, number * len(block), block).status == 204
    assert client.append(upload, MAX_PREVIEW_BYTES, b"x").status == 204
    whole = bytes(MAX_PREVIEW_BYTES) + b"x"
    assert client.seal(take, FILM, len(whole), digest_of(whole)).code == "too-large"
