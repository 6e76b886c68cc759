"""The folder format: damage is met with reasons, newer folders are left alone, nothing is read twice."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.takes import documents as d
from roomtone.takes import folder as f
from roomtone.takes.model import TakeState, load_take
from tests.takes.making import AT, began, make_take, manifest_of


def _with_journal(tmp_path: Path, raw: bytes) -> Path:
    folder = tmp_path / "take"
    folder.mkdir(exist_ok=True)
    (folder / f.JOURNAL).write_bytes(raw)
    return folder


def _lines(*entries: d.Entry) -> bytes:
    return b"".join(f.encode_entry(entry) for entry in entries)


def test_a_journal_comes_back_as_it_was_written(tmp_path: Path) -> None:
    entries: list[d.Entry] = [
        began("Ä 🎵"),
        d.Synced({"mic-1.flac": (100, 4096)}),
        d.Dropout(10, 5, d.GapCause.OVERFLOW),
        d.Sealing("mic-1.flac", 100, 4096, [(21, "00ff")]),
        d.Renamed("Other", AT),
        d.Starred(True, AT),
        d.Noted("two\nlines", AT),
        d.Trashed(True, AT),
    ]
    assert list(f.read_journal(_with_journal(tmp_path, _lines(*entries)))) == entries


def test_a_torn_last_line_is_not_there_and_entries_of_unknown_kinds_are_skipped(tmp_path: Path) -> None:
    first, star = began(), d.Starred(True, AT)
    raw = _lines(first) + b'{"e":"from-a-later-build","x":[1]}\n\n' + _lines(star) + _lines(d.Renamed("lost", AT))[:-1]
    assert list(f.read_journal(_with_journal(tmp_path, raw))) == [first, star]


@pytest.mark.parametrize("junk", [b"\x00" * 500, b"\xff\xfe\xfd", b'{"e":"starred","on":', b"[" * 100_000, b'"\xff"'])
def test_damage_in_the_middle_costs_its_own_lines_only(tmp_path: Path, junk: bytes) -> None:
    first, star = began(), d.Starred(True, AT)
    folder = _with_journal(tmp_path, _lines(first) + junk + b"\n" + _lines(star))
    assert list(f.read_journal(folder)) == [first, star]
    assert f.decode_more(junk + b"\n" + _lines(star)) == ([star], len(junk) + 1 + len(_lines(star)))


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_a_journal_holds_it_is_read_or_refused_with_a_reason(start: bytes, rest: bytes) -> None:
    for raw in (start, start + b"\n" + rest, _lines(began()) + rest):
        try:
            first: object = next(f.decode_journal(Path("take"), raw))
        except f.UnreadableFolderError as error:
            first = error
        assert isinstance(first, d.Began) or (isinstance(first, f.UnreadableFolderError) and first.detail)


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"no line end",
        b"\n",
        b"\x00" * 100 + b"\n",
        b"\xff\n",
        _lines(d.Starred(True, AT)),
        b'{"schema":1}\n',
        msgspec.json.encode(msgspec.to_builtins(began()) | {"e": "began", "id": "../../etc"}) + b"\n",
        _lines(began()).replace(b"mic-1.flac", b"../../x.py"),
    ],
)
def test_a_damaged_beginning_makes_the_folder_unreadable_with_a_reason(tmp_path: Path, first: bytes) -> None:
    folder = _with_journal(tmp_path, first + _lines(d.Starred(True, AT)) if first.endswith(b"\n") else first)
    with pytest.raises(f.UnreadableFolderError) as refused:
        load_take(folder)
    assert refused.value.detail
    assert refused.value.remedy


@pytest.mark.parametrize(
    "line",
    [
        _lines(msgspec.structs.replace(began(), schema=2)),
        b'{"schema":7,"everything":"is different"}\n',
        b'{"e":"opened","schema":2}\n',
    ],
)
def test_a_folder_of_a_newer_version_is_left_alone_with_a_clear_message(tmp_path: Path, line: bytes) -> None:
    folder = _with_journal(tmp_path, line)
    with pytest.raises(f.NewerFolderError) as refused:
        load_take(folder)
    assert refused.value.code == "newer-take"
    assert "newer version" in refused.value.detail
    assert (folder / f.JOURNAL).read_bytes() == line


def test_a_newer_or_damaged_manifest_is_told_apart(tmp_path: Path) -> None:
    folder = make_take(tmp_path)
    path = folder / f.MANIFEST
    path.write_bytes(b'{"schema":2,"id":"x"}')
    with pytest.raises(f.NewerFolderError):
        load_take(folder)
    for raw in (b"", b"{", b"\xff", b'{"schema":1}', b'{"schema":"one"}'):
        path.write_bytes(raw)
        with pytest.raises(f.UnreadableFolderError, match="manifest"):
            load_take(folder)


def test_a_manifest_is_written_once(tmp_path: Path) -> None:
    folder = make_take(tmp_path)
    before = (folder / f.MANIFEST).read_bytes()
    with pytest.raises(FileExistsError):
        f.write_manifest(folder, manifest_of(began("Another")))
    assert (folder / f.MANIFEST).read_bytes() == before
    assert load_take(folder).state is TakeState.SEALED


def test_take_folders_leaves_out_what_is_hidden_or_no_folder(tmp_path: Path) -> None:
    (tmp_path / ".incoming-1").mkdir()
    (tmp_path / "file.txt").write_bytes(b"")
    (tmp_path / "b").mkdir()
    (tmp_path / "a").mkdir()
    assert [path.name for path in f.take_folders(tmp_path)] == ["a", "b"]
    assert f.take_folders(tmp_path / "missing") == []


@given(st.text(max_size=300), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_folder_name_fits_every_file_system_and_ends_in_the_id(title: str, take_id: str) -> None:
    name = f.folder_name(title, take_id)
    assert len(name.encode()) <= 140
    assert "/" not in name
    assert not name.startswith(".")
    assert name.endswith(f" [{take_id[:8]}]")
