"""The final header of films, by what ffprobe reads from it, and where the numbers become large."""

from __future__ import annotations

import itertools
import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.takes.movie import Fragment, MovieScan, NotMovieError, Sample, boxes
from roomtone.takes.movie_index import START, MovieIndex, close_start

_SAMPLE = Path(__file__).parents[1] / "data" / "takes" / "schema-1-growing-film" / "camera-1.mp4"
_BYTES = bytes(4)


def _begun() -> bytes:
    scan = MovieScan()
    scan.feed(_SAMPLE.read_bytes())
    return scan.header


def _sample(track: int, time: int, *, ticks: int = 3000, at: int = 0, later: int = 0, key: bool = False) -> Sample:
    return Sample(track == 1, memoryview(_BYTES), key, track, at, time, ticks, later)


def _fragment(*samples: Sample) -> Fragment:
    return Fragment(0, len(samples), 0.0, list(samples))


def _find(data: bytes, *path: bytes) -> list[memoryview]:
    """Return the bodies of all boxes that lie at ``path``."""
    found = [memoryview(data)]
    for kind in path:
        found = [box.body for body in found for box in boxes(body) if box.kind == kind]
    return found


def _probe(path: Path, entries: str) -> Any:
    command: list[str | Path] = ["ffprobe", "-v", "warning", "-show_entries", entries, "-of", "json", path]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert not told.stderr
    return json.loads(told.stdout)


def _order(packet: dict[str, Any]) -> tuple[int, int]:
    # Of sound that is left out at the beginning ffprobe knows by the final header only.
    packet["flags"] = packet["flags"][:1]
    packet.pop("side_data_list", None)
    return packet["stream_index"], packet["pts"]


def test_a_film_that_was_begun_can_be_closed_with_its_scan_alone(tmp_path: Path) -> None:
    data = _SAMPLE.read_bytes()
    scan, index = MovieScan(), MovieIndex()
    for fragment in scan.feed(data):
        index.add(fragment)
    # The sample has the start that FFmpeg gives it, with two boxes of room.
    patch = close_start(data[:64], scan.whole)
    assert patch is not None
    closed = bytearray(data[: scan.whole])
    closed[patch[0] : patch[0] + len(patch[1])] = patch[1]
    (tmp_path / "closed.mp4").write_bytes(closed + index.header(scan.header))
    (tmp_path / "growing.mp4").write_bytes(data[: scan.whole])
    entries = "packet=stream_index,pts,dts,size,pos,flags"
    closed_told, told = (_probe(tmp_path / f"{name}.mp4", entries)["packets"] for name in ("closed", "growing"))
    assert sorted(closed_told, key=_order) == sorted(told, key=_order)
    streams = _probe(tmp_path / "closed.mp4", "stream=codec_type,nb_frames,start_time,duration")["streams"]
    assert {stream["codec_type"]: stream["nb_frames"] for stream in streams}["video"] == str(scan.frames)


def test_the_start_leads_to_the_end_of_the_fragments() -> None:
    patch = close_start(START, 1 << 40)
    assert patch is not None
    at, data = patch
    closed = START[:at] + data
    assert len(closed) == len(START)
    size, kind, long = struct.unpack(">I4sQ", data)
    assert (size, kind, at + long) == (1, b"mdat", 1 << 40)
    assert close_start(closed, 1 << 40) == (at, data)
    assert close_start(START[:36] + START[44:] + b"moov", 1 << 40) is None
    assert close_start(b"RIFF", 1 << 40) is None


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=40), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_every_sample_is_in_the_tables(steps: list[int], together: int) -> None:
    index = MovieIndex()
    times = list(itertools.accumulate(steps))
    places = [position * 4 + position // (together + 1) for position in range(len(times))]
    for position, time in enumerate(times):
        index.add(_fragment(_sample(1, time, at=places[position], key=position % 5 == 0)))
    made = index.header(_begun())
    (trak,) = _find(made, b"moov", b"trak")
    table = [bytes(box.body) for box in boxes(_find(bytes(trak), b"mdia", b"minf", b"stbl")[0])]
    kinds = [box.kind for box in boxes(_find(bytes(trak), b"mdia", b"minf", b"stbl")[0])]
    tables = dict(zip(kinds, table, strict=True))
    deltas = [delta for count, delta in struct.iter_unpack(">II", tables[b"stts"][8:]) for _ in range(count)]
    assert deltas == [*steps[1:], 3000]
    assert b"ctts" not in tables
    keys = [number for (number,) in struct.iter_unpack(">I", tables[b"stss"][8:])]
    assert keys == list(range(1, len(times) + 1, 5))
    starts = [at for (at,) in struct.iter_unpack(">Q", tables[b"co64"][8:])]
    runs = list(struct.iter_unpack(">III", tables[b"stsc"][8:]))
    found: list[int] = []
    for (first, count, _), (following, *_) in itertools.pairwise([*runs, (len(starts) + 1, 0, 0)]):
        for start in starts[first - 1 : following - 1]:
            found += [start + 4 * number for number in range(count)]
    assert found == places
    assert len(tables[b"stsz"]) == 12 + 4 * len(times)


def test_a_track_without_samples_is_no_part_of_the_film() -> None:
    index = MovieIndex()
    index.add(_fragment(_sample(1, 0, key=True)))
    assert len(_find(_begun(), b"moov", b"trak")) == 2
    made = index.header(_begun())
    assert len(_find(made, b"moov", b"trak")) == 1
    assert not _find(made, b"moov", b"mvex")


def test_a_track_that_begins_late_waits() -> None:
    index = MovieIndex()
    index.add(_fragment(_sample(1, 90_000, key=True), _sample(1, 93_000)))
    (edits,) = _find(index.header(_begun()), b"moov", b"trak", b"edts", b"elst")
    (count,) = struct.unpack_from(">I", edits, 4)
    entries = [struct.unpack_from(">QqI", edits, 8 + 20 * number) for number in range(count)]
    (wait, nothing, _), (length, begin, _) = entries
    assert (nothing, length, begin) == (-1, 67, 0)
    assert wait >= 1000


def test_a_film_of_a_day_has_durations_of_64_bits() -> None:
    index = MovieIndex()
    index.add(_fragment(*(_sample(1, 90_000 * 3600 * hour) for hour in range(25))))
    (header,) = _find(index.header(_begun()), b"moov", b"trak", b"mdia", b"mdhd")
    (before,) = _find(_begun(), b"moov", b"trak", b"mdia", b"mdhd")[:1]
    assert header[0] == 1
    assert struct.unpack_from(">IQ", header, 20) == (90_000, 90_000 * 86_400 + 3000)
    assert header[32:] == before[20:]


def test_pictures_that_are_shown_later_than_decoded_say_so() -> None:
    index = MovieIndex()
    index.add(_fragment(_sample(1, 0, later=3000, key=True), _sample(1, 3000, later=-1500), _sample(1, 6000, later=0)))
    (table,) = _find(index.header(_begun()), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"ctts")
    assert table[0] == 1
    assert list(struct.iter_unpack(">Ii", table[8:])) == [(1, 3000), (1, -1500), (1, 0)]


def test_what_is_no_header_is_refused() -> None:
    with pytest.raises(NotMovieError):
        MovieIndex().header(struct.pack(">I4s", 8, b"moov"))
    with pytest.raises(NotMovieError):
        MovieIndex().header(struct.pack(">I4sI4s", 16, b"moov", 99, b"mvhd"))
