"""A JACK server of the test's own, on the dummy driver: sample-exact sound without a sound card.

Streams of PortAudio appear as ``PortAudio:in_0``, ``PortAudio:out_0`` … and connect themselves to ``system:*``.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.rigs import alsa
from tests.rigs.processes import Program, need, run, until

_READY_SECONDS = 15
_ASK_SECONDS = 15.0
_ASK_TIMES = 3
_NO_REALTIME = "Cannot use real-time scheduling"


class JackServer:
    """jackd under a name of its own, so that neither parallel runs nor a user's server are met.

    ``capture`` and ``playback`` are the numbers of the card's channels. ``realtime`` tells whether it got real-time
    scheduling; without it the rig itself may lose a period under load. A machine that is busy with other things as well
    stands still for some milliseconds at times, which periods of 21 ms bear and shorter ones do not.
    """

    def __init__(self, rate: int = 48_000, period: int = 1024, capture: int = 2, playback: int = 2) -> None:
        need("jackd", "jack_wait", "jack_lsp", "jack_connect", "jack_disconnect", "sndfile-jackplay")
        self.rate = rate
        self.period = period
        self.name = f"rt-{os.getpid()}-{secrets.token_hex(3)}"
        self.realtime = True
        self._channels = (capture, playback)
        self._folder = Path(tempfile.mkdtemp(prefix="rt-jack-"))
        self._env = {
            **alsa.soundless_env(self._folder),
            "JACK_DEFAULT_SERVER": self.name,
            "JACK_NO_AUDIO_RESERVATION": "1",
        }
        self._server: Program | None = None
        self._players: list[Player] = []

    def env(self) -> dict[str, str]:
        """Return the environment for programs that shall find this server, and no other sound."""
        return dict(self._env)

    @property
    def pid(self) -> int:
        """The process id of jackd."""
        return self._running.pid

    def late(self) -> list[str]:
        """Return what the server said of itself or a client being late; each is told to all clients as a loss."""
        return [line for line in self._running.output.splitlines() if "XRun" in line]

    def start(self) -> Self:
        """Start the server and return when it answers clients; real-time where the system allows it."""
        server = self._launch("-R")
        if _NO_REALTIME in server.output:
            server.end()
            self.realtime = False
            server = self._launch("-r")
        self._server = server
        return self

    def kill(self) -> None:
        """End the server as if the card were torn out, with all streams on it."""
        self._running.kill()
        self._server = None

    def stop(self) -> None:
        """End the players and the server, and take its folder away."""
        for player in self._players:
            player.stop()
        self._players.clear()
        if self._server is not None:
            self._server.end()
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def ports(self, pattern: str = "") -> list[str]:
        """Return the names of all ports that match a regular expression."""
        names = self._ask("jack_lsp").splitlines()
        return [name for name in names if ":" in name and re.search(pattern, name)]

    def wait_ports(self, pattern: str, count: int = 1, seconds: float = 20.0) -> list[str]:
        """Wait until at least ``count`` ports match, and return them in the order of their numbers."""

        def look() -> list[str] | None:
            found = self.ports(pattern)
            return found if len(found) >= count else None

        found = until(look, seconds, f"{count} JACK port(s) like {pattern!r}")
        return sorted(found, key=_by_number)

    def connections(self, port: str) -> list[str]:
        """Return the ports that ``port`` is connected with."""
        found: list[str] = []
        current = ""
        for line in self._ask("jack_lsp", "-c").splitlines():
            if not line.startswith(" "):
                current = line
            elif current == port:
                found.append(line.strip())
        return found

    def connect(self, source: str, target: str) -> None:
        """Connect an output port with an input port; nothing happens when they are."""
        if target not in self.connections(source):
            run(["jack_connect", source, target], env=self.env())

    def disconnect(self, source: str, target: str) -> None:
        """Part two ports; nothing happens when they are not connected."""
        if target in self.connections(source):
            run(["jack_disconnect", source, target], env=self.env())

    def loop_back(self, channels: int = 1, client: str = "PortAudio") -> None:
        """Lead the outputs of ``client`` into its own inputs instead of the card's."""
        outputs = self.wait_ports(rf"^{re.escape(client)}:out_", channels)[:channels]
        inputs = self.wait_ports(rf"^{re.escape(client)}:in_", channels)[:channels]
        for source, target in zip(outputs, inputs, strict=True):
            for old in self.connections(target):
                self.disconnect(old, target)
            self.connect(source, target)

    def player(self, path: Path, into: Sequence[str]) -> Player:
        """Load a sound file and connect its channels with the input ports ``into``, but do not play yet."""
        player = Player(self, path, into)
        self._players.append(player)
        return player

    def play_file(self, path: Path, into: Sequence[str]) -> Player:
        """Play a sound file into the input ports ``into`` from its first sample on, and return at once."""
        player = self.player(path, into)
        player.start()
        return player

    def _ask(self, *argv: str) -> str:
        """Run a program that only looks. It is asked again where it does not answer, or was not let in.

        jackd opens one client at a time, in step with all the others; one that is killed in that moment can leave the
        newcomer waiting for an answer that was lost with it.
        """
        for _ in range(_ASK_TIMES - 1):
            with contextlib.suppress(subprocess.TimeoutExpired, RuntimeError):
                return run(list(argv), _ASK_SECONDS, self.env())
        try:
            return run(list(argv), _ASK_SECONDS, self.env())
        except subprocess.TimeoutExpired as error:
            others = [f"{p.pid} {p.name()} {p.status()}" for p in psutil.process_iter() if "jack" in p.name()]
            raise RuntimeError(f"jackd does not answer ({', '.join(others)}): {self._running.output}") from error

    @property
    def _running(self) -> Program:
        if self._server is None:
            raise RuntimeError("the JACK server does not run")
        return self._server

    def _launch(self, scheduling: str) -> Program:
        capture, playback = self._channels
        options = ["-n", self.name, scheduling, *(["-P", "70"] if scheduling == "-R" else [])]
        driver = ["-d", "dummy", "-r", self.rate, "-p", self.period, "-C", capture, "-P", playback]
        server = Program(["jackd", *options, *(str(part) for part in driver)], env=self.env())
        try:
            run(["jack_wait", "-w", "-t", str(_READY_SECONDS), "-s", self.name], _READY_SECONDS + 5, self.env())
            self.wait_ports("^system:", capture + playback, _READY_SECONDS)
        except BaseException as error:
            server.end()
            raise RuntimeError(f"jackd did not get ready: {server.output}") from error
        return server

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


