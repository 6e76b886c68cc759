"""What filming costs: CPU seconds a recorded second at 720p30, against ffmpeg doing the same from the same camera.

``python -m tests.bench.film_bench [SECONDS [RUNS]]``: first Roomtone, then ffmpeg for a quarter of that time, watch one
network camera (motion JPEG over HTTP) and listen to one JACK server; two encoders at once would starve each other on
two cores. Both encode H.264 with the settings that Roomtone ended with, AAC beside it and the sound once more as FLAC.
Roomtone also previews, verifies, uploads and syncs; what the sync worker, the server and a looking window cost is
printed by itself. Dropped pictures and sound dropouts are counted over the whole time.
"""

from __future__ import annotations

import shutil
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import psutil

from roomtone.engine.pictures.ladder import SOFTWARE, EncoderChoice, open_encoder
from roomtone.foundation.paths import Home
from roomtone.studio.preview import Preview
from roomtone.takes.documents import Manifest
from tests.bench.engine_bench import music
from tests.bench.stolen import stolen_seconds
from tests.rigs import signals
from tests.rigs.app import RoomtoneHome, make_home
from tests.rigs.camera import CameraRig
from tests.rigs.jack import JackServer
from tests.rigs.processes import Program, need, until

_SIZE: Final = (1280, 720)
_FPS: Final = 30.0
_RATE: Final = 48_000
_WARM_SECONDS: Final = 4.0
_LOOK_SECONDS: Final = 1 / 30
_OURS: Final = "^PortAudio[^:]*:in_"
_BARE: Final = "^bare:input_"
_PEER_SHARE: Final = 0.25
_PEER_FILM: Final = "peer.mp4"


@dataclass(frozen=True)
class FilmCost:
    """CPU seconds a second of the engine with its camera's process, of ffmpeg, and of the processes beside them."""

    engine: float
    ffmpeg: float
    sync: float
    server: float
    memory: list[tuple[int, int]]
    manifest: Manifest
    # How often the sound server or one of its clients was late, and what the host took meanwhile.
    late: int
    stolen: float


def measure(seconds: float) -> FilmCost:
    """Film for ``seconds`` with us, then with ffmpeg."""
    need("ffmpeg")
    home = make_home()
    try:
        source = signals.write_wav(home.root / "music.wav", music(seconds + _WARM_SECONDS + 30), _RATE)
        with JackServer() as jack, CameraRig(*_SIZE, _FPS) as rig:
            cost, preset = _ours(home, jack, rig.url, source, seconds)
            return replace(cost, ffmpeg=_peers(home, jack, _ffmpeg(rig.url, preset, home.root), source, seconds))
    finally:
        shutil.rmtree(home.socket_folder(), ignore_errors=True)
        shutil.rmtree(home.root)


def _ours(home: Home, jack: JackServer, url: str, source: Path, seconds: float) -> tuple[FilmCost, str]:
    """Return what filming costs us, and the encoder's preset at the end."""
    pause = threading.Event()
    stolen = stolen_seconds()
    with RoomtoneHome(home, jack.env()) as app:
        recording = app.record("--camera", url, "--channels", "1+2")
        listener = app.listen()
        camera = listener.engine.status().cameras[0]
        until(lambda: _pictures(listener)[0].frames > 10, 20, "the first pictures")
        jack.play_file(source, sorted(jack.wait_ports(_OURS, 2)))
        looking = threading.Thread(target=watch_preview, args=(camera.preview, pause, seconds + _WARM_SECONDS))
        looking.start()
        pause.wait(_WARM_SECONDS)
        watched = {name: app.pid(name) for name in ("engine", "sync", "server")}
        before = {name: _cpu(pid) for name, pid in watched.items()}
        early = [_memory(pid) for pid in (watched["engine"], *_children(watched["engine"]))]
        pause.wait(seconds)
        used = {name: (_cpu(pid) - before[name]) / seconds for name, pid in watched.items()}
        late = [_memory(pid) for pid in (watched["engine"], *_children(watched["engine"]))]
        preset = _pictures(listener)[0].encoder.removeprefix(f"{SOFTWARE} ")
        document = recording.stop()
        looking.join()
        rig_late, stolen = len(jack.late()), stolen_seconds() - stolen
    manifest = msgspec.convert(document["manifest"], Manifest)
    memory = list(zip(early, late, strict=False))
    return FilmCost(used["engine"], 0.0, used["sync"], used["server"], memory, manifest, rig_late, stolen), preset


