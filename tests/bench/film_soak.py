"""A long take of sound and 720p30 while it is uploaded and looked at: memory, what was lost, and whether it drifts.

``python -m tests.bench.film_soak [SECONDS]`` (an hour by default) films flashes that beep, looks at the memory of every
process each minute, and at the end has ffmpeg tell how far each flash is from its beep. The rigs' clocks are this
machine's, so that any trend is ours.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Final

import psutil

from tests.acceptance.film_sync import errors_in
from tests.bench.film_bench import watch_preview
from tests.bench.stolen import stolen_seconds
from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.beeper import Beeper
from tests.rigs.camera import CameraRig
from tests.rigs.jack import JackServer

_MINUTE: Final = 60.0
_INPUTS: Final = "^PortAudio[^:]*:in_"
_WORKERS: Final = ("engine", "sync", "server")


def main() -> int:
    """Film, and print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3600.0
    write, home, pause = sys.stdout.write, make_home(), threading.Event()
    try:
        with (
            JackServer() as jack,
            CameraRig(1280, 720, 30.0) as rig,
            Beeper(jack) as beeper,
            RoomtoneHome(home, jack.env()) as app,
        ):
            recording = app.record("--camera", rig.url, "--channels", "1", "--seconds", str(seconds))
            beeper.lead_into(jack.ports(_INPUTS))
            now = time.monotonic()
            stolen = stolen_seconds()
            beeper.beep_at(rig.flash_times(now + 0.5, now + seconds))
            preview = app.listen().engine.status().cameras[0].preview
            looking = threading.Thread(target=watch_preview, args=(preview, pause, seconds - _MINUTE))
            looking.start()
            for minute in range(1, int(seconds / _MINUTE)):
                pause.wait(max(0.0, now + minute * _MINUTE - time.monotonic()))
                write(f"{minute:3} min  {_memory(app)}\n")
                sys.stdout.flush()
            document = recording.result(seconds + 300)
            looking.join()
            manifest = document["manifest"]
            lost = [dropout["frames"] for dropout in manifest["dropouts"]]
            write(f"picture: {manifest['tracks'][-1]['picture']}\n")
            write(f"sound lost {len(lost)} times, {sum(lost) / manifest['tracks'][0]['rate'] * 1000:.1f} ms in all\n")
            write(f"the rig was late {len(jack.late())} times; stop to safe {document['stop_to_safe_ms']} ms\n")
            write(f"the host took {stolen_seconds() - stolen:.1f} s of processor time\n")
            errors = errors_in(Path(next(path for path in document["paths"] if path.endswith(".mp4"))))
            by_minute = [mean for mean, _ in errors.by_minute()]
            write(f"picture against sound: {errors}\n")
            write(f"means of the minutes: {min(by_minute):+.2f} to {max(by_minute):+.2f} ms\n")
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)
    return 0


def _memory(app: RoomtoneHome) -> str:
    """Return the private memory of every process in MiB: what is shared with JACK and the cameras is not ours alone."""
    said = []
    for worker in _WORKERS:
        process = psutil.Process(app.pid(worker))
        for number, one in enumerate((process, *process.children(recursive=True))):
            name = worker if not number else f"{worker}/{_word(one)}"
            said.append(f"{name} {one.memory_full_info().uss / 2**20:.1f}")
    return ", ".join(said)


def _word(process: psutil.Process) -> str:
    line = process.cmdline()
    return line[line.index("worker") + 1] if "worker" in line else process.name()


if __name__ == "__main__":
    sys.exit(main())
