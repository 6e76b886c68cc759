"""A screen of the test's own (Xvfb), with a person's keys and clicks (xdotool) and pictures of it (ImageMagick)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs.processes import Program, need, run, until


class VirtualDisplay:
    """An X server on the next free display. There is no window manager: windows stand where they put themselves."""

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        need("Xvfb", "xdotool", "import")
        self.size = (width, height)
        self.name = ""
        self._server: Program | None = None

    def env(self) -> dict[str, str]:
        """Return the environment for programs that shall open their windows here."""
        return {**os.environ, **self._variables}

    @property
    def pid(self) -> int:
        """The process id of Xvfb."""
        if self._server is None:
            raise RuntimeError("the display does not run")
        return self._server.pid

    def start(self) -> Self:
        """Start the server and return when it answers."""
        width, height = self.size
        # Xvfb itself looks for a free number and prints it once it listens, so there is no race about it.
        server = Program(
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
        )
        self._server = server
        self.name = f":{server.wait_for_line(r'^[0-9]+$').group().strip()}"
        return self

    def stop(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def screenshot(self, path: Path) -> Path:
        """Write a picture of the whole screen (PNG) to ``path`` and return it."""
        run(["import", "-display", self.name, "-window", "root", path])
        return path

    def windows(self, name: str) -> list[str]:
        """Return the ids of the visible windows whose title matches the regular expression ``name``."""
        try:
            return run(["xdotool", "search", "--onlyvisible", "--name", name], env=self.env()).split()
        except RuntimeError as error:
            # xdotool ends with 1 and says nothing when it found no window.
            if re.search(r"ended with 1: *$", str(error)):
                return []
            if "BadWindow" in str(error):
                # One went away while it was looked at.
                return self.windows(name)
            raise

    def wait_window(self, name: str, seconds: float = 30.0) -> str:
        """Wait for a visible window whose title matches ``name``, give it the keyboard, and return its id."""
        window = until(lambda: self.windows(name), seconds, f"a window called {name!r}")[0]
        self._do("windowfocus", "--sync", window)
        return window

    def wait_no_window(self, name: str, seconds: float = 30.0) -> None:
        """Wait until no window with such a title is visible."""
        until(lambda: not self.windows(name), seconds, f"the end of the window {name!r}")

    def geometry(self, window: str) -> tuple[int, int, int, int]:
        """Return a window's place and size on the screen as x, y, width, height in pixels."""
        said = self._do("getwindowgeometry", "--shell", window)
        found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        return int(found["X"]), int(found["Y"]), int(found["WIDTH"]), int(found["HEIGHT"])

    def key(self, *keys: str) -> None:
        """Press keys one after the other, named as xdotool does: ``space``, ``ctrl+z``, ``Return``."""
        self._do("key", "--clearmodifiers", *keys)

    def write(self, text: str) -> None:
        """Type ``text`` on the keyboard."""
        self._do("type", "--clearmodifiers", "--", text)

    def click(self, x: int, y: int, times: int = 1) -> None:
        """Move the mouse to a place on the screen and press its left button."""
        # With --sync xdotool waits for the mouse to move, in vain for long seconds where it is there already.
        self._do("mousemove", str(x + 1), str(y))
        self._do("mousemove", "--sync", str(x), str(y), "click", "--repeat", str(times), "--delay", "60", "1")

    def scroll(self, x: int, y: int, steps: int) -> None:
        """Turn the wheel at a place on the screen: ``steps`` down, or up where it is below zero."""
        self._do("mousemove", str(x), str(y), "click", "--repeat", str(abs(steps)), "5" if steps > 0 else "4")

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button at ``start``, move to ``end`` and let go."""
        self._do("mousemove", "--sync", *map(str, start), "mousedown", "1")
        self._do("mousemove", "--sync", *map(str, end), "mouseup", "1")

    @property
    def _variables(self) -> dict[str, str]:
        if self._server is None:
            raise RuntimeError("the display does not run")
        return {"DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": ""}

    def _do(self, *command: str) -> str:
        return run(["xdotool", *command], env=self.env())

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