def _peers(home: Home, jack: JackServer, command: list[str | Path], source: Path, seconds: float) -> float:
    """Return what ffmpeg uses a second."""
    pause = threading.Event()
    with Program(command, env=jack.env()) as peer:
        jack.play_file(source, sorted(jack.wait_ports(_BARE, 2)))
        film = home.root / _PEER_FILM
        until(lambda: film.exists() and film.stat().st_size > 0, 30, "ffmpeg's first pictures")
        pause.wait(_WARM_SECONDS)
        before = _cpu(peer.pid)
        pause.wait(seconds * _PEER_SHARE)
        used = (_cpu(peer.pid) - before) / (seconds * _PEER_SHARE)
        peer.end()
        return used


def _pictures(listener: Any) -> Any:
    status = listener.engine.status()
    return status.rolling.pictures if status.rolling else []


def _ffmpeg(url: str, preset: str, folder: Path) -> list[str | Path]:
    """Return ffmpeg's command for the same capture and encode; the settings are read from our own encoder."""
    from roomtone.engine.pictures.ladder import LADDER

    choice = EncoderChoice(SOFTWARE, LADDER.index(preset), 1, *_SIZE, _FPS)
    options = open_encoder(choice, choice.rung, full_range=True).options
    settings: list[str | Path] = []
    for name in ("preset", "profile", "crf", "maxrate", "bufsize", "x264-params"):
        if name in options:
            settings += [f"-{name}:v", options[name]]
    camera: list[str | Path] = ["-use_wallclock_as_timestamps", "1", "-f", "mpjpeg", "-i", url]
    sound: list[str | Path] = ["-f", "jack", "-channels", "2", "-i", "bare"]
    film: list[str | Path] = [
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c:v",
        "libx264",
        *settings,
        "-g",
        "30",
        "-threads:v",
        str(choice.threads),
        "-fps_mode",
        "passthrough",
        "-c:a",
        "aac",
        "-b:a",
        "160k",
        "-movflags",
        "frag_keyframe+empty_moov",
        folder / _PEER_FILM,
    ]
    return [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        *camera,
        *sound,
        *film,
        "-map",
        "1:a",
        "-c:a",
        "flac",
        "-sample_fmt",
        "s32",
        folder / "peer.flac",
    ]


def watch_preview(path: str, pause: threading.Event, seconds: float) -> None:
    """Look at the preview as a window does."""
    preview = Preview()
    for _ in range(int(seconds / _LOOK_SECONDS)):
        preview.look(path)
        pause.wait(_LOOK_SECONDS)
    preview.close()


def _children(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _cpu(pid: int) -> float:
    """Return the CPU seconds that a process and those that it started have used."""
    total = 0.0
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        times = process.cpu_times()
        total += times.user + times.system
    return total


def _memory(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def main() -> int:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    costs = [measure(seconds) for _ in range(runs)]
    engine, peer = median(cost.engine for cost in costs), median(cost.ffmpeg for cost in costs)
    write = sys.stdout.write
    write(f"CPU seconds a second at 720p30 with sound (median of {runs} over {seconds:g} s)\n")
    write(f"  engine and camera  {engine:.3f}\n  ffmpeg             {peer:.3f}   engine / it {engine / peer:.2f} ×\n")
    write(f"  sync worker        {median(cost.sync for cost in costs):.3f}\n")
    write(f"  server             {median(cost.server for cost in costs):.3f}\n")
    for cost in costs:
        for early, late in cost.memory:
            write(f"  memory MiB         {early / 2**20:.1f} → {late / 2**20:.1f}\n")
        facts = cost.manifest.tracks[-1].picture
        write(f"  pictures           {msgspec.json.encode(facts).decode()}\n")
        lost = [dropout.frames for dropout in cost.manifest.dropouts]
        write(f"  sound              lost {len(lost)} times, {sum(lost) / _RATE * 1000:.1f} ms in all\n")
        write(f"  the rig            late {cost.late} times; the host took {cost.stolen:.1f} s of processor time\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
