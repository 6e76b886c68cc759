"""Takes on the simulated disk."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from roomtone.upload import core_events as ev
from roomtone.wire.digest import digest_of

HEADER: Final = 42


@dataclass
class SimulatedTrack:
    """A file that grows; ``data`` is what it becomes while it grows, ``sealed`` its last form."""

    name: str
    data: bytes
    sealed: bytes
    grown: int = 0


@dataclass
class SimulatedTake:
    """A take on the simulated disk."""

    about: ev.LocalTake
    begins: float
    ends: float
    tracks: list[SimulatedTrack]
    is_sealed: bool = False

    def finals(self) -> dict[str, ev.FinalTrack]:
        return {
            t.name: ev.FinalTrack(len(t.sealed), digest_of(t.sealed), ((0, t.sealed[:HEADER]),)) for t in self.tracks
        }


def make_take(rng: Random, number: int) -> SimulatedTake:
    """Make up a take that begins within the first twenty seconds."""
    begins = rng.uniform(0.0, 20.0)
    tracks = []
    for n in range(rng.choice([1, 1, 2, 3])):
        size = rng.choice([0, HEADER, 3_000, 30_000, 150_000]) + rng.randrange(HEADER, 2_000)
        data = rng.randbytes(size)
        tracks.append(SimulatedTrack(f"mic-{n + 1}.flac", data, rng.randbytes(HEADER) + data[HEADER:]))
    about = ev.LocalTake(
        id=f"{rng.getrandbits(128):032x}",
        project=f"{1:032x}",
        project_title="Song",
        title=f"Song – take {number}",
        part="",
        person="",
        started=f"2026-01-01T00:00:{int(begins):02}Z",
        tracks=tuple(ev.LocalTrack(t.name, "audio/flac") for t in tracks),
    )
    return SimulatedTake(about, begins, begins + rng.uniform(0.3, 15.0), tracks)
