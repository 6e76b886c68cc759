"""Audacity as a peer: recording stereo, 24 bits at 48 kHz, through the same JACK server, on a virtual screen."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from roomtone.foundation.clock import SystemClock
from tests.rigs.display import VirtualDisplay
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, cpu_seconds, need, resident_bytes, until

# Everything that would ask a question at the first start is answered here.
_SETTINGS = """\
PrefsVersion=1.1.1r1
NewPrefsInitialized=1
[GUI]
ShowSplashScreen=0
[Update]
DefaultUpdatesChecking=0
UpdateNoticeShown=1
[AudioIO]
Host=JACK Audio Connection Kit
RecordingDevice=system
PlaybackDevice=system
RecordChannels=2
SWPlaythrough=0
[SamplingRate]
DefaultProjectSampleRate=48000
DefaultProjectSampleFormatChoice=Format24Bit
"""


def record(jack: JackServer, seconds: float) -> tuple[float, float]:
    """Record for about ``seconds``; return CPU seconds a recorded minute, and resident MiB at the end."""
    need("audacity", "Xvfb", "xdotool")
    with tempfile.TemporaryDirectory(prefix="rt-audacity-") as folder, VirtualDisplay() as display:
        settings = Path(folder) / ".audacity-data"
        settings.mkdir()
        (settings / "audacity.cfg").write_text(_SETTINGS)
        env = {**jack.env(), **display.env(), "HOME": folder}
        with Program(["audacity"], env=env, cwd=Path(folder)) as program:
            display.wait_window("Audacity", 60)

            def rolls() -> bool:
                # The welcome may still be in the way; Escape closes it, and "r" records.
                if jack.connections("system:capture_1"):
                    return True
                display.key("Escape")
                display.key("r")
                return False

            until(rolls, 60, "Audacity to record")
            return _cost(program.pid, seconds)


def _cost(pid: int, seconds: float) -> tuple[float, float]:
    clock = SystemClock()
    began, used = clock.monotonic(), cpu_seconds(pid)
    until(lambda: clock.monotonic() - began >= seconds or None, seconds + 10, "the recording to go on")
    passed = clock.monotonic() - began
    return (cpu_seconds(pid) - used) / passed * 60, resident_bytes(pid) / 2**20


if __name__ == "__main__":
    with JackServer(period=256) as server:
        cpu, memory = record(server, 20)
    sys.stdout.write(f"Audacity: {cpu:.2f} CPU s a recorded minute, {memory:.0f} MiB\n")
