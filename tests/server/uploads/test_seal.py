"""Sealing: header patches, digests, repeats, and takes that are whole."""

from __future__ import annotations

import os

import pytest

from roomtone.wire import tus
from roomtone.wire.digest import CHUNK, digest_of
from tests.server.rig import RESUMABLE, Client, RunningServer


def uploaded(client: Client, body: bytes, piece: int = 700_000) -> tuple[str, str, str]:
    """Upload a track with a deferred length; return the upload's path, the take and the track."""
    take, track = client.track()
    path = client.upload(None, {"take": take, "track": track})
    for offset in range(0, len(body), piece):
        assert client.append(path, offset, body[offset : offset + piece]).status == 204
    return path, take, track


def patched(body: bytes, *patches: tuple[int, bytes]) -> bytes:
    """Return ``body`` with patches made."""
    changed = bytearray(body)
    for offset, data in patches:
        changed[offset : offset + len(data)] = data
    return bytes(changed)


@pytest.mark.parametrize("size", [9, 65_536, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 12_345])
def test_a_patched_track_is_sealed_byte_for_byte(client: Client, size: int) -> None:
    body = os.urandom(size)
    patches = [(0, b"fLaC"), (4, b"12345")]
    path, take, track = uploaded(client, body)
    whole = patched(body, *patches)
    answer = client.seal(take, track, size, digest_of(whole), patches)
    assert answer.status == 200, answer.body
    assert answer.json == {
        "name": track,
        "media": "audio/flac",
        "state": "sealed",
        "received": size,
        "digest": digest_of(whole),
    }
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == whole
    assert client.look(path).offset == size


def test_a_repeated_seal_is_answered_like_the_first_and_another_one_refused(client: Client) -> None:
    body = os.urandom(5000)
    _, take, track = uploaded(client, body)
    first = client.seal(take, track, 5000, digest_of(body))
    assert client.seal(take, track, 5000, digest_of(body)).body == first.body
    other = client.seal(take, track, 5000, digest_of(b"other"))
    assert (other.status, other.code, other.json["digest"]) == (409, "track-sealed", digest_of(body))


def test_a_wrong_digest_changes_nothing(client: Client) -> None:
    body = os.urandom(2_000_000)
    path, take, track = uploaded(client, body)
    answer = client.seal(take, track, len(body), digest_of(body), [(0, b"other bytes")])
    assert (answer.status, answer.code) == (409, "digest-mismatch")
    assert client.look(path).offset == len(body)
    assert client.seal(take, track, len(body), digest_of(body)).status == 200
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == body


@pytest.mark.parametrize(("length", "code"), [(4999, "length-conflict"), (5001, "track-incomplete")])
def test_a_wrong_length_changes_nothing(client: Client, length: int, code: str) -> None:
    body = os.urandom(5000)
    path, take, track = uploaded(client, body)
    assert client.seal(take, track, length, digest_of(body)).code == code
    assert client.append(path, 5000, b"more").offset == 5004


def test_a_patch_behind_the_end_is_refused(client: Client) -> None:
    body = os.urandom(100)
    _, take, track = uploaded(client, body)
    assert client.seal(take, track, 100, digest_of(body), [(97, b"1234")]).code == "bad-patch"
    assert client.seal(take, track, 100, digest_of(body), [((1 << 16) + 1, b"1")]).code == "bad-document"


def test_a_track_without_bytes_or_upload_cannot_be_sealed(client: Client) -> None:
    take, track = client.track()
    assert client.seal(take, track, 0, digest_of(b"")).code == "track-incomplete"
    assert client.seal(take, "other.flac", 0, digest_of(b"")).code == "unknown-track"
    client.upload(None, {"take": take, "track": track})
    assert client.seal(take, track, 0, digest_of(b"")).status == 200
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == b""


def test_a_lost_upload_url_is_given_again_with_its_bytes(client: Client) -> None:
    body = os.urandom(5000)
    path, take, track = uploaded(client, body)
    place = ("Upload-Metadata", tus.format_metadata({"take": take, "track": track}))
    again = client.create([("Upload-Defer-Length", "1"), place])
    assert (again.status, again.headers["location"], again.offset) == (201, path, 5000)
    longer = client.create([("Upload-Length", "6000"), place])
    assert (longer.status, longer.headers["location"], longer.offset) == (201, path, 5000)
    assert client.look(path).headers["upload-length"] == "6000"
    assert client.create([("Upload-Length", "7000"), place]).code == "length-conflict"


def test_a_sealed_track_takes_no_new_upload_and_tells_its_digest(client: Client) -> None:
    body = os.urandom(5000)
    path, take, track = uploaded(client, body)
    client.seal(take, track, 5000, digest_of(body))
    place = ("Upload-Metadata", tus.format_metadata({"take": take, "track": track}))
    answer = client.create([("Upload-Defer-Length", "1"), place])
    assert (answer.status, answer.code, answer.json["digest"]) == (409, "track-sealed", digest_of(body))
    assert client.append(path, 5000, b"more").code == "upload-finished"
    assert client.ask("DELETE", path, [RESUMABLE]).code == "track-sealed"
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == body


