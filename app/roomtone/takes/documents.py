"""What is kept of a take: the entries of its journal and its manifest. Schema 1; ``folder`` reads and writes them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import msgspec

from roomtone.wire.api import Id, TrackName

SCHEMA: Final = 1


class Source(StrEnum):
    """Where a take came from. ``MADE`` is artwork or writing: from a draft (``takes.drafts``)."""

    RECORDED = "recorded"
    PRACTICE_TONE = "practice-tone"
    IMPORTED = "imported"
    MADE = "made"


class Ending(StrEnum):
    """Why a take ended."""

    STOPPED = "stopped"
    DISK_FULL = "disk-full"
    DEVICE_GONE = "device-gone"
    RECOVERED = "recovered"
    IMPORTED = "imported"
    MADE = "made"


class GapCause(StrEnum):
    """Why samples are missing."""

    OVERFLOW = "overflow"
    DEVICE = "device"


class TrackStart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A track as it is declared when the take begins. ``source`` lists the device channels, from 1.

    A track of pictures has a ``width`` and ``height`` in pixels, and in ``fps`` what its camera promised.
    """

    name: TrackName
    media: str
    rate: int = 0
    channels: int = 0
    bits: int = 0
    device: str = ""
    source: list[int] = []
    width: int = 0
    height: int = 0
    fps: float = 0.0


class Began(msgspec.Struct, frozen=True, tag_field="e", tag="began"):
    """The first entry of every journal. ``started`` is RFC 3339 in UTC; ``lineage`` holds the ids of the takes that
    were heard, or used, while it was made; ``call`` is the id of what it answers, ``prompt`` the day's prompt."""

    schema: int
    id: Id
    title: str
    project: str
    project_title: str
    part: str
    person: str
    number: int
    started: str
    source: Source
    app: str
    tracks: list[TrackStart]
    lineage: list[str] = []
    call: str = ""
    prompt: str = ""


class Synced(msgspec.Struct, frozen=True, tag_field="e", tag="synced"):
    """These bytes and frames of each track are on disk, whatever happens next."""

    tracks: dict[str, tuple[int, int]]


class Dropout(msgspec.Struct, frozen=True, tag_field="e", tag="dropout"):
    """Samples went missing at ``at`` (a frame number of the take).

    ``frames`` of silence stand in their place; 0 where the device reported a loss but not its length.
    """

    at: int
    frames: int
    cause: GapCause


class PictureGap(msgspec.Struct, frozen=True, tag_field="e", tag="picture-gap"):
    """``track`` shows nothing new from ``at`` (seconds of the take) for ``seconds``; ``why`` is for people."""

    track: str
    at: float
    seconds: float
    why: str = ""


class Sealing(msgspec.Struct, frozen=True, tag_field="e", tag="sealing"):
    """A track ends at ``bytes`` and is about to get its final header: ``patches`` are offset and data (hex)."""

    track: str
    bytes: int
    frames: int
    patches: list[tuple[int, str]]


class Renamed(msgspec.Struct, frozen=True, tag_field="e", tag="renamed"):
    """The take has another title now; its files keep their names."""

    title: str
    at: str


class Starred(msgspec.Struct, frozen=True, tag_field="e", tag="starred"):
    """The star was set or taken off."""

    on: bool
    at: str


class Noted(msgspec.Struct, frozen=True, tag_field="e", tag="noted"):
    """The note is now this text."""

    text: str
    at: str


class Trashed(msgspec.Struct, frozen=True, tag_field="e", tag="trashed"):
    """The take was put into the trash or taken out of it. Its files stay."""

    on: bool
    at: str


class Placed(msgspec.Struct, frozen=True, tag_field="e", tag="placed"):
    """This take belongs to the take ``against``, and begins ``offset`` seconds after it; the last entry counts.

    ``confidence`` from 0 to 1 is how sure the sound was; 1 with ``by_hand``, where a person moved it.
    """

    against: Id
    offset: float
    confidence: float
    by_hand: bool
    at: str


Entry = Began | Synced | Dropout | PictureGap | Sealing | Renamed | Starred | Noted | Trashed | Placed


class PictureFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the pictures of a track really came.

    ``frames`` were kept; ``fps`` is their true mean rate; ``jitter_ms`` the standard deviation of their arrival
    around the camera's own clock, which ran ``drift_ppm`` fast against the sound. ``dropped`` frames could not be
    kept, ``missed`` never came, ``repeated`` came twice. ``offset_ms`` was taken off every time stamp: what the
    self-test measured for this camera with this input. ``first`` is when the first one was taken, in seconds of
    the take.
    """

    frames: int
    fps: float
    jitter_ms: float = 0.0
    drift_ppm: float = 0.0
    dropped: int = 0
    missed: int = 0
    repeated: int = 0
    offset_ms: float = 0.0
    first: float = 0.0
    encoder: str = ""
    gaps: list[PictureGap] = []


class TrackSeal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A track in the manifest.

    ``digest`` is ``wire.digest`` over the sealed bytes; ``patches`` (offset, hex) turn the track as it grew
    into the sealed one. ``peak`` and ``noise_floor`` are dBFS, ``clipped`` counts samples at full scale that
    are part of a run of three or more. ``picture`` is there for recorded pictures.
    """

    name: TrackName
    media: str
    bytes: int
    digest: str
    patches: list[tuple[int, str]] = []
    rate: int = 0
    channels: int = 0
    bits: int = 0
    frames: int = 0
    device: str = ""
    source: list[int] = []
    peak: float | None = None
    noise_floor: float | None = None
    clipped: int = 0
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    picture: PictureFacts | None = None


class Manifest(msgspec.Struct, frozen=True):
    """The sealed take. It is written once."""

    schema: int
    id: Id
    title: str
    project: str
    project_title: str
    part: str
    person: str
    number: int
    started: str
    sealed: str
    source: Source
    ending: Ending
    app: str
    tracks: list[TrackSeal]
    dropouts: list[Dropout] = []
    lineage: list[str] = []
    call: str = ""
    prompt: str = ""

    @property
    def seconds(self) -> float:
        """How long the longest track is."""
        return max((t.frames / t.rate if t.rate else t.seconds for t in self.tracks), default=0.0)


def sealed_manifest(
    began: Began, ending: Ending, sealed: str, tracks: list[TrackSeal], dropouts: list[Dropout]
) -> Manifest:
    """Return the manifest of a take that began with ``began`` and was sealed at ``sealed`` (RFC 3339 in UTC)."""
    return Manifest(
        schema=SCHEMA,
        id=began.id,
        title=began.title,
        project=began.project,
        project_title=began.project_title,
        part=began.part,
        person=began.person,
        number=began.number,
        started=began.started,
        sealed=sealed,
        source=began.source,
        ending=ending,
        app=began.app,
        tracks=tracks,
        dropouts=dropouts,
        lineage=began.lineage,
        call=began.call,
        prompt=began.prompt,
    )


def to_builtins(document: msgspec.Struct) -> dict[str, Any]:
    """Return a document of this module as plain JSON types."""
    built: dict[str, Any] = msgspec.to_builtins(document)
    return built
