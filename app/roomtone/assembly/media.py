"""What a foreign file is, found by opening and decoding it with FFmpeg, never by its name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

from roomtone.foundation.errors import WorldError
from roomtone.takes import flac

Floats = npt.NDArray[np.float32]

_TEXT_LIMIT: Final = 4 << 20
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
    "image2": ("jpg", "image/jpeg"),
}
_MP4: Final = "mov,mp4,m4a,3gp,3g2,mj2"


@dataclass(frozen=True)
class Media:
    """What a file holds. ``frames`` counts decoded samples a channel; 0 where there is no sound."""

    ending: str
    media: str
    rate: int = 0
    channels: int = 0
    bits: int = 0
    frames: int = 0
    width: int = 0
    height: int = 0
    seconds: float = 0.0


class UnreadableFileError(WorldError):
    """A file that cannot be brought in."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            "unreadable-file",
            f"“{path.name}” was not brought in",
            why,
            "Roomtone reads WAV, FLAC, AIFF, MP3, M4A, OGG, MP4, MOV, MKV, PNG, JPEG and text",
        )


def probe(path: Path) -> Media:
    """Decode a file to its end and say what it is. Raises ``UnreadableFileError``."""
    try:
        if path.stat().st_size == 0:
            raise UnreadableFileError(path, "It is empty")
        return _probe_media(path)
    except (av.error.FFmpegError, ValueError, OSError, UnreadableFileError) as error:
        # FFmpeg takes some kinds of text for pictures of a terminal.
        text = _probe_text(path)
        if text is not None:
            return text
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(path, f"It cannot be opened or read to its end ({error})") from error


def _probe_media(path: Path) -> Media:
    with av.open(str(path)) as container:
        ending, media = _kind(path, container.format.name, container)
        frames = pictures = rate = channels = width = height = 0
        end = 0.0
        # Covers of albums are pictures too, but not what the file is about.
        streams = [s for s in container.streams if s.type in ("audio", "video") and not _is_cover(s, media)]
        if not streams:
            raise UnreadableFileError(path, "It holds neither sound nor picture")
        bits = _bits(path, container.streams.audio[0].codec_context.name) if container.streams.audio else 0
        for frame in container.decode(streams):
            if isinstance(frame, av.AudioFrame):
                frames += frame.samples
                rate, channels = frame.sample_rate, frame.layout.nb_channels
            elif isinstance(frame, av.VideoFrame):
                pictures += 1
                width, height = frame.width, frame.height
                end = max(end, float(frame.time or 0.0))
        if not frames and not pictures:
            raise UnreadableFileError(path, "Nothing in it can be decoded")
    seconds = frames / rate if rate else end
    return Media(ending, media, rate, channels, bits, frames, width, height, round(max(seconds, end), 3))


def _bits(path: Path, codec: str) -> int:
    """Return the sample size of a lossless codec, 0 for others."""
    if codec == "flac":
        with path.open("rb") as file, contextlib.suppress(flac.NotFlacError):
            return flac.read_streaminfo(file.read(flac.STREAMINFO_END)).bits
    found = re.match(r"pcm_[suf](\d+)", codec)
    return int(found.group(1)) if found else 0


def _is_cover(stream: object, media: str) -> bool:
    return media.startswith("audio/") and getattr(stream, "type", "") == "video"


def _kind(path: Path, name: str, container: av.container.InputContainer) -> tuple[str, str]:
    if name == _MP4:
        if not container.streams.video:
            return "m4a", "audio/mp4"
        brand = str(container.metadata.get("major_brand", "")).strip()
        return ("mov", "video/quicktime") if brand == "qt" else ("mp4", "video/mp4")
    if name not in _CONTAINERS:
        raise UnreadableFileError(path, f"It is a kind of file that Roomtone does not take ({name})")
    if name == "image2" and path.suffix.lower() == ".png":
        return "png", "image/png"
    return _CONTAINERS[name]


def _probe_text(path: Path) -> Media | None:
    """Take a file for writing when it is UTF-8 without control characters."""
    try:
        if path.stat().st_size > _TEXT_LIMIT:
            return None
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not text.strip() or any(ord(c) < 32 and c not in "\t\n\r\f" for c in text):
        return None
    return Media("txt", "text/plain")


def sound_blocks(path: Path) -> Iterator[tuple[int, Floats]]:
    """Yield (rate, samples) of a file's first sound stream; samples have the shape (frames, channels).

    Raises ``UnreadableFileError``.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return
            resampler = AudioResampler(format="flt")
            for frame in container.decode(container.streams.audio[0]):
                for part in resampler.resample(frame):
                    data = part.to_ndarray().reshape(-1, part.layout.nb_channels)
                    yield part.sample_rate, data.astype(np.float32, copy=False)
    except av.error.FFmpegError as error:
        raise UnreadableFileError(path, str(error)) from error
