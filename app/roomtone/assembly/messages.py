"""What the render worker is told and what it tells: the contract of its process."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.takes.documents import Manifest
from roomtone.wire.project.items import Tempo

NAME: Final = "render"


class Loudness(msgspec.Struct, frozen=True):
    """How a track sounds: integrated loudness (LUFS, EBU R 128) and true peak (dBTP); ``None`` for silence."""

    lufs: float | None
    true_peak: float | None


class BroughtIn(msgspec.Struct, frozen=True):
    """A file that became a take. ``located`` says that where it was made was taken out of the copy, "" else."""

    folder: str
    manifest: Manifest
    located: str = ""


class Checked(msgspec.Struct, frozen=True):
    """A track that was read, hashed and decoded to its end."""

    track: str
    digest: str
    frames: int


class Pictures(msgspec.Struct, frozen=True):
    """Small pictures of a track, in the cache: one ``thumbnail`` (PNG), and a ``filmstrip``, a PNG of ``tiles``
    pictures side by side, ``tile_width`` by ``tile_height`` pixels each, spread evenly over ``seconds``. "" where there
    is nothing to see."""

    thumbnail: str = ""
    filmstrip: str = ""
    tiles: int = 0
    tile_width: int = 0
    tile_height: int = 0
    seconds: float = 0.0


class DrawnPage(msgspec.Struct, frozen=True):
    """One page of a PDF as a PNG file in the cache; ``count`` is how many pages there are.

    ``width`` and ``height`` are those of the page in points (1/72 inch).
    """

    file: str
    number: int
    count: int
    width: int
    height: int


class Exported(msgspec.Struct, frozen=True):
    """A film of constant rate: where it lies, and what had to be done to the pictures to make it so."""

    file: str
    frames: int
    fps: float
    shown_twice: int
    left_out: int


class Aligned(msgspec.Struct, frozen=True):
    """A file that became a take that belongs to another one, ``offset`` seconds after its beginning.

    ``confidence`` is from 0 to 1. Below 0.5 it is a guess, and a person should look.
    """

    folder: str
    manifest: Manifest
    offset: float
    confidence: float


class Page(msgspec.Struct, frozen=True):
    """A page of writing as it was kept: the take that it became."""

    folder: str
    manifest: Manifest


class BringIn(msgspec.Struct, frozen=True, tag_field="do", tag="bring-in"):
    """→ ``BroughtIn``. Copies a file into a new take; the file itself is left alone.

    Where a picture or film says where it was made, that is taken out of the copy unless ``keep_location``.
    """

    file: str
    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    title: str = ""
    call: str = ""
    prompt: str = ""
    lineage: list[str] = []
    keep_location: bool = False


class DrawPeaks(msgspec.Struct, frozen=True, tag_field="do", tag="peaks"):
    """→ ``Drawn``. Makes the waveform of a track where the cache misses it."""

    take: str
    file: str


class MakeListeningCopy(msgspec.Struct, frozen=True, tag_field="do", tag="listening-copy"):
    """→ ``Drawn``. Makes the sound of a track playable: in a format that every player decodes, at ``rate`` Hz."""

    take: str
    file: str
    rate: int = 0


class MakeGuide(msgspec.Struct, frozen=True, tag_field="do", tag="guide"):
    """→ ``Drawn``. Mixes the sound of files from their beginnings on, to be heard while somebody records.

    ``count_in`` bars of clicks at the first ``tempo`` come before it; without any file, clicks go on by the map.
    """

    files: list[str]
    rate: int = 0
    tempo: list[Tempo] = []
    count_in: int = 0


class Measure(msgspec.Struct, frozen=True, tag_field="do", tag="loudness"):
    """→ ``Loudness``."""

    file: str


class Check(msgspec.Struct, frozen=True, tag_field="do", tag="check"):
    """→ list of ``Checked``. Reads, hashes and decodes every track of a sealed take."""

    folder: str


class DrawPictures(msgspec.Struct, frozen=True, tag_field="do", tag="pictures"):
    """→ ``Pictures``. Makes thumbnail and filmstrip of a film, an image or a PDF where the cache misses them."""

    take: str
    file: str


class DrawPage(msgspec.Struct, frozen=True, tag_field="do", tag="page"):
    """→ ``DrawnPage``. Draws one page of a PDF to be read, where the cache misses it. ``number`` counts from 1."""

    take: str
    file: str
    number: int = 1


class MakePreview(msgspec.Struct, frozen=True, tag_field="do", tag="preview"):
    """→ ``Drawn`` without a file, at once. The preview of a sealed take is made after that, where it needs one."""

    folder: str


class ExportFilm(msgspec.Struct, frozen=True, tag_field="do", tag="export-film"):
    """→ ``Exported``. Writes a track of pictures with the take's lossless sound as a film of constant rate.

    Each picture is the one that was there at its time, by its time stamp. ``file`` must be new. ``track`` "" is the
    first one with pictures; ``fps`` is one of 24, 25, 30, 50, 60. With ``film`` the pictures are those of the take in
    that folder, which begins ``offset`` seconds after the one whose sound is heard.
    """

    folder: str
    file: str
    track: str = ""
    fps: int = 30
    film: str = ""
    offset: float = 0.0


class Align(msgspec.Struct, frozen=True, tag_field="do", tag="align"):
    """→ ``Aligned``. Brings ``file`` in as a take and places it against the take in ``folder`` by their sound."""

    folder: str
    file: str


class Nudge(msgspec.Struct, frozen=True, tag_field="do", tag="nudge"):
    """→ ``Drawn``. Places the take in ``folder`` by hand, ``offset`` seconds after the one it belongs to. It wins."""

    folder: str
    offset: float


class KeepStills(msgspec.Struct, frozen=True, tag_field="do", tag="keep-stills"):
    """→ ``BroughtIn``. Makes a take of the pictures of a draft (``takes.drafts``): one still, or a film of ``fps``
    pictures a second together with the pictures themselves. ``draft`` is its id. Asked again, it answers the same."""

    draft: str
    fps: int = 12
    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    call: str = ""
    prompt: str = ""


class KeepText(msgspec.Struct, frozen=True, tag_field="do", tag="keep-text"):
    """→ ``Page``. Makes a take of the writing of a draft (``takes.drafts``), with its revisions. ``draft`` is its id.
    Asked again, it answers the same."""

    draft: str
    project: str = ""
    project_title: str = ""
    part: str = ""
    person: str = ""
    call: str = ""
    prompt: str = ""


class Drawn(msgspec.Struct, frozen=True):
    """Where a derived file lies; "" where there is nothing to derive."""

    file: str


Command = (
    BringIn
    | DrawPeaks
    | DrawPictures
    | DrawPage
    | MakeListeningCopy
    | MakeGuide
    | Measure
    | Check
    | MakePreview
    | ExportFilm
    | Align
    | Nudge
    | KeepStills
    | KeepText
)
