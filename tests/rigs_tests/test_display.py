"""The screen rig shows windows, takes keys and clicks as a person gives them, and is photographed."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rigs.display import VirtualDisplay
from tests.rigs.processes import Program, alive

# A window that says on standard output what a person does to it.
_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
class Line(QLineEdit):
    def mousePressEvent(self, event):
        print("clicked", event.globalPosition().toPoint().toTuple(), flush=True)
        super().mousePressEvent(event)
line = Line()
line.setWindowTitle("Rig window")
line.returnPressed.connect(lambda: print("typed", line.text(), flush=True))
line.setGeometry(100, 50, 400, 60)
line.setStyleSheet("background: #ff0000")
line.show()
sys.exit(app.exec())
"""


def test_a_window_is_seen_clicked_and_typed_into(tmp_path: Path, display: VirtualDisplay) -> None:
    blank = display.screenshot(tmp_path / "blank.png").read_bytes()
    with Program([sys.executable, "-c", _WINDOW], env=display.env()) as program:
        window = display.wait_window("^Rig window$")
        assert display.geometry(window) == (100, 50, 400, 60)
        display.click(150, 80)
        program.wait_for_line(r"clicked \(150, 80\)")
        display.write("take one")
        display.key("Return")
        program.wait_for_line("typed take one")
        seen = display.screenshot(tmp_path / "seen.png").read_bytes()
    assert seen.startswith(b"\x89PNG")
    assert seen != blank
    display.wait_no_window("^Rig window$")


def test_two_screens_of_different_sizes_do_not_meet() -> None:
    with VirtualDisplay(800, 600) as small, VirtualDisplay(1920, 1080) as large:
        assert small.name != large.name
        pids = [small.pid, large.pid]
    assert not any(alive(pid) for pid in pids)
