"""A PulseAudio server of the test's own: the sound of an ordinary desktop, with a microphone to speak into.

Its clock is not sample-exact and it hides dropouts; whatever counts samples belongs on the JACK rig.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs import alsa
from tests.rigs.processes import Program, need, run, until

_MICROPHONE = ("module-remap-source", "source_name=mic", "master=mic_src.monitor")


def speak(text: str, path: Path) -> Path:
    """Write ``text`` as spoken by espeak-ng into the WAV file ``path`` (22.05 kHz, mono, 16 bits); return it."""
    need("espeak-ng")
    run(["espeak-ng", "-s", "150", "-w", path, text])
    return path


class PulseServer:
    """PulseAudio with a microphone ``mic``, which hears what is played into it, and a loudspeaker ``speaker``.

    PortAudio lists it through ALSA as ``pulse`` and ``default``.
    """

    def __init__(self, rate: int = 48_000) -> None:
        need("pulseaudio", "pactl", "pacmd", "paplay", "parec")
        self.rate = rate
        self._folder = Path(tempfile.mkdtemp(prefix="rt-pulse-"))
        runtime, home = self._folder / "run", self._folder / "home"
        runtime.mkdir(mode=0o700)
        home.mkdir()
        self._socket = runtime / "pulse" / "native"
        quiet = alsa.soundless_env(self._folder)
        # The ALSA plugin, and so every program of the test, reads the same cookie and socket as the server.
        self._env = {
            **quiet,
            **alsa.pulse(self._folder),
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SOURCE": "mic",
            "PULSE_SINK": "speaker",
        }
        self._server: Program | None = None
        self._module = ""

    def env(self) -> dict[str, str]:
        """Return the environment for programs that shall find this server, and no other sound.

        ``HOME`` is a temporary folder in it; a program that needs the person's own gets it put back by its caller.
        """
        return dict(self._env)

    @property
    def pid(self) -> int:
        """The process id of pulseaudio."""
        if self._server is None:
            raise RuntimeError("the PulseAudio server does not run")
        return self._server.pid

    def start(self) -> Self:
        """Start the server and return when it answers clients and its microphone is plugged in."""
        # Without norewinds a null sink sleeps up to two seconds before it gives its first sample to a new listener.
        sinks = [
            f"module-null-sink sink_name={name} rate={self.rate} channels=2 format=s32le norewinds=1"
            for name in ("speaker", "mic_src")
        ]
        modules = ["module-native-protocol-unix", "module-cli-protocol-unix", *sinks]
        loads = [part for module in modules for part in ("-L", module)]
        server = Program(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", *loads],
            env=self._local_env(),
        )
        self._server = server

        def answers() -> bool | None:
            if not server.running:
                raise RuntimeError(f"pulseaudio ended: {server.output}")
            if not self._socket.exists():
                return None
            try:
                return "Server Name" in self._control("info")
            except RuntimeError:
                return None

        until(answers, 20.0, "an answer of pulseaudio")
        self.plug_in()
        return self

    def stop(self) -> None:
        """End the server and take its folder away."""
        if self._server is not None:
            self._server.end()
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def play(self, path: Path, seconds: float = 60.0) -> None:
        """Play a sound file into the microphone, and return when it was played."""
        run(["paplay", "--device=mic_src", path], seconds, self._env)

    def playing(self, path: Path) -> Program:
        """Begin to play a sound file into the microphone, and return at once; its exit means that it was played."""
        return Program(["paplay", "--device=mic_src", path], env=self._env)

    def pull_out(self, rescue: bool = False) -> None:
        """Pull the microphone out: whoever records from it gets nothing more, and it is listed no longer.

        With ``rescue`` PulseAudio does what it does by itself when a source goes: it moves the recording, without a
        word to the program, to another source, here the monitor of what is played.
        """
        if not rescue:
            for stream in self._recording_from_the_microphone():
                run(["pacmd", "kill-source-output", stream], 20.0, self._local_env())
        self._control("unload-module", self._module)
        self._module = ""

    def plug_in(self) -> None:
        """Plug the microphone in, for the first time or again."""
        if self._module:
            raise RuntimeError("the microphone is plugged in already")
        self._module = self._control("load-module", *_MICROPHONE).strip()
        self._control("set-default-source", "mic")
        self._control("set-default-sink", "speaker")

    def sources(self) -> list[str]:
        """Return the names of what can be recorded from."""
        return [line.split("\t")[1] for line in self._control("list", "short", "sources").splitlines()]

    def recorders(self) -> int:
        """Return how many streams of programs are recording from anything now."""
        return self._streams("source-outputs")

    def players(self) -> int:
        """Return how many streams of programs are playing to the loudspeaker or into the microphone now."""
        return self._streams("sink-inputs")

    def hear(self, path: Path) -> Heard:
        """Record what the loudspeaker plays, from now on, into the WAV file ``path``; a context manager."""
        return Heard(self, path)

    def _local_env(self) -> dict[str, str]:
        # The server itself and pacmd refuse to work where PULSE_SERVER names one.
        return {key: value for key, value in self._env.items() if not key.startswith("PULSE_")}

    def _recording_from_the_microphone(self) -> list[str]:
        sources = (line.split("\t") for line in self._control("list", "short", "sources").splitlines())
        microphone = next(row[0] for row in sources if row[1] == "mic")
        streams = (line.split("\t") for line in self._control("list", "short", "source-outputs").splitlines())
        return [row[0] for row in streams if row[1] == microphone]

    def _streams(self, kind: str) -> int:
        # The third column is the client; the streams of the server's own modules have none.
        rows = (line.split("\t") for line in self._control("list", "short", kind).splitlines())
        return sum(1 for row in rows if row[2] != "-")

    def _control(self, *command: str) -> str:
        return run(["pactl", *command], 20.0, self._env)

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


# A WAV header, and what half a second of 16-bit stereo takes at most at 48 kHz.
_HEADER = 44
_TAIL = 96_000


class Heard:
    """A recording of the loudspeaker: it runs inside the block, and afterwards the WAV file is whole."""

    def __init__(self, server: PulseServer, path: Path) -> None:
        self.path = path
        self._server = server
        self._program: Program | None = None

    def __enter__(self) -> Self:
        self._program = Program(
            [
                "parec",
                "--device=speaker.monitor",
                "--format=s16le",
                f"--rate={self._server.rate}",
                "--channels=2",
                "--latency-msec=20",
                "--file-format=wav",
                self.path,
            ],
            env=self._server.env(),
        )
        self._wait_for(_HEADER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program is None:
            return
        try:
            # What was played last is still on its way through the server's buffers.
            self._wait_for(self.path.stat().st_size + _TAIL)
        finally:
            self._program.end()

    def _wait_for(self, size: int) -> None:
        until(
            lambda: self.path.exists() and self.path.stat().st_size > size,
            20.0,
            "parec to record the loudspeaker",
        )
