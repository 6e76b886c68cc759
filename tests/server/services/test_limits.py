"""How often and how much: buckets that refill with the clock, and room for bytes."""

from __future__ import annotations

import pytest

from roomtone.foundation.clock import ManualClock
from roomtone.server.problems import RefusedError
from roomtone.server.services.limits import Buckets
from roomtone.wire import tus
from tests.server.inside import Inside, edit, fresh
from tests.server.rig import OFFSET_TYPE, RESUMABLE, Answer


def refused(buckets: Buckets, key: str, cost: float = 1) -> str:
    """Return when to try again, or nothing where there was room."""
    try:
        buckets.take(key, cost)
    except RefusedError as error:
        return dict(error.headers)[b"retry-after"].decode()
    return ""


def test_a_bucket_gives_what_it_holds_and_refills() -> None:
    clock = ManualClock()
    buckets = Buckets(clock, 3, 0.5)
    assert [refused(buckets, "a") for _ in range(4)] == ["", "", "", "2"]
    assert refused(buckets, "b", 2) == ""
    clock.advance(1)
    assert refused(buckets, "a") == "1"
    clock.advance(1)
    assert refused(buckets, "a") == ""
    clock.advance(1000)
    assert [refused(buckets, "a") for _ in range(4)] == ["", "", "", "2"]


def test_what_costs_more_than_a_whole_bucket_waits_for_a_full_one() -> None:
    clock = ManualClock()
    buckets = Buckets(clock, 3, 1)
    assert refused(buckets, "a", 100) == ""
    assert refused(buckets, "a", 100) == "3"
    clock.advance(3)
    assert refused(buckets, "a", 100) == ""


def test_a_crowd_of_addresses_costs_bounded_memory() -> None:
    clock = ManualClock()
    buckets = Buckets(clock, 3, 1)
    for number in range(25_000):
        buckets.take(str(number))
    assert len(buckets._left) <= 10_000


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/api/invitation", {"code": "x" * 32}),
        ("/api/join", {"code": "x" * 32}),
        ("/api/login", {"name": "Ana", "passphrase": "x"}),
    ],
)
def test_an_address_that_knocks_too_often_waits_and_others_do_not(path: str, document: dict[str, str]) -> None:
    with Inside() as inside:
        body = b"{}" if path == "/api/login" else b""
        for _ in range(100):
            assert inside.ask("POST", path, [], body, "10.0.0.1").status != 429
        answer = inside.nobody().send("POST", path, document)
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "too-many-requests", "1")
        assert inside.ask("POST", path, [], body, "10.0.0.2").status != 429
        inside.clock.advance(1)
        assert inside.nobody().send("POST", path, document).status != 429


def test_a_name_is_not_guessed_from_many_addresses() -> None:
    with Inside() as inside:
        body = b'{"name": "Ana", "passphrase": "wrong"}'
        told = [inside.ask("POST", "/api/login", [], body, f"10.0.0.{number}").status for number in range(21)]
        assert told == [403] * 20 + [429]


def test_an_account_that_writes_too_much_waits() -> None:
    with Inside() as inside:
        ana, mika = inside.person("Ana"), inside.person("Mika")
        project, other = inside.project(ana), inside.project(mika)
        many = [edit(project, kind="step") for _ in range(200)]
        for _ in range(50):
            assert ana.edit(project, *many)
        answer = ana.send("POST", f"/api/projects/{project}/edits", {"edits": many})
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        assert mika.edit(other, edit(fresh(), kind="step"))
        assert ana.get(f"/api/projects/{project}")


def test_what_an_account_keeps_is_bounded() -> None:
    with Inside(quota=100) as inside:
        ana, mika = inside.person("Ana"), inside.person("Mika")
        project = inside.project(ana)
        ana.take(project, b"x" * 60)

        def create(length: int | None, body: bytes = b"") -> Answer:
            size = ("Upload-Defer-Length", "1") if length is None else ("Upload-Length", str(length))
            place = tus.format_metadata({"project": project, "filename": "a.wav"})
            return ana.ask("POST", tus.UPLOADS, [RESUMABLE, OFFSET_TYPE, size, ("Upload-Metadata", place)], body)

        assert (create(41).status, create(41).code) == (403, "quota-exceeded")
        begun = create(None, b"y" * 30)
        assert begun.status == 201
        more = [RESUMABLE, OFFSET_TYPE, ("Upload-Offset", "30")]
        answer = ana.ask("PATCH", begun.headers["location"], more, b"y" * 11)
        assert (answer.status, answer.code) == (403, "quota-exceeded")
        assert ana.ask("PATCH", begun.headers["location"], more, b"y" * 10).status == 204
        assert create(1).code == "quota-exceeded"
        assert ana.ask("DELETE", begun.headers["location"], [RESUMABLE]).status == 204
        assert create(40, b"z" * 40).status == 201
        mika.take(inside.project(mika), b"x" * 100)
