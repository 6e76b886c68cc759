"""The documents of the API: what is no id, name, title or patch does not come in."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roomtone.wire import api

_ID = "0123456789abcdef" * 2


def _take(**changes: Any) -> dict[str, Any]:
    take: dict[str, Any] = {"project": _ID, "title": "Song", "tracks": [{"name": "mic-1.flac", "media": "audio/flac"}]}
    return take | changes


def _track(**changes: str) -> dict[str, Any]:
    return _take(tracks=[{"name": "mic-1.flac", "media": "audio/flac"} | changes])


@pytest.mark.parametrize(
    "document",
    [
        _take(),
        _take(title="🎵" * 300, part="verse 2", person="Änne", started="2026-11-22T19:00:00+00:00"),
        _track(name="a.b"),
        _track(name="file-1.jpg", media="image/jpeg"),
        _take(tracks=[]),
        _take(unknown="field of a newer version"),
    ],
)
def test_a_good_take_is_read(document: dict[str, Any]) -> None:
    found = msgspec.convert(document, type=api.NewTake)
    assert found.project == _ID
    assert msgspec.json.decode(msgspec.json.encode(found), type=api.NewTake) == found


@pytest.mark.parametrize(
    "document",
    [
        _take(project=""),
        _take(project=_ID.upper()),
        _take(project=_ID[:-1]),
        _take(project=_ID + "\n"),
        _take(project="../" + _ID[3:]),
        _take(title=""),
        _take(title="x" * 301),
        _take(part="x" * 101),
        _take(started="x" * 41),
        _take(tracks=[{"name": f"mic-{n}.flac", "media": "audio/flac"} for n in range(65)]),
        _track(name=""),
        _track(name="mic-1"),
        _track(name="../mic.flac"),
        _track(name="mic/1.flac"),
        _track(name=".flac"),
        _track(name="mic-1.flac\n"),
        _track(name="MIC.flac"),
        _track(name="x" * 33 + ".flac"),
        _track(name="mic.flac.exe"),
        _track(media="audio/flac\n"),
        _track(media="flac"),
        _track(media="audio/flac; q=1"),
        _track(media="audio/flac\r\nX-Evil: 1"),
    ],
)
def test_what_is_no_take_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, type=api.NewTake)


@pytest.mark.parametrize(
    "document",
    [
        {"length": -1, "digest": "x"},
        {"length": 1 << 54, "digest": "x"},
        {"length": 1, "digest": "x" * 101},
        {"length": 1.5, "digest": "x"},
        {"length": 1, "digest": "x", "patches": [{"offset": -1, "data": ""}]},
        {"length": 1, "digest": "x", "patches": [{"offset": 1 << 17, "data": ""}]},
        {"length": 1, "digest": "x", "patches": [{"offset": 0, "data": "!"}]},
        {"length": 1, "digest": "x", "patches": [{"offset": 0, "data": "QUJD"}] * 9},
    ],
)
def test_what_is_no_seal_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, type=api.SealTrack)


@given(st.binary(max_size=4096), st.integers(0, 1 << 16), st.integers(0, 1 << 53))
def test_a_seal_comes_back_as_it_was_sent(data: bytes, offset: int, length: int) -> None:
    seal = api.SealTrack(length, "rt1:00", [api.Patch(offset, data)])
    assert msgspec.json.decode(msgspec.json.encode(seal), type=api.SealTrack) == seal


@given(st.text(max_size=40))
@example(_ID)
@example(_ID + "\n")
@example("٠" * 32)
def test_an_id_is_thirty_two_hexadecimal_digits_and_nothing_else(text: str) -> None:
    plain = len(text) == 32 and all(c in "0123456789abcdef" for c in text)
    if plain:
        assert msgspec.convert(text, type=api.Id) == text
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, type=api.Id)
