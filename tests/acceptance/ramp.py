"""A ramp that plays into everything that records from one JACK server, with a witness of what was delivered."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from roomtone.takes.documents import Dropout
from tests.rigs import signals
from tests.rigs.jack import JackServer
from tests.rigs.witness import Witness

_INPUTS = "^PortAudio[^:]*:in_"


class RampSource:
    """Plays the 24-bit ramp for ``seconds``, from the moment the context is entered."""

    def __init__(self, jack: JackServer, folder: Path, seconds: float = 300.0) -> None:
        self._jack = jack
        source = signals.write_wav(folder / "ramp.wav", signals.ramp(int(seconds * jack.rate)), jack.rate)
        self.witness = Witness(jack)
        self._player = jack.player(source, self.witness.ports)

    def feed_everybody(self) -> None:
        """Lead the ramp into every open input of PortAudio."""
        self.feed_everybody_but(set())

    def feed_everybody_but(self, others: set[str]) -> None:
        """Lead the ramp into every open input of PortAudio, except for some ports."""
        for port in self._jack.ports(_INPUTS):
            # Whoever was killed between the look and the connecting needs it no more.
            if port not in others:
                with contextlib.suppress(RuntimeError):
                    self._jack.connect(self._player.ports[0], port)

    def __enter__(self) -> Self:
        self._player.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._player.stop()
        self.witness.__exit__(kind, error, trace)


def check_no_loss(dropouts: Sequence[Dropout], recorded: signals.Samples, jack: JackServer) -> None:
    """Check that a recorded ramp has no hole, and that its take tells of none.

    Only when the rig itself said that it was late (the machine stood still) may there be any, and only those told.
    """
    heard = ramp_part(recorded)
    assert len(heard) > jack.rate // 2
    silent = len(recorded) - len(heard)
    holes = [(silent + hole.frame, hole.lost) for hole in signals.breaks(heard[:, 0])]
    seen = f"{holes[:4]} … {holes[-4:]}, told: {dropouts}; {jack.late()}"
    assert dropouts or not holes, seen
    assert jack.late() or not dropouts, seen


def ramp_part(recorded: signals.Samples) -> signals.Samples:
    """Return a recording from where the ramp can be heard in its first channel; before that it is silent."""
    heard = recorded[:, 0] != 0
    first = int(heard.argmax()) if heard.any() else len(recorded)
    return recorded[first:]
