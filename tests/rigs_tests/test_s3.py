"""The object stores of the tests: both keep what they are given, and where they differ."""

from __future__ import annotations

import obstore
import pytest
from obstore.exceptions import AlreadyExistsError

from tests.rigs.s3 import MotoServer, S3rver, S3Server


@pytest.mark.parametrize("kind", [MotoServer, S3rver])
def test_objects_are_kept_listed_and_removed(kind: type[S3Server]) -> None:
    with kind() as server:
        place, other = server.bucket("one/place"), server.bucket("another")
        for name in ("a/1", "a/2", "b"):
            obstore.put(place, name, name.encode())
        assert [one["path"] for several in obstore.list(place, "a") for one in several] == ["a/1", "a/2"]
        assert bytes(obstore.get_range(place, "a/2", start=1, length=9)) == b"/2"
        assert [several for several in obstore.list(other) if several] == []
        obstore.delete(place, ["a/1", "b", "never there"])
        assert [one["path"] for several in obstore.list(place) for one in several] == ["a/2"]


def test_only_one_of_them_keeps_to_create_only() -> None:
    with MotoServer() as moto, S3rver() as s3rver:
        for server in (moto, s3rver):
            obstore.put(server.bucket("x"), "name", b"first", mode="create")
        with pytest.raises(AlreadyExistsError):
            obstore.put(moto.bucket("x"), "name", b"second", mode="create")
        obstore.put(s3rver.bucket("x"), "name", b"second", mode="create")
        assert bytes(obstore.get(s3rver.bucket("x"), "name").bytes()) == b"second"
