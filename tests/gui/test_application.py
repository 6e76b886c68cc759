"""The window opens with its surfaces first, in the colours that it had the last time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from roomtone.gui.application import run
from roomtone.gui.shell import Shell
from roomtone.gui.theme import load_tokens

APP = Path(__file__).resolve().parents[2] / "app"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_first_frame_has_the_colours_of_the_page(qtbot: QtBot, theme: str) -> None:
    tokens = load_tokens()
    colours = getattr(tokens.themes, theme)
    shell = Shell(colours, tokens.size)
    qtbot.addWidget(shell)
    with qtbot.waitSignal(shell.shown):
        shell.show()
    image = shell.grab().toImage()
    found = [image.pixelColor(image.width() // 2, y).name() for y in (10, image.height() // 2, image.height() - 10)]
    assert found == [colours.surface, colours.page, colours.surface]


def test_the_page_fills_names_and_leaves_with_the_shell(qtbot: QtBot) -> None:
    tokens = load_tokens()
    shell, page = Shell(tokens.themes.dark, tokens.size), QWidget()
    qtbot.addWidget(shell)
    shell.show()
    shell.host(page)
    page.setWindowTitle("Recording – Roomtone")
    shell.resize(1000, 700)
    assert page.geometry() == shell.rect()
    assert shell.windowTitle() == "Recording – Roomtone"
    shell.close()
    assert not page.isVisible()


def test_the_first_frame_needs_neither_the_page_nor_the_studio() -> None:
    code = (
        "import sys, roomtone.gui.application; "
        "heavy = ('roomtone.gui.life', 'roomtone.gui.views', 'roomtone.studio', 'numpy', 'requests', 'soundfile'); "
        "sys.exit(any(name.startswith(heavy) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(APP)}, check=False)
    assert done.returncode == 0


def test_a_home_that_cannot_be_written_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("no folder")
    assert run(str(tmp_path / "file" / "home"), []) == 1
    assert "choose another --home" in capsys.readouterr().err
