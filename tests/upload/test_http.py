"""The transport against real sockets that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError
from roomtone.upload.core_events import Answer, Failure
from roomtone.upload.http import (
    BLOCK,
    Endpoint,
    FileBody,
    RequestsTransport,
    TransportError,
    UnreadableError,
    call,
    is_loopback,
)
from roomtone.wire.api import About
from tests.rigs.processes import free_port


@contextmanager
def _serving(
    answer: Callable[[socket.socket, bytes], None], connections: int = 1, end_of_head: bytes = b"\r\n\r\n"
) -> Iterator[Endpoint]:
    """Accept some connections; read the head of a request on each and let ``answer`` do the rest."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(connections):
            connection, _ = listener.accept()
            with connection:
                head = b""
                while not head or end_of_head not in head:
                    head += connection.recv(65536)
                answer(connection, head)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", "secret", embedded=False)
    finally:
        thread.join(10)
        listener.close()


def _send(endpoint: Endpoint, path: str = "/x") -> Answer:
    return RequestsTransport(SystemClock()).send(endpoint, "GET", path)


def _failure(endpoint: Endpoint) -> Failure:
    with pytest.raises(TransportError) as caught:
        _send(endpoint)
    return caught.value.why


def test_nobody_listens() -> None:
    assert _failure(Endpoint(f"http://127.0.0.1:{free_port()}", "", embedded=False)) is Failure.UNREACHABLE


def test_no_such_address() -> None:
    assert _failure(Endpoint("http://[::bad", "", embedded=False)) is Failure.UNREACHABLE


def test_a_server_that_hangs_up() -> None:
    with _serving(lambda *_: None) as endpoint:
        assert _failure(endpoint) is Failure.CUT


def test_a_server_that_hangs_up_in_the_middle_of_its_answer() -> None:
    with _serving(lambda c, _: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")) as endpoint:
        assert _failure(endpoint) is Failure.CUT


def test_a_server_that_speaks_no_tls() -> None:
    with _serving(lambda c, _: c.sendall(b"nonsense"), end_of_head=b"") as endpoint:
        assert _failure(Endpoint(endpoint.url.replace("http:", "https:"), "", embedded=False)) is Failure.UNTRUSTED


def test_a_redirect_is_an_answer_and_takes_no_token_anywhere() -> None:
    with _serving(
        lambda c, _: c.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    ) as endpoint:
        answer = _send(endpoint)
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:1/")


def test_the_token_is_ours_and_not_what_a_netrc_or_proxy_setting_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    heads: list[bytes] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with _serving(answer) as endpoint:
        assert _send(endpoint).status == 204
    assert b"\r\nAuthorization: Bearer secret\r\n" in heads[0]


def test_a_call_whose_connection_broke_is_repeated_once() -> None:
    tries: list[bytes] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        tries.append(head)
        if len(tries) == 2:
            body = b'{"version": "1"}'
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with _serving(answer, connections=2) as endpoint:
        about = call(RequestsTransport(SystemClock()), endpoint, "GET", "/api/about", About)
    assert about.version == "1"


def test_what_is_no_roomtone_server_is_named_so() -> None:
    with (
        _serving(lambda c, _: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")) as endpoint,
        pytest.raises(RoomtoneError) as caught,
    ):
        call(RequestsTransport(SystemClock()), endpoint, "GET", "/api/about", About)
    assert caught.value.code == "no-roomtone-there"


def test_a_body_from_a_file_is_sent_in_blocks_with_its_length(tmp_path: Path) -> None:
    path = tmp_path / "mic-1.flac"
    path.write_bytes(bytes(range(256)) * 1024)
    body = FileBody(path, 10, BLOCK + 5)
    assert len(body) == BLOCK + 5
    assert [len(block) for block in body] == [BLOCK, 5]
    assert b"".join(body) == path.read_bytes()[10 : 10 + BLOCK + 5]


def test_a_file_that_is_too_short_or_gone_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "mic-1.flac"
    path.write_bytes(b"short")
    with pytest.raises(UnreadableError, match="shorter"):
        list(FileBody(path, 0, 100))
    with pytest.raises(UnreadableError, match="No such file"):
        list(FileBody(tmp_path / "gone", 0, 1))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80", True),
        ("http://[::1]:80", True),
        ("http://localhost", True),
        ("https://example.org", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_loopback_is_only_this_computer(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected
