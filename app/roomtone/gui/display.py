"""Whether a window can be shown here. Nothing of Qt is needed to know."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

# Platforms of Qt that draw into memory or a remote view, and so need no display of the system's.
_WITHOUT_DISPLAY = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")


def display_available(environment: Mapping[str, str] | None = None, platform: str | None = None) -> bool:
    """Return whether the system offers a display. Only systems that use X11 or Wayland can lack one."""
    env = os.environ if environment is None else environment
    if (sys.platform if platform is None else platform) in ("win32", "darwin"):
        return True
    if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"):
        return True
    return env.get("QT_QPA_PLATFORM", "").startswith(_WITHOUT_DISPLAY)
