"""What ALSA offers to the programs of a test: nothing at all, or a PulseAudio server; never the machine's own."""

from __future__ import annotations

import os
from pathlib import Path

# PortAudio 19.6 aborts the whole process when ALSA names no device at all (an assertion in BuildDeviceList), so
# there is one, on a card that does not exist; PortAudio looks at it and leaves it out.
_NOTHING = "pcm.none {\n    type hw\n    card 99\n}\n"

_PULSE = """\
pcm.pulse {
    type pulse
    hint.description "PulseAudio"
}
pcm.!default {
    type pulse
}
ctl.!default {
    type pulse
}
"""


def nothing(folder: Path) -> dict[str, str]:
    """Write an ALSA configuration without any device into ``folder``; return the variables that make it valid."""
    return _use(folder, _NOTHING)


def pulse(folder: Path) -> dict[str, str]:
    """Write one with the devices ``pulse`` and ``default``; return the variables that make it valid."""
    return _use(folder, _PULSE)


def soundless_env(folder: Path) -> dict[str, str]:
    """Return an environment in which a program finds no sound device of any kind: no ALSA, JACK or PulseAudio."""
    return {
        **os.environ,
        **nothing(folder),
        "JACK_DEFAULT_SERVER": "rt-there-is-none",
        "JACK_NO_START_SERVER": "1",
        "PULSE_SERVER": "unix:/nonexistent",
    }


def _use(folder: Path, text: str) -> dict[str, str]:
    path = folder / "asound.conf"
    path.write_text(text)
    return {"ALSA_CONFIG_PATH": str(path)}
