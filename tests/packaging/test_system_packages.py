"""What is missing is found by looking for the thing itself, and installed by the command of its family."""

from __future__ import annotations

from pathlib import Path

import pytest
import system_packages
from system_packages import Need


def test_programs_libraries_and_modules_are_looked_for_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "rt-a-program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert not Need("program:rt-a-program", "").there()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Need("program:rt-a-program", "").there()
    assert Need("library:libc.so.6", "").there()
    assert not Need("library:librt-there-is-none.so.1", "").there()
    assert Need("module:json", "").there()
    assert not Need("module:rt_there_is_none", "").there()
    assert not Need("alsa-plugin:rt_there_is_none.so", "").there()


def test_the_window_is_needed_where_there_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    without = {need.probe for need in system_packages.needs("run")}
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    within = {need.probe for need in system_packages.needs("run")}
    tests = {need.probe for need in system_packages.needs("test")}
    assert "library:libportaudio.so.2" in without
    assert "library:libEGL.so.1" in within - without
    assert within < tests
    assert "program:jackd" in tests


def test_each_package_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        system_packages,
        "needs",
        lambda _command: [
            Need("program:rt-one", "one", {"apt": "both"}),
            Need("program:rt-two", "two", {"apt": "both"}),
            Need("program:rt-three", "three", {"dnf": "elsewhere"}),
        ],
    )
    assert system_packages.missing("run", "apt") == {"both": "one"}
    assert system_packages.missing("run", "brew") == {}


@pytest.mark.parametrize(
    ("system", "root", "command"),
    [
        ("apt", True, "env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends flac"),
        ("apt", False, "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends flac"),
        ("dnf", False, "sudo dnf install -y flac"),
        ("brew", False, "brew install flac"),
    ],
)
def test_each_family_has_its_command(system: str, root: bool, command: str) -> None:
    assert " ".join(system_packages.install_command(["flac"], system, root)) == command
