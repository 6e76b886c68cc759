"""The windows on a desktop of Microsoft Windows."""

from __future__ import annotations

import sys
from dataclasses import dataclass

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes


@dataclass(frozen=True)
class Titled:
    """A window and its title."""

    id: int
    name: str


def windows() -> list[Titled]:
    """Return the visible windows that have a title; none on other systems."""
    found: list[Titled] = []
    if sys.platform == "win32":
        user = ctypes.WinDLL("user32")

        @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
        def visit(window: int, _: int) -> bool:
            length = user.GetWindowTextLengthW(window)
            if length and user.IsWindowVisible(window) and not user.IsIconic(window):
                text = ctypes.create_unicode_buffer(length + 1)
                user.GetWindowTextW(window, text, length + 1)
                found.append(Titled(window, text.value))
            return True

        user.EnumWindows(visit, 0)
    return found
