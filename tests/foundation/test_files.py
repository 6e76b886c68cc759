"""Files that survive: atomic writes under failure, and names that every system accepts."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roomtone.foundation.files import atomic_write, free_bytes, make_directory, safe_name, sha256_file
from tests.rigs.disks import SmallDisk

_OLD = b"the old content"


def test_atomic_write_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    atomic_write(path, _OLD)
    atomic_write(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_no_leftovers() -> None:
    with SmallDisk(1) as disk:
        path = disk.path / "file"
        atomic_write(path, _OLD)
        disk.fill()
        with pytest.raises(OSError, match="No space"):
            atomic_write(path, bytes(100_000))
        assert path.read_bytes() == _OLD
        assert {entry.name for entry in disk.path.iterdir()} == {"file", "filling"}


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from roomtone.foundation.files import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    atomic_write(Path(sys.argv[1]), bytes(5000))
except OSError as error:
    print("refused", error.errno)
"""


def test_a_limit_on_file_sizes_leaves_the_old_file_and_no_leftovers(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(_OLD)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(path)], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.startswith("refused")
    assert path.read_bytes() == _OLD
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_an_error_and_stays_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "no" / "file", b"data")
    assert not (tmp_path / "no").exists()


def test_a_target_that_cannot_be_replaced_leaves_no_leftovers(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(OSError, match="folder"):
        atomic_write(path, b"data")
    assert list(tmp_path.iterdir()) == [path]


def test_make_directory_leaves_an_existing_folder_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o751)
    make_directory(tmp_path / "a" / "b", 0o700)
    make_directory(tmp_path, 0o700)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o751
    assert (tmp_path / "a" / "b").is_dir()


def test_free_bytes_of_a_folder_that_is_not_there_yet_is_that_of_its_parent(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "there") > 0


def test_sha256_is_that_of_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    assert sha256_file(tmp_path / "f") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_DEVICES |= {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}


@given(st.text(max_size=200) | st.text(alphabet='ä🎵 .\\/:*?"<>|\0\n\u202e\ud800', max_size=80))
@example("con." + "x" * 116)
@example("CON .wav")
@example("com¹")
@example("🎵" * 50)
@example(" . .. ")
@example("\ud800\udfff")
@example("a\u0300" * 60 + "\u0301")
def test_a_safe_name_is_one_that_every_system_accepts(title: str) -> None:
    name = safe_name(title)
    assert name
    assert len(name.encode("utf-8")) <= 120
    assert not set(name) & set('/\\:*?"<>|')
    assert not any(unicodedata.category(c)[0] == "C" for c in name)
    assert name.strip(" ") == name
    assert not name.endswith(".")
    assert name not in (".", "..")
    assert name.split(".")[0].strip().lower() not in _DEVICES
    assert safe_name(name) == name


def test_a_safe_name_still_reads_like_the_title() -> None:
    assert safe_name("Küche/Bad: Take 3?") == "Küche Bad Take 3"
    assert safe_name("夜の歌 – vocals") == "夜の歌 – vocals"
    assert safe_name("") == "untitled"
    assert safe_name("///", "take") == "take"


def test_every_safe_name_can_be_written(tmp_path: Path) -> None:
    for title in ("🎵" * 100, "a/b", "NUL", "…", "\u0000"):
        (tmp_path / safe_name(title)).write_bytes(b"")
    assert len(os.listdir(tmp_path)) == 5
