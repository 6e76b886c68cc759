"""Writing a take as a film of constant rate, or as sound alone: how, from which tracks, and how small.

Each picture of the film is the recorded one nearest in time, by its time stamp, as ``ticks`` tells; pictures are shown
twice or left out as that asks for, and counted. Before the first picture it is black. The sound begins at zero, sample
for sample.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from roomtone.assembly.media import Floats, sound_blocks
from roomtone.assembly.ticks import Numbers, Times, picture_times, shown_at
from roomtone.takes.documents import Manifest, TrackSeal
from roomtone.takes.opening import opened

SOUND_RATE: Final = 48_000
_BLOCK: Final = 1024
_SAME_SECONDS: Final = 1e-6
# Twenty milliseconds.
_OPUS_BLOCK: Final = 960
_HEADROOM: Final = 0.97


if TYPE_CHECKING:
    # When a packet is due, in seconds, and the packet.
    _Timed = tuple[float, Packet[Any]]
# When a picture was taken, in seconds of the take, and the picture.
_Seen = tuple[float, av.VideoFrame]


@dataclass
class Counts:
    """What became of the pictures."""

    frames: int = 0
    twice: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class FilmForm:
    """Frames a second, x264's options, bits a second of sound, and the greatest height in pixels, 0 for any."""

    fps: int
    encoder: dict[str, str]
    sound_bits: int
    height: int = 0


@dataclass(frozen=True)
class FilmTrack:
    """A track of pictures: of the take itself, or of one in another folder that begins ``offset`` seconds after it."""

    folder: Path
    track: TrackSeal
    offset: float = 0.0


def write_film(folder: Path, manifest: Manifest, film: FilmTrack, to: Path, form: FilmForm) -> Counts:
    """Write pictures with the sound of the take in ``folder``, and as long as that.

    Raises ``av.error.FFmpegError``, ``ValueError``, and ``OSError`` from the disk.
    """
    fps = form.fps
    sounds = _sounding(manifest)
    counts = Counts()
    path = film.folder / film.track.name
    with opened(path) as source, av.open(str(to), "w", format="mp4", options=_FASTSTART) as made:
        pictures = source.streams.video[0]
        pictures.thread_type = "AUTO"
        picture_out = _video_stream(made, pictures, form)
        heard = film.track if film.folder == folder else _heard(manifest)
        blocks = _sound_of(folder, heard, sounds)
        first = next(blocks, None)
        sound_out = made.add_stream("aac", rate=SOUND_RATE, layout="stereo") if first is not None else None
        if sound_out is not None:
            sound_out.bit_rate = form.sound_bits
        length = manifest.seconds
        begins = film.offset - _origin(source) if film.folder != folder else 0.0
        times = picture_times(path) + begins
        shown = _shown(_moved(source.decode(pictures), begins), times, shown_at(times, fps, length), counts)
        packets = _pictures(shown, picture_out, fps, length)
        parts: list[Iterator[_Timed]] = [packets]
        if sound_out is not None and first is not None:
            parts.append(_sound(first, blocks, sound_out))
        # Both in the order of their times, so that nothing has to wait in the muxer.
        for _, packet in heapq.merge(*parts, key=lambda timed: timed[0]):
            made.mux(packet)
    return counts


_FASTSTART: Final = {"movflags": "faststart"}


def write_sound(folder: Path, manifest: Manifest, to: Path, bits: int) -> bool:
    """Write the sound of a take as Opus in Ogg; return whether it has any. Raises like ``write_film``."""
    sounds = _sounding(manifest)
    first = next(blocks := _sound_of(folder, sounds[0], sounds), None) if sounds else None
    if first is None:
        return False
    with av.open(str(to), "w", format="ogg") as file:
        out = file.add_stream("libopus", rate=SOUND_RATE, layout="stereo")
        out.bit_rate = bits
        for _, packet in _sound(first, blocks, out, _OPUS_BLOCK):
            file.mux(packet)
    return True


def _sounding(manifest: Manifest) -> list[TrackSeal]:
    return [track for track in manifest.tracks if track.media.startswith("audio/") and track.frames]


def _heard(manifest: Manifest) -> TrackSeal:
    """Return the track that is heard of a take without lossless sound: the first with any."""
    return next((track for track in manifest.tracks if track.frames), manifest.tracks[0])


def _origin(film: InputContainer) -> float:
    """Return when what is heard of a file begins in it, in seconds: where it was placed by its sound, that was."""
    sound = film.streams.audio[0] if film.streams.audio else None
    if sound is None or sound.start_time is None or sound.time_base is None:
        return 0.0
    return max(0.0, float(sound.start_time * sound.time_base))


def _moved(frames: Iterator[av.VideoFrame], seconds: float) -> Iterator[_Seen]:
    for frame in frames:
        yield float(frame.time or 0.0) + seconds, frame


