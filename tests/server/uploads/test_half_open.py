"""Connections that stall, are cut, or meet another one on the same upload."""

from __future__ import annotations

import socket
import struct
import time

from tests.rigs.processes import until
from tests.server.rig import Client, checksum, read_answer

# The promise is half a second; a machine that is busy with other tests gets a little more before it counts as broken.
PATIENCE = 2.0


def arrived(client: Client, take: str, size: int) -> None:
    """Wait until the server shows so many bytes of a take's first track, without asking anybody to let go."""

    def look() -> bool:
        return bool(client.get(f"/api/takes/{take}").json["tracks"][0]["received"] >= size)

    until(look, 20, f"{size} bytes")


def cut(connection: socket.socket) -> None:
    """End a connection with a reset, as a lost network does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_half_open_patch_blocks_no_newcomer_and_loses_no_byte(client: Client) -> None:
    path = client.upload(3_000_000)
    with client.half_open(path, 0, b"a" * 1_000_000, 3_000_000) as stalled:
        started = time.monotonic()
        # The bytes may still be on their way when the question comes; then they count a moment later.
        offset = client.look(path).offset
        assert time.monotonic() - started < PATIENCE
        answer = read_answer(stalled)
        assert (answer.status, answer.code) == (409, "upload-taken-over")
        assert answer.headers["connection"] == "close"
    assert client.append(path, offset, b"a" * (3_000_000 - offset)).offset == 3_000_000


def test_the_bytes_of_a_stalled_body_count_though_nobody_asks(client: Client) -> None:
    take, track = client.track()
    path = client.upload(1_000_000, {"take": take, "track": track})
    with client.half_open(path, 0, b"a" * 300_000, 1_000_000) as stalled:
        arrived(client, take, 300_000)
        stalled.sendall(b"a" * 700_000)
        assert read_answer(stalled).offset == 1_000_000


def test_the_second_of_two_patches_wins(client: Client) -> None:
    take, track = client.track()
    path = client.upload(1_000_000, {"take": take, "track": track})
    with client.half_open(path, 0, b"a" * 400_000, 1_000_000) as first:
        arrived(client, take, 400_000)
        second = client.append(path, 400_000, b"a" * 600_000)
        assert (second.status, second.offset) == (204, 1_000_000)
        assert read_answer(first).code == "upload-taken-over"


def test_a_stalled_upload_holds_up_nobody_elses(client: Client) -> None:
    path, other = client.upload(1_000_000), client.upload(1_000_000)
    with client.half_open(path, 0, b"a" * 1000, 1_000_000):
        assert client.append(other, 0, b"b" * 1_000_000).offset == 1_000_000


def test_the_bytes_of_a_cut_body_are_kept(client: Client) -> None:
    take, track = client.track()
    path = client.upload(5_000_000, {"take": take, "track": track})
    connection = client.half_open(path, 0, b"a" * 2_500_000, 5_000_000)
    arrived(client, take, 2_500_000)
    connection.sendall(b"a" * 1000)
    cut(connection)
    assert client.look(path).offset >= 2_500_000


def test_the_end_of_a_connection_keeps_every_byte_that_came_before_it(client: Client) -> None:
    path = client.upload(1_000_000)
    connection = client.half_open(path, 0, b"a" * 123_457, 1_000_000)
    connection.shutdown(socket.SHUT_WR)
    # The server closes its side when it has seen ours: then it has taken in all that we had sent.
    while connection.recv(65536):
        pass
    connection.close()
    assert until(lambda: client.look(path).offset, 5, "the bytes") == 123_457


def test_the_bytes_of_a_cut_body_that_could_not_be_checked_are_not_counted(client: Client) -> None:
    path = client.upload(1_000_000)
    whole = b"a" * 1_000_000
    connection = client.half_open(path, 0, whole[:500_000], len(whole), [checksum(whole)])
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass
    connection.close()
    assert client.look(path).offset == 0
    assert client.append(path, 0, whole, [checksum(whole)]).offset == len(whole)


def test_a_taken_over_body_with_a_checksum_counts_nothing(client: Client) -> None:
    path = client.upload(1_000_000)
    whole = b"a" * 1_000_000
    with client.half_open(path, 0, whole[:500_000], len(whole), [checksum(whole)]) as stalled:
        assert client.look(path).offset == 0
        assert read_answer(stalled).code == "upload-taken-over"


def test_a_seal_waits_for_no_stalled_body(client: Client) -> None:
    take, track = client.track()
    path = client.upload(None, {"take": take, "track": track})
    with client.half_open(path, 0, b"a" * 1000, 2000) as stalled:
        arrived(client, take, 1000)
        assert client.seal(take, track, 2000, "rt1:" + "0" * 64).code == "track-incomplete"
        assert read_answer(stalled).code == "upload-taken-over"
    assert client.look(path).offset == 1000
