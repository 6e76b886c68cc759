"""Where things lie: the order of homes, and a folder for sockets that nobody else can have prepared."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.paths import Home, find_home
from roomtone.foundation.workers import protocol


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in which the socket folders of this test are made."""
    folder = Path(tempfile.mkdtemp(prefix="rt-tmp-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def test_the_option_comes_before_the_variable_and_the_variable_before_the_convention(tmp_path: Path) -> None:
    environment = {"ROOMTONE_HOME": str(tmp_path / "variable")}
    assert find_home(str(tmp_path / "option"), environment).root == tmp_path / "option"
    assert find_home(None, environment).root == tmp_path / "variable"
    assert find_home(None, {}).root.name == "Roomtone"


def test_a_relative_home_becomes_absolute() -> None:
    assert find_home("here", {}).root == Path.cwd() / "here"
    assert find_home("~/there", {}).root == Path.home() / "there"


def test_prepare_keeps_everybody_else_out_of_the_run_folder(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    assert stat.S_IMODE(home.run.stat().st_mode) == 0o700
    assert home.takes.is_dir()
    assert home.prepare() == home


def test_a_run_folder_that_stands_open_is_shut(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    home.run.chmod(0o777)
    home.prepare()
    assert stat.S_IMODE(home.run.stat().st_mode) == 0o700


def test_a_long_home_gets_a_socket_path_that_is_short_enough(tmp_path: Path, sockets: Path) -> None:
    home = Home(tmp_path / ("long " * 30).strip() / ("ä" * 100)).prepare()
    address = protocol.socket_address(home, "engine")
    assert len(os.fsencode(address)) < 100
    assert Path(address).parent.parent == sockets


def test_a_long_temporary_folder_is_not_used_for_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("t" * 80)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = Home(tmp_path).socket_folder()
    assert folder.parent == Path("/tmp")
    folder.rmdir()


def test_two_homes_do_not_share_a_socket_folder(tmp_path: Path, sockets: Path) -> None:
    first, second = Home(tmp_path / "a"), Home(tmp_path / "b")
    assert first.socket_folder() != second.socket_folder()
    assert first.socket_folder() == first.socket_folder()
    assert {entry.name for entry in sockets.iterdir()} == {first.socket_folder().name, second.socket_folder().name}


def test_a_socket_folder_that_stands_open_is_shut_before_it_is_used(tmp_path: Path, sockets: Path) -> None:
    home = Home(tmp_path)
    folder = home.socket_folder()
    assert folder.parent == sockets
    folder.chmod(0o777)
    assert home.socket_folder() == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_under_our_name_is_passed_over(tmp_path: Path, sockets: Path) -> None:
    home = Home(tmp_path)
    folder = home.socket_folder()
    folder.rmdir()
    trap = sockets / "trap"
    trap.mkdir(mode=0o777)
    folder.symlink_to(trap)
    found = home.socket_folder()
    assert found != folder
    assert not found.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_under_our_name_is_passed_over(tmp_path: Path, sockets: Path) -> None:
    home = Home(tmp_path)
    folder = home.socket_folder()
    os.chown(folder, 12345, 12345)
    found = home.socket_folder()
    assert found != folder
    assert found.parent == sockets
    assert found.stat().st_uid == os.getuid()


def test_when_every_name_is_taken_the_reason_is_told(tmp_path: Path, sockets: Path) -> None:
    home = Home(tmp_path)
    folder = home.socket_folder()
    folder.rmdir()
    for ending in ("", *(f"-{number}" for number in range(2, 10))):
        (sockets / f"{folder.name}{ending}").write_bytes(b"")
    with pytest.raises(WorldError) as refused:
        home.socket_folder()
    assert refused.value.code == "no-socket-folder"


@pytest.mark.parametrize("place", ["home", "home/below", "full/takes"])
def test_a_file_where_a_folder_has_to_be_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "home").write_bytes(b"mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "takes").write_bytes(b"mine")
    with pytest.raises(NotADirectoryError) as refused:
        Home(tmp_path / place.removesuffix("/takes")).prepare()
    assert str(tmp_path / place).startswith(str(refused.value.filename))
    assert from_os_error(refused.value, "starting").problem.code == "not-a-folder"
    assert (tmp_path / "home").read_bytes() == b"mine"
