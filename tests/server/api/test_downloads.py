"""Downloads: whole, in ranges, unchanged, and only when sealed."""

from __future__ import annotations

import os

import pytest

from roomtone.foundation.errors import WorldError
from roomtone.server.api.downloads import Span, read_range
from roomtone.wire.digest import digest_of
from tests.server.rig import Client

BODY = os.urandom(1_700_001)
SIZE = len(BODY)


@pytest.fixture
def path(client: Client) -> str:
    """The address of a sealed track that holds ``BODY``."""
    take, track = client.track()
    client.append(client.upload(SIZE, {"take": take, "track": track}), 0, BODY)
    assert client.seal(take, track, SIZE, digest_of(BODY)).status == 200
    return f"/api/takes/{take}/tracks/{track}"


def test_the_whole_track_with_its_digest_as_tag(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status, answer.body == BODY) == (200, True)
    assert answer.headers["etag"] == f'"{digest_of(BODY)}"'
    assert answer.headers["content-type"] == "audio/flac"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = client.ask("HEAD", path)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(SIZE))


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-524287", 0, 524_288),
        ("bytes=524287-1048577", 524_287, 1_048_578),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        ("bytes=-999999999", 0, SIZE),
        ("bytes=5-999999999", 5, SIZE),
    ],
)
def test_a_range(client: Client, path: str, wanted: str, start: int, stop: int) -> None:
    answer = client.get(path, [("Range", wanted)])
    assert answer.status == 206
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.body == BODY[start:stop]


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=99999999-", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_size(client: Client, path: str, wanted: str) -> None:
    answer = client.get(path, [("Range", wanted)])
    assert (answer.status, answer.code) == (416, "bad-range")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "lines=0-1", "bytes=5-3", "bytes=-", "bytes=a-b", "bytes"])
def test_a_range_that_is_not_understood_is_ignored(client: Client, path: str, wanted: str) -> None:
    answer = client.get(path, [("Range", wanted)])
    assert (answer.status, len(answer.body)) == (200, SIZE)


def test_an_unchanged_track_is_not_sent_again(client: Client, path: str) -> None:
    tag = f'"{digest_of(BODY)}"'
    for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = client.get(path, [("If-None-Match", condition)])
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(path, [("If-None-Match", '"other"')]).status == 200


def test_a_range_of_another_version_brings_the_whole(client: Client, path: str) -> None:
    same = [("Range", "bytes=0-9"), ("If-Range", f'"{digest_of(BODY)}"')]
    assert client.get(path, same).status == 206
    assert client.get(path, [("Range", "bytes=0-9"), ("If-Range", '"other"')]).status == 200


def test_what_is_not_sealed_cannot_be_had(client: Client) -> None:
    take, track = client.track()
    address = f"/api/takes/{take}/tracks/{track}"
    assert client.get(address).code == "unknown-track"
    client.append(client.upload(SIZE, {"take": take, "track": track}), 0, BODY)
    assert client.get(address).status == 404
    assert client.get(f"/api/takes/{take}/tracks/..%2F..%2Fetc").status == 404
    assert client.put(address, {}).status == 405


def test_an_empty_track_has_no_ranges() -> None:
    assert read_range("bytes=0-", 10) == Span(0, 10)
    with pytest.raises(WorldError):
        read_range("bytes=0-", 0)