def _video_stream(film: OutputContainer, pictures: VideoStream, form: FilmForm) -> VideoStream:
    stream = film.add_stream("libx264", rate=form.fps, options=form.encoder)
    width, height = pictures.codec_context.width, pictures.codec_context.height
    if form.height and height > form.height:
        # The colours of a film are kept for two by two pixels.
        width, height = max(2, round(width * form.height / height / 2) * 2), form.height
    stream.width, stream.height = width, height
    stream.pix_fmt = "yuv420p"
    stream.codec_context.color_range = pictures.codec_context.color_range
    return stream


def _pictures(frames: Iterator[av.VideoFrame], out: VideoStream, fps: int, length: float) -> Iterator[_Timed]:
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number, Fraction(1, fps)
        frame.pict_type = av.video.frame.PictureType.NONE
        for packet in out.encode(frame):
            yield number / fps, packet
    for packet in out.encode(None):
        yield length, packet


def _shown(frames: Iterator[_Seen], times: Times, numbers: Numbers, counts: Counts) -> Iterator[av.VideoFrame]:
    """Yield the picture of each tick: that which was taken at the ``times`` of its number, black for -1."""
    current: _Seen | None = None
    upcoming = next(frames, None)
    shown = 0
    for number in numbers:
        # Decoding may leave out a damaged picture; then the one before it stays.
        while upcoming is not None and number >= 0 and upcoming[0] <= times[number] + _SAME_SECONDS:
            if current is not None:
                counts.left_out += shown == 0
            current, shown = upcoming, 0
            upcoming = next(frames, None)
        counts.frames += 1
        if current is not None:
            counts.twice += shown > 0
            shown += 1
            yield current[1]
        elif upcoming is not None:
            yield _black(upcoming[1])
    counts.left_out += sum(1 for _ in frames) + (upcoming is not None)


def _black(like: av.VideoFrame) -> av.VideoFrame:
    shape = like.height * 3 // 2, like.width
    picture = np.full(shape, 128, np.uint8)
    picture[: like.height] = 0 if like.color_range == av.video.reformatter.ColorRange.JPEG else 16
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    frame.color_range = like.color_range
    return frame


def _sound_of(folder: Path, film: TrackSeal, sounds: list[TrackSeal]) -> Iterator[Floats]:
    """Yield the sound of a take as stereo blocks: its lossless tracks together, else that of the film itself."""
    if not sounds:
        for _, samples in sound_blocks(folder / film.name, SOUND_RATE):
            yield _stereo(samples)
        return
    # So much is it turned down that the tracks together cannot clip.
    peaks = sum(10 ** ((track.peak if track.peak is not None else -90.0) / 20) for track in sounds)
    gain = min(1.0, _HEADROOM / peaks) if len(sounds) > 1 and peaks > 0 else 1.0
    readers = [_Reader(sound_blocks(folder / track.name, SOUND_RATE)) for track in sounds]
    while True:
        parts = [reader.read(_BLOCK * 16) for reader in readers]
        longest = max(len(part) for part in parts)
        if not longest:
            return
        mixed = np.zeros((longest, 2), np.float32)
        for part in parts:
            mixed[: len(part)] += part
        yield mixed * np.float32(gain)


class _Reader:
    """Reads exactly as many frames as are asked for from blocks of any size."""

    def __init__(self, blocks: Iterator[tuple[int, Floats]]) -> None:
        self._blocks = blocks
        self._held = np.empty((0, 2), np.float32)

    def read(self, frames: int) -> Floats:
        parts, have = [self._held], len(self._held)
        while have < frames:
            found = next(self._blocks, None)
            if found is None:
                break
            parts.append(_stereo(found[1]))
            have += len(parts[-1])
        everything = np.concatenate(parts)
        self._held = everything[frames:]
        return everything[:frames]


def _stereo(samples: Floats) -> Floats:
    """Return two channels: one is heard in the middle, of many the odd ones on the left."""
    if samples.shape[1] == 1:
        return np.repeat(samples, 2, axis=1)
    if samples.shape[1] == 2:
        return samples
    folded = np.stack([samples[:, 0::2].mean(axis=1), samples[:, 1::2].mean(axis=1)], axis=1)
    return folded.astype(np.float32)


def _sound(first: Floats, rest: Iterator[Floats], out: AudioStream, size: int = _BLOCK) -> Iterator[_Timed]:
    resampler = AudioResampler(format=out.format.name, layout="stereo", rate=SOUND_RATE, frame_size=size)
    done = 0

    def encode(frame: av.AudioFrame | None) -> Iterator[_Timed]:
        for ready in resampler.resample(frame):
            for packet in out.encode(ready):
                yield float((packet.pts or 0) * (packet.time_base or 0)), packet

    block: Floats | None = first
    while block is not None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.reshape(1, -1)), format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, done, Fraction(1, SOUND_RATE)
        done += len(block)
        yield from encode(frame)
        block = next(rest, None)
    yield from encode(None)
    for packet in out.encode(None):
        yield done / SOUND_RATE, packet
