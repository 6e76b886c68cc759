"""What a foreign file is, found by opening and decoding it with FFmpeg, never by its name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from roomtone.assembly import stills
from roomtone.assembly.pages import UnreadablePagesError, is_pdf, look_at_pages
from roomtone.assembly.writing import is_writing, is_writing_of_another_encoding
from roomtone.foundation.errors import WorldError
from roomtone.takes import flac
from roomtone.takes.opening import BOUND, MP4, opened

Floats = npt.NDArray[np.float32]

# FFmpeg's names of the containers that can be brought in, and what they are called on the wire.
_CONTAINERS: Final = {
    "wav": ("wav", "audio/wav"),
    "w64": ("wav", "audio/wav"),
    "flac": ("flac", "audio/flac"),
    "aiff": ("aiff", "audio/aiff"),
    "mp3": ("mp3", "audio/mpeg"),
    "ogg": ("ogg", "audio/ogg"),
    "matroska,webm": ("mkv", "video/x-matroska"),
    "png_pipe": ("png", "image/png"),
    "jpeg_pipe": ("jpg", "image/jpeg"),
    "webp_pipe": ("webp", "image/webp"),
    "gif": ("gif", "image/gif"),
}
# Where damage would otherwise be papered over: decoders fill in for it, and only their checksums tell.
_STRICT: Final = {
    "flac": {"err_detect": "crccheck+explode"},
    "png": {"err_detect": "crccheck+explode"},
    "mjpeg": {"err_detect": "crccheck+bitstream+buffer+explode"},
}
# Programs that cannot go back write such sizes into the head of a WAV file: as large as can be.
_UNKNOWN_SIZE: Final = 0x7FFFF000
# What a container promises may be off by the edges of its last frames.
_SLACK_SECONDS: Final = 0.5
# FFmpeg counts in microseconds; a block of FLAC is longer than this.
_ROUNDING_SECONDS: Final = 0.0001
_SLACK_SHARE: Final = 0.02


@dataclass(frozen=True)
class Media:
    """What a file holds. ``frames`` counts decoded samples a channel; 0 where there is no sound.

    ``pictures`` counts decoded pictures, or the pages of a PDF, whose ``width`` and ``height`` are in points.
    """

    ending: str
    media: str
    rate: int = 0
    channels: int = 0
    bits: int = 0
    frames: int = 0
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    pictures: int = 0


_SAVE_AS: Final = "Save it as UTF-8 with the program that it was written with, then bring it in again"


class UnreadableFileError(WorldError):
    """A file that cannot be brought in."""

    def __init__(self, path: Path, why: str, remedy: str = "") -> None:
        super().__init__(
            "unreadable-file",
            f"“{path.name}” was not brought in",
            why,
            remedy
            or "Roomtone reads WAV, FLAC, AIFF, MP3, M4A, OGG, MP4, MOV, MKV, PNG, JPEG, WebP, TIFF, GIF, PDF and text",
        )


def probe(path: Path) -> Media:
    """Decode a file to its end and say what it is. Raises ``UnreadableFileError``."""
    try:
        if path.stat().st_size == 0:
            raise UnreadableFileError(path, "It is empty")
        return _probe_pages_or_tiff(path) or _probe_media(path)
    except (stills.UntakenPictureError, UnreadablePagesError) as error:
        raise UnreadableFileError(path, str(error), error.remedy) from error
    except (av.error.FFmpegError, ValueError, OSError, UnreadableFileError) as error:
        # FFmpeg takes some kinds of text for pictures of a terminal.
        if is_writing(path):
            return Media("txt", "text/plain")
        if is_writing_of_another_encoding(path):
            raise UnreadableFileError(path, "It is writing, but not in UTF-8", _SAVE_AS) from error
        if isinstance(error, UnreadableFileError):
            raise
        why = error.strerror if isinstance(error, av.error.FFmpegError) else str(error)
        raise UnreadableFileError(path, f"It cannot be opened or read to its end ({why})") from error


def _probe_pages_or_tiff(path: Path) -> Media | None:
    """Look at what FFmpeg does not open. Raises what ``probe`` converts."""
    if is_pdf(path):
        found = look_at_pages(path)
        return Media("pdf", "application/pdf", width=found.width, height=found.height, pictures=found.count)
    stills.check_picture(path)
    if stills.is_tiff(path):
        picture = stills.tiff_picture(path)
        return Media("tif", "image/tiff", width=picture.width, height=picture.height, pictures=1)
    return None


@dataclass
class _Decoded:
    """What was decoded so far."""

    frames: int = 0
    rate: int = 0
    channels: int = 0
    pictures: int = 0
    width: int = 0
    height: int = 0
    end: float = 0.0

    def add(self, frame: object) -> None:
        if isinstance(frame, av.AudioFrame):
            self.frames += frame.samples
            self.rate, self.channels = frame.sample_rate, frame.layout.nb_channels
        elif isinstance(frame, av.VideoFrame):
            self.pictures += 1
            self.width, self.height = frame.width, frame.height
            shown = float((frame.duration or 0) * (frame.time_base or 0))
            self.end = max(self.end, float(frame.time or 0.0) + shown)

    @property
    def seconds(self) -> float:
        return max(self.frames / self.rate if self.rate else 0.0, self.end)


def _probe_media(path: Path) -> Media:
    with opened(path) as container:
        ending, media = _kind(path, container)
        # The second sound of a film is part of it, but its length is not that of the first.
        sounds, pictures = container.streams.audio[:1], [s for s in container.streams.video if not _is_cover(s)]
        if not sounds and not pictures:
            raise UnreadableFileError(path, "It holds neither sound nor picture")
        for stream in (*sounds, *pictures):
            stream.codec_context.options = _STRICT.get(stream.codec_context.name, {}) | BOUND
        bits = _bits(path, sounds[0].codec_context.name) if sounds else 0
        promised = _promised_seconds(container, media)
        found = _Decoded()
        for frame in container.decode([*sounds, *pictures[:1]]):
            found.add(frame)
    if not found.frames and not found.pictures:
        raise UnreadableFileError(path, "Nothing in it can be decoded")
    # A single picture has no length, whatever FFmpeg shows it for.
    seconds = 0.0 if media.startswith("image/") and found.pictures == 1 else found.seconds
    slack = _ROUNDING_SECONDS if media == "audio/flac" else max(_SLACK_SECONDS, _SLACK_SHARE * promised)
    if promised - seconds > slack or _is_cut(path, media):
        length = f"{seconds:.1f} of {promised:.1f} s" if promised > seconds else "a part of it"
        raise UnreadableFileError(path, f"It is damaged or ends early: {length} can be read")
    size = (found.width, found.height, round(seconds, 3), found.pictures)
    return Media(ending, media, found.rate, found.channels, bits, found.frames, *size)


def _promised_seconds(container: InputContainer, media: str) -> float:
    """Return how long a file says it is; 0 where its kind only guesses."""
    if media in ("audio/mpeg", "audio/ogg", "audio/wav", "audio/aiff") or media.startswith("image/"):
        return 0.0
    return (container.duration or 0) / av.time_base


def _is_cut(path: Path, media: str) -> bool:
    """Return whether a WAV or AIFF file is shorter than its own head says. One whose recorder died says nothing."""
    if media not in ("audio/wav", "audio/aiff"):
        return False
    with path.open("rb") as file:
        head = file.read(28)
    if head[:4] not in (b"RIFF", b"RF64", b"FORM"):
        return False
    size = int.from_bytes(head[4:8], "big" if head[:4] == b"FORM" else "little")
    if head[:4] == b"RF64" and head[12:16] == b"ds64":
        size = int.from_bytes(head[20:28], "little")
    elif size >= _UNKNOWN_SIZE:
        return False
    # Some writers leave out the last padding byte.
    return size + 7 > path.stat().st_size


def _bits(path: Path, codec: str) -> int:
    """Return the sample size of a lossless codec, 0 for others."""
    if codec == "flac":
        with path.open("rb") as file, contextlib.suppress(flac.NotFlacError):
            return flac.read_streaminfo(file.read(flac.STREAMINFO_END)).bits
    found = re.match(r"pcm_[suf](\d+)", codec)
    return int(found.group(1)) if found else 0


def _is_cover(stream: VideoStream) -> bool:
    """Covers of albums are pictures too, but not what the file is about."""
    return bool(stream.disposition & Disposition.attached_pic)


def _kind(path: Path, container: InputContainer) -> tuple[str, str]:
    name = container.format.name
    film = any(not _is_cover(stream) for stream in container.streams.video)
    if name == MP4:
        if not film:
            return "m4a", "audio/mp4"
        brand = str(container.metadata.get("major_brand", "")).strip()
        return ("mov", "video/quicktime") if brand == "qt" else ("mp4", "video/mp4")
    if name == "matroska,webm" and not film:
        return "mka", "audio/x-matroska"
    if name not in _CONTAINERS:
        raise UnreadableFileError(path, f"It is a kind of file that Roomtone does not take ({name})")
    return _CONTAINERS[name]


def sound_blocks(path: Path, rate: int = 0) -> Iterator[tuple[int, Floats]]:
    """Yield (rate, samples) of a file's first sound stream; samples have the shape (frames, channels).

    With a ``rate`` in Hz the sound is resampled to it.
    Raises ``UnreadableFileError``.
    """
    try:
        with opened(path) as container:
            if not container.streams.audio:
                return
            resampler = AudioResampler(format="flt", rate=rate or None)
            for frame in chain(container.decode(container.streams.audio[0]), [None]):
                for part in resampler.resample(frame):
                    data = part.to_ndarray().reshape(-1, part.layout.nb_channels)
                    yield part.sample_rate, data.astype(np.float32, copy=False)
    except (av.error.FFmpegError, ValueError) as error:
        # The resampler takes a change of channels in the middle for a wrong value.
        why = error.strerror if isinstance(error, av.error.FFmpegError) and error.strerror else str(error)
        raise UnreadableFileError(path, why) from error
