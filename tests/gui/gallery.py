"""Pictures of every page, to be looked at: ``python -m tests.gui.gallery FOLDER``.

Not a test. The window stands on an X server of its own and is shown the stage's project, then an empty one, in both
themes; each page is pictured as it is on the screen, the long ones a second time from their end.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QScrollArea

from roomtone.foundation.clock import SystemClock
from roomtone.foundation.paths import Home
from roomtone.gui.desk import Desk
from roomtone.gui.life import make_look
from roomtone.studio.together_snapshot import TogetherView
from tests.gui.stage import Stage, example_takes, pairs
from tests.gui.stage_together import empty, full
from tests.rigs.display import VirtualDisplay

PAGES = ("today", "project", "review", "people", "studio")
# So long the window has to paint, in milliseconds.
_PAUSE = 250


class Gallery:
    """Shows one page after the other and pictures each."""

    def __init__(self, folder: Path, theme: str, size: tuple[int, int], scale: str) -> None:
        self._folder = folder
        self._name = f"{theme}-{size[0]}x{size[1]}" + (f"-x{scale}" if scale != "1" else "")
        self._theme = theme
        self._home = tempfile.TemporaryDirectory(prefix="rt-gallery-")
        self.desk = Desk(make_look(theme, {"ROOMTONE_SCALE": scale}), SystemClock())
        self.desk.window.resize(*size)
        self.desk.window.show()
        self._stage = Stage(Home(Path(self._home.name)).prepare(), example_takes())
        self._stage.draw("t1", "track-1", pairs(42.0, 4))
        self.desk.attach(self._stage)
        self._steps = self._walk()
        QTimer.singleShot(_PAUSE, self._step)

    def close(self) -> None:
        """Let go of the window and its home."""
        self.desk.close()
        self._home.cleanup()

    def _step(self) -> None:
        taken = next(self._steps, None)
        if taken is None:
            QApplication.quit()
            return
        path = self._folder / f"{taken}-{self._name}.png"
        QTimer.singleShot(_PAUSE, lambda: self._picture(path))

    def _picture(self, path: Path) -> None:
        subprocess.run(["import", "-window", "root", str(path)], check=True)
        self._step()

    def _walk(self) -> Iterator[str]:
        window = self.desk.window
        states: dict[str, TogetherView] = {"full": full(), "empty": empty()}
        for state, view in states.items():
            self._stage.publish(together=view, theme=self._theme)
            for page in PAGES:
                window.show_tab(page)
                yield f"{page}-{state}"
                area = self._scrolling(page)
                if area is not None and area.verticalScrollBar().maximum() > 0:
                    bar = area.verticalScrollBar()
                    bar.setValue(bar.maximum())
                    yield f"{page}-{state}-end"
        yield from self._more()

    def _more(self) -> Iterator[str]:
        window = self.desk.window
        for take in ("t2", "t3", "t4", "t5"):
            self._stage.publish(together=full(take))
            window.show_tab("review")
            yield f"review-{take}"
        window.show_tab("project")
        acts: dict[str, Callable[[], object]] = {
            "call": window.together.project.calls.fresh.click,
            "projects": window.header.projects.click,
            "start": window.together.projects.start.click,
        }
        for name, act in acts.items():
            act()
            yield name

    def _scrolling(self, page: str) -> QScrollArea | None:
        together = self.desk.window.together
        areas: dict[str, QScrollArea] = {
            "today": together.today,
            "project": together.project,
            "review": together.review.take,
            "people": together.people,
        }
        return areas.get(page)


def main() -> int:
    """Take all pictures, or in a process of its own those of one theme, size and scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", choices=("dark", "light"), default="")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--scale", default="1")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in options.size.split("x"))
    if options.theme:
        application = QApplication([])
        gallery = Gallery(options.folder, options.theme, (width, height), options.scale)
        application.exec()
        gallery.close()
        return 0
    with VirtualDisplay(width, height) as display:
        for theme in ("dark", "light"):
            own = [str(options.folder), "--theme", theme, "--size", options.size, "--scale", options.scale]
            subprocess.run([sys.executable, "-m", "tests.gui.gallery", *own], env=display.env(), check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