def test_a_take_is_sealed_after_its_tracks_and_keeps_its_manifest(client: Client) -> None:
    body = os.urandom(500)
    project = client.project()
    take = client.take(project, "mic.flac", "cam.mp4")
    manifest = {"rate": 48_000, "nested": {"title": "Straße – 東京"}}
    assert client.post(f"/api/takes/{take}/seal", {"manifest": manifest}).code == "tracks-unsealed"
    for track in ("mic.flac", "cam.mp4"):
        client.append(client.upload(500, {"take": take, "track": track}), 0, body)
        assert client.seal(take, track, 500, digest_of(body)).status == 200
    sealed = client.post(f"/api/takes/{take}/seal", {"manifest": manifest})
    assert sealed.json["sealed"] is True
    assert sealed.json["manifest"] == manifest
    assert client.post(f"/api/takes/{take}/seal", {"manifest": {"other": 1}}).json["manifest"] == manifest
    more = {"project": project, "title": "T", "tracks": [{"name": "late.flac", "media": "audio/flac"}]}
    assert client.put(f"/api/takes/{take}", more).code == "take-sealed"
    kinds = [change["kind"] for change in client.get(f"/api/projects/{project}/changes").json["changes"]]
    assert kinds == ["project-created", "take-started", "track-sealed", "track-sealed", "take-sealed"]


def test_tracks_can_be_added_but_never_changed(client: Client) -> None:
    project = client.project()
    take = client.take(project, "mic.flac")
    document = {"project": project, "title": "Other", "tracks": [{"name": "cam.mp4", "media": "video/mp4"}]}
    answer = client.put(f"/api/takes/{take}", document)
    assert [track["name"] for track in answer.json["tracks"]] == ["mic.flac", "cam.mp4"]
    assert answer.json["title"] == "Take"
    document["tracks"] = [{"name": "mic.flac", "media": "audio/wav"}]
    assert client.put(f"/api/takes/{take}", document).code == "take-differs"
    document["tracks"] = [{"name": "../x.flac", "media": "audio/wav"}]
    assert client.put(f"/api/takes/{take}", document).code == "bad-document"


def test_a_plain_upload_becomes_a_sealed_take(client: Client) -> None:
    project = client.project()
    body = os.urandom(100_000)
    place = {"project": project, "filename": "Gitarre – für Straße (2).WAV", "filetype": "audio/wav"}
    path = client.upload(len(body), place)
    assert client.get(f"/api/projects/{project}/takes").json["takes"] == []
    client.append(path, 0, body[:50_000])
    client.append(path, 50_000, body[50_000:])
    (take,) = client.get(f"/api/projects/{project}/takes").json["takes"]
    assert (take["title"], take["sealed"], take["id"]) == (place["filename"], True, path.rpartition("/")[2])
    (track,) = take["tracks"]
    assert (track["name"], track["media"], track["digest"]) == (
        "gitarre-fur-strasse-2.wav",
        "audio/wav",
        digest_of(body),
    )
    assert client.get(f"/api/takes/{take['id']}/tracks/{track['name']}").body == body
    assert client.look(path).offset == len(body)


def test_parts_are_joined_and_sealed(client: Client) -> None:
    body = os.urandom(2_500_000)
    take, track = client.track()
    paths = []
    for start, stop in ((0, 1_000_000), (1_000_000, 2_500_000)):
        answer = client.create([("Upload-Length", str(stop - start)), ("Upload-Concat", "partial")])
        paths.append(answer.headers["location"])
        client.append(paths[-1], 0, body[start:stop])
    assert client.look(paths[0]).headers["upload-concat"] == "partial"
    place = ("Upload-Metadata", tus.format_metadata({"take": take, "track": track}))
    joining = ("Upload-Concat", f"final;{client.url}{paths[0]} {paths[1]}")
    final = client.create([joining, place])
    assert final.status == 201, final.body
    path = final.headers["location"]
    described = client.look(path)
    assert described.headers["upload-concat"] == f"final;{paths[0]} {paths[1]}"
    assert (described.headers["upload-length"], described.offset) == ("2500000", 2_500_000)
    assert client.append(path, 2_500_000, b"more").code == "final-upload"
    assert client.create([joining, place]).headers["location"] == path
    assert client.seal(take, track, len(body), digest_of(body)).status == 200
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == body


def test_unfinished_or_foreign_parts_are_not_joined(client: Client) -> None:
    take, track = client.track()
    place = ("Upload-Metadata", tus.format_metadata({"take": take, "track": track}))
    part = client.create([("Upload-Length", "10"), ("Upload-Concat", "partial")]).headers["location"]
    client.append(part, 0, b"12345")
    assert client.create([("Upload-Concat", f"final;{part}"), place]).code == "parts-unfinished"
    whole = client.upload(0)
    assert client.create([("Upload-Concat", f"final;{whole}"), place]).code == "parts-unfinished"
    assert client.create([("Upload-Concat", f"final;{tus.UPLOADS}/{'0' * 32}"), place]).code == "unknown-upload"
    client.append(part, 5, b"67890")
    assert client.create([("Upload-Concat", f"final;{part} {part}"), place]).status == 201


def test_a_track_is_sealed_after_the_server_was_killed_in_between(server: RunningServer) -> None:
    client = server.client()
    body = os.urandom(3_300_000)
    path, take, track = uploaded(client, body[:3_000_000])
    server.kill()
    server.start()
    assert client.look(path).offset == 3_000_000
    client.append(path, 3_000_000, body[3_000_000:])
    whole = patched(body, (10, b"header"))
    assert client.seal(take, track, len(whole), digest_of(whole), [(10, b"header")]).status == 200
    assert client.get(f"/api/takes/{take}/tracks/{track}").body == whole
