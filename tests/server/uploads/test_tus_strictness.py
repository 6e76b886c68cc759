"""What the server refuses, and that nothing of it is kept. Each case is a fault that was seen in other servers."""

from __future__ import annotations

import secrets

import pytest

from roomtone.server.api.protocol import MAX_HEAD
from roomtone.wire import tus
from tests.server.rig import OFFSET_TYPE, RESUMABLE, Client, checksum, read_answer

MISTAKEN_NUMBERS = ["+5", " 5 5", "1_000", "-1", "1" * 40, "", "5.0", "0x5", "٥".encode().decode("latin-1")]


@pytest.fixture
def meta(client: Client) -> tuple[str, str]:
    take, track = client.track()
    return "Upload-Metadata", tus.format_metadata({"take": take, "track": track})


@pytest.mark.parametrize("number", MISTAKEN_NUMBERS)
def test_a_malformed_length_creates_nothing(client: Client, meta: tuple[str, str], number: str) -> None:
    answer = client.create([("Upload-Length", number), meta])
    assert (answer.status, answer.code) == (400, "bad-header")


@pytest.mark.parametrize("number", MISTAKEN_NUMBERS)
def test_a_malformed_offset_appends_nothing(client: Client, number: str) -> None:
    path = client.upload(10)
    answer = client.ask("PATCH", path, [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", number)], b"12345")
    assert (answer.status, answer.code) == (400, "bad-header")
    assert client.look(path).offset == 0


@pytest.mark.parametrize(
    "headers",
    [
        [("Upload-Length", "5"), ("Upload-Defer-Length", "1")],
        [("Upload-Length", "5"), ("Upload-Length", "5")],
        [("Upload-Defer-Length", "0")],
        [("Upload-Defer-Length", "true")],
        [],
        [("Upload-Length", "5"), ("Upload-Concat", "partially")],
        [("Upload-Concat", "final;/api/uploads/../../etc/passwd")],
        [("Upload-Concat", "final;/api/uploads/" + "0" * 31 + "/")],
        [("Upload-Concat", "final;")],
        [("Upload-Length", "5"), ("Upload-Concat", "final;/api/uploads/" + "0" * 32)],
    ],
)
def test_contradictory_creations_are_refused(
    client: Client, meta: tuple[str, str], headers: list[tuple[str, str]]
) -> None:
    answer = client.create([*headers, meta])
    assert (answer.status, answer.code) == (400, "bad-header")


def test_a_duplicate_offset_is_refused_even_when_both_are_equal(client: Client) -> None:
    path = client.upload(10)
    answer = client.append(path, 0, b"12345", [("Upload-Offset", "0")])
    assert (answer.status, answer.code) == (400, "bad-header")
    assert client.look(path).offset == 0


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0", "1.0.0, 1.0.0"])
def test_another_protocol_version_gets_412_and_ours(client: Client, version: str | None) -> None:
    path = client.upload(10)
    headers = [OFFSET_TYPE, ("Upload-Offset", "0")] + ([("Tus-Resumable", version)] if version else [])
    answer = client.ask("PATCH", path, headers, b"12345")
    assert (answer.status, answer.code) == (412, "other-tus-version")
    assert answer.headers["tus-version"] == "1.0.0"
    assert client.look(path).offset == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_wrong_checksum_gets_460_and_nothing_is_kept(client: Client, algorithm: str) -> None:
    path = client.upload(3_000_000)
    good, bad = b"a" * 1_500_000, b"b" * 1_500_000
    assert client.append(path, 0, good, [checksum(good, algorithm)]).status == 204
    answer = client.append(path, len(good), bad, [checksum(good, algorithm)])
    assert (answer.status, answer.code) == (460, "checksum-mismatch")
    assert client.look(path).offset == len(good)
    assert client.append(path, len(good), good, [checksum(good, algorithm)]).offset == 3_000_000


@pytest.mark.parametrize("text", ["md5 Q2hlY2s=", "sha1 !!!", "sha256 Q2hlY2s=", "sha1", "", "SHA1 Q2hlY2s="])
def test_a_checksum_that_cannot_be_checked_is_refused(client: Client, text: str) -> None:
    path = client.upload(5)
    answer = client.append(path, 0, b"12345", [("Upload-Checksum", text)])
    assert (answer.status, answer.code) == (400, "bad-checksum")
    assert client.look(path).offset == 0


def test_a_wrong_checksum_at_creation_leaves_nothing_behind(client: Client, meta: tuple[str, str]) -> None:
    headers = [("Upload-Length", "5"), meta, OFFSET_TYPE]
    refused = client.create([*headers, checksum(b"54321")], b"12345")
    assert (refused.status, refused.code) == (460, "checksum-mismatch")
    again = client.create([*headers, checksum(b"12345")], b"12345")
    assert (again.status, again.offset) == (201, 5)


def test_a_wrong_content_type_gets_415(client: Client, meta: tuple[str, str]) -> None:
    path = client.upload(5)
    wrong = ("Content-Type", "application/octet-stream")
    assert client.ask("PATCH", path, [RESUMABLE, wrong, ("Upload-Offset", "0")], b"12345").status == 415
    assert client.look(path).offset == 0
    assert client.create([("Upload-Length", "5"), meta, wrong], b"12345").status == 415


def test_a_wrong_offset_gets_409_and_the_right_one(client: Client) -> None:
    path = client.upload(10)
    client.append(path, 0, b"12345")
    answer = client.append(path, 3, b"45678")
    assert (answer.status, answer.code, answer.offset) == (409, "offset-mismatch", 5)


def test_more_bytes_than_announced_are_refused_and_not_kept(client: Client) -> None:
    path = client.upload(10)
    answer = client.append(path, 0, b"x" * 11)
    assert (answer.status, answer.code) == (413, "too-large")
    assert client.look(path).offset == 0


def test_more_bytes_than_announced_are_refused_without_a_content_length(client: Client) -> None:
    path = client.upload(10)
    chunked = b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n"
    headers = [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", "0"), ("Transfer-Encoding", "chunked")]
    with client.bare() as connection:
        connection.sendall(client.head("PATCH", path, headers) + chunked)
        answer = read_answer(connection)
    assert (answer.status, answer.code) == (413, "too-large")
    assert client.look(path).offset == 0


def test_a_finished_upload_takes_nothing_more(client: Client) -> None:
    path = client.upload(5)
    assert client.append(path, 0, b"12345").status == 204
    answer = client.append(path, 5, b"6")
    assert (answer.status, answer.code) == (409, "upload-finished")
    assert client.append(path, 5, b"").status == 204
    assert client.look(path).offset == 5


def test_unknown_is_404_and_ended_is_410(client: Client) -> None:
    path = client.upload(5)
    assert client.look(f"{tus.UPLOADS}/{secrets.token_hex(16)}").status == 404
    assert client.look(f"{tus.UPLOADS}/../accounts").status == 404
    assert client.ask("DELETE", path, [RESUMABLE]).status == 204
    assert client.look(path).status == 410
    answer = client.append(path, 0, b"12345")
    assert (answer.status, answer.code) == (410, "upload-gone")
    assert client.ask("DELETE", path, [RESUMABLE]).status == 410


@pytest.mark.parametrize(
    "metadata",
    [
        "take !!!",
        "take",
        "take " + "QUFB" * 2000,
        ",".join(f"k{i} QQ==" for i in range(17)),
        "take QQ==,take QQ==",
        tus.format_metadata({"take": "0" * 32, "track": "../../etc/passwd"}),
        tus.format_metadata({"take": "0" * 31, "track": "a.flac"}),
        tus.format_metadata({"filename": "a.wav"}),
        tus.format_metadata({"project": "0" * 32, "filename": "a\0b"}),
        tus.format_metadata({"project": "0" * 32, "filename": "x" * 301}),
        "",
    ],
)
def test_metadata_that_names_no_place_is_refused(client: Client, metadata: str) -> None:
    answer = client.create([("Upload-Length", "5"), ("Upload-Metadata", metadata)])
    assert (answer.status, answer.code) == (400, "bad-metadata")


def test_an_upload_larger_than_the_limit_gets_413(client: Client, meta: tuple[str, str]) -> None:
    answer = client.create([("Upload-Length", str(tus.MAX_UPLOAD_BYTES + 1)), meta])
    assert (answer.status, answer.code) == (413, "too-large")


@pytest.mark.parametrize("count", [1, 400])
def test_a_head_beyond_the_limit_gets_431(client: Client, count: int) -> None:
    size = (MAX_HEAD + 1000) // count
    answer = client.get("/api/me", [(f"X-Much-{number}", "x" * size) for number in range(count)])
    assert (answer.status, answer.code) == (431, "headers-too-large")


def test_a_document_beyond_the_limit_gets_413(client: Client) -> None:
    answer = client.put(f"/api/projects/{secrets.token_hex(16)}", {"title": "x" * (1 << 20)})
    assert (answer.status, answer.code) == (413, "too-large")


def test_what_is_no_http_gets_400_as_a_problem(client: Client) -> None:
    with client.bare() as connection:
        connection.sendall(b"GET /api/me HTTP/1.1\r\nno colon here\r\n\r\n")
        answer = read_answer(connection)
    assert (answer.status, answer.code) == (400, "bad-header")


def test_the_location_never_comes_from_forwarding_headers(client: Client, meta: tuple[str, str]) -> None:
    forged = [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=evil.example")]
    answer = client.create([("Upload-Length", "5"), meta, *forged])
    assert answer.status == 201
    assert answer.headers["location"].startswith(f"{tus.UPLOADS}/")


def test_a_method_can_be_given_in_a_header(client: Client) -> None:
    path = client.upload(5)
    override = [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", "0"), ("X-HTTP-Method-Override", "PATCH")]
    assert client.ask("POST", path, override, b"12345").status == 204
    assert client.look(path).offset == 5
    assert client.ask("POST", path, [RESUMABLE, ("X-HTTP-Method-Override", "TRACE")], b"").status == 405
    assert client.ask("POST", path, [RESUMABLE], b"").status == 405


def test_options_tells_everything_without_a_token(client: Client) -> None:
    answer = Client(client.url, "").ask("OPTIONS", tus.UPLOADS)
    assert answer.status == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == tus.EXTENSIONS
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert answer.headers["tus-max-size"] == str(tus.MAX_UPLOAD_BYTES)


def test_head_is_never_cached(client: Client) -> None:
    answer = client.look(client.upload(5))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["upload-length"] == "5"
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["upload-expires"].endswith(" GMT")


def test_a_length_is_declared_once(client: Client) -> None:
    path = client.upload()
    assert client.look(path).headers["upload-defer-length"] == "1"
    assert client.append(path, 0, b"12345", [("Upload-Length", "10")]).status == 204
    assert client.look(path).headers["upload-length"] == "10"
    assert "upload-defer-length" not in client.look(path).headers
    answer = client.append(path, 5, b"67890", [("Upload-Length", "11")])
    assert (answer.status, answer.code) == (409, "length-conflict")
    assert client.append(path, 5, b"67890", [("Upload-Length", "10")]).offset == 10


@pytest.mark.parametrize("chunked", [b"0\r\n\r\n", b"1\r\nx\r\n0\r\n\r\n"])
def test_an_empty_body_may_declare_the_length_at_the_end(client: Client, chunked: bytes) -> None:
    path = client.upload()
    client.append(path, 0, b"12345")
    headers = [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", "5"), ("Upload-Length", "5"), ("Transfer-Encoding", "chunked")]
    with client.bare() as connection:
        connection.sendall(client.head("PATCH", path, headers) + chunked)
        answer = read_answer(connection)
    assert answer.status == (204 if chunked.startswith(b"0") else 409)
    described = client.look(path)
    assert (described.offset, described.headers["upload-length"]) == (5, "5")
