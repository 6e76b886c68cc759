"""What the render worker is told and what it tells: the contract of its process."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.takes.folder import Manifest

NAME: Final = "render"


class Loudness(msgspec.Struct, frozen=True):
    """How a track sounds: integrated loudness (LUFS, EBU R 128) and true peak (dBTP); ``None`` for silence."""

    lufs: float | None
    true_peak: float | None


class BroughtIn(msgspec.Struct, frozen=True):
    """A file that became a take."""

    folder: str
    manifest: Manifest


class Checked(msgspec.Struct, frozen=True):
    """A track that was read, hashed and decoded to its end."""

    track: str
    digest: str
    frames: int


class BringIn(msgspec.Struct, frozen=True, tag_field="do", tag="bring-in"):
    """→ ``BroughtIn``. Copies a file into a new take; the file itself is left alone."""

    file: str
    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    title: str = ""


class DrawPeaks(msgspec.Struct, frozen=True, tag_field="do", tag="peaks"):
    """→ ``Drawn``. Makes the waveform of a track where the cache misses it."""

    take: str
    file: str


class MakeListeningCopy(msgspec.Struct, frozen=True, tag_field="do", tag="listening-copy"):
    """→ ``Drawn``. Makes the sound of a track playable: in a format that every player decodes, at ``rate`` Hz."""

    take: str
    file: str
    rate: int = 0


class Measure(msgspec.Struct, frozen=True, tag_field="do", tag="loudness"):
    """→ ``Loudness``."""

    file: str


class Check(msgspec.Struct, frozen=True, tag_field="do", tag="check"):
    """→ list of ``Checked``. Reads, hashes and decodes every track of a sealed take."""

    folder: str


class Drawn(msgspec.Struct, frozen=True):
    """Where a derived file lies; "" where there is nothing to derive."""

    file: str


Command = BringIn | DrawPeaks | MakeListeningCopy | Measure | Check