class Player:
    """One sound file, played by sndfile-jackplay: bit-exact, and from the first sample on the word ``start``."""

    def __init__(self, server: JackServer, path: Path, into: Sequence[str]) -> None:
        before = set(server.ports("^jackplay"))
        # With -w it opens its ports, silent, and plays when Enter is pressed.
        self._program = Program(["sndfile-jackplay", "-w", path], env=server.env())

        def look() -> list[str] | None:
            if not self._program.running:
                raise RuntimeError(f"sndfile-jackplay ended: {self._program.output}")
            found = sorted(set(server.ports("^jackplay")) - before, key=_by_number)
            return found if len(found) >= len(into) else None

        try:
            self.ports = until(look, 20.0, f"{len(into)} port(s) of sndfile-jackplay")
            for source, target in zip(self.ports, into, strict=False):
                server.connect(source, target)
        except BaseException:
            self._program.kill()
            raise

    def start(self) -> None:
        """Play, from the first sample."""
        self._program.write("\n")

    def wait(self, seconds: float = 120.0) -> None:
        """Wait until the file was played to its end."""
        code = self._program.wait(seconds)
        if code != 0:
            raise RuntimeError(f"sndfile-jackplay ended with {code}: {self._program.output}")

    def stop(self) -> None:
        """Fall silent now; nothing happens after the end."""
        self._program.end()


def _by_number(port: str) -> tuple[str, int]:
    name = port.rstrip("0123456789")
    return name, int(port[len(name) :] or 0)
