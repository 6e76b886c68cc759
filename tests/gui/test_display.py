"""Whether there is a display is known without loading Qt."""

from __future__ import annotations

import subprocess
import sys

import pytest

from roomtone.gui.display import display_available


@pytest.mark.parametrize(
    ("environment", "platform", "available"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({"QT_QPA_PLATFORM": "vnc:size=1024x768"}, "linux", True),
        ({"QT_QPA_PLATFORM": "xcb"}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_display_is_found(environment: dict[str, str], platform: str, available: bool) -> None:
    assert display_available(environment, platform) is available


def test_qt_is_not_needed_to_know() -> None:
    code = "import sys; import roomtone.gui.display; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "app"}, check=False).returncode == 0
