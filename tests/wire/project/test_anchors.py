"""Where a comment belongs is read from every form in which it was ever written."""

from __future__ import annotations

import msgspec
import pytest

from roomtone.wire.project.items import CommentFields, Fields, Lines, Moment, Region

# As it was written before there were pages and films to draw in.
_OLD = (
    b'{"kind":"comment","about":"00000000000000000000000000000001","text":"This light",'
    b'"anchor":{"type":"region","left":0.1,"top":0.2,"width":0.3,"height":0.4}}'
)


def test_a_region_without_a_page_is_on_the_first_one() -> None:
    found = msgspec.json.decode(_OLD, type=Fields)
    assert isinstance(found, CommentFields)
    assert found.anchor == Region(0.1, 0.2, 0.3, 0.4, page=1)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Fields) == found


@pytest.mark.parametrize("anchor", [Region(0, 0, 1, 1, page=7), Moment(7.0, 9.0), Lines(3, 5)])
def test_every_place_comes_back_as_it_was_said(anchor: Region | Moment | Lines) -> None:
    said = CommentFields(text="Here", anchor=anchor)
    assert msgspec.json.decode(msgspec.json.encode(said), type=Fields) == said


@pytest.mark.parametrize("page", [b"0", b"-1", b"1.5", b"1000001"])
def test_there_is_no_such_page(page: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(_OLD.replace(b'"height":0.4', b'"height":0.4,"page":' + page), type=Fields)
