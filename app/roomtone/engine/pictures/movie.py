"""Writing the film of a take: pictures and sound, in MP4 that is whole up to its last fragment at any moment."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream

from roomtone.devices.streams import Floats
from roomtone.engine.growing import GrowingFile
from roomtone.engine.pictures.ladder import TICKS, TIME_BASE, EncoderChoice, LadderEncoder
from roomtone.engine.spill import Overflow
from roomtone.takes.movie import MovieScan
from roomtone.takes.movie_index import START, MovieIndex, close_start

# What a killed engine loses of the picture is at most this much, and the one or two pictures in the encoder.
_FRAGMENT_SECONDS: Final = 0.25
# With nothing of one kind for this long, the other kind is written without waiting for it.
_INTERLEAVE_SECONDS: Final = 0.6
_MUXER: Final = {
    # A list of all fragments at the end would be in the way of the final header, which is ours: see ``movie_index``.
    "movflags": "delay_moov+default_base_moof+skip_trailer",
    "frag_duration": str(round(_FRAGMENT_SECONDS * 1e6)),
    "max_interleave_delta": str(round(_INTERLEAVE_SECONDS * 1e6)),
}
# A fragment goes into the file with one write.
_BUFFER: Final = 4 << 20
_BLOCK: Final = 1024
_AAC_RATES: Final = frozenset({96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000})
_OTHER_RATE: Final = 48_000
_MONO_BITS: Final = 96_000
_STEREO_BITS: Final = 160_000
# Sound before the first picture waits for it, in memory. A film begins no longer before its first picture than this:
# players, and ffmpeg, look for its pictures in its first five seconds.
_LEAD_SECONDS: Final = 4


def units(packet: bytes) -> list[bytes]:
    """Return the NAL units of an H.264 packet in the form with start codes. Source: ITU-T H.264, annex B."""
    return [part.rstrip(b"\0") for part in packet.split(b"\0\0\1")[1:]]


class _Tap:
    """The file as the muxer sees it: it can be appended to. It looks at what passes, and gives the film its start."""

    def __init__(self, file: GrowingFile) -> None:
        self._file = file
        self._open = True
        self._appended: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Append; once ``end`` was called, what a muxer still wants to write is let go of."""
        if self._open:
            # Nothing in the fragments says where in the file they lie, so that another start moves them without harm.
            kept = data if self._file.length else START + data[int.from_bytes(data[:4], "big") :]
            self._appended.append(kept)
            self._file.write(kept)
        return len(data)

    def appended(self) -> bytes:
        """Return what was appended since the last call."""
        data = b"".join(self._appended)
        self._appended.clear()
        return data

    def end(self) -> None:
        """Let nothing through any more."""
        self._open = False


class MovieTrack:
    """The film of one camera. Everything belongs to one thread, but ``ease``, ``kept``, ``whole`` and the counts."""

    media = "video/mp4"

    def __init__(
        self,
        path: Path,
        on_full: Callable[[], bool],
        overflow: Overflow | None,
        width: int,
        height: int,
        encoder: EncoderChoice,
        rate: int,
        channels: int,
    ) -> None:
        """Begin a film. ``rate`` and ``channels`` are those of the sound that comes. Raises ``OSError``."""
        assert (encoder.width, encoder.height) == (width, height)
        self.file = GrowingFile(path, on_full, overflow)
        self.frames = 0
        self._encoder = LadderEncoder(encoder)
        self._tap = _Tap(self.file)
        self._container = av.open(self._tap, "w", format="mp4", container_options=dict(_MUXER), buffer_size=_BUFFER)
        self._pictures = self._container.add_mux_stream("h264", width=width, height=height)
        self._pictures.time_base = TIME_BASE
        self._voice = _Voice(self._container.add_stream("aac", rate=_aac_rate(rate)), rate, channels)
        # Sound that waits for the first picture.
        self._lead: deque[Packet[Stream]] = deque(maxlen=_LEAD_SECONDS * _aac_rate(rate) // _BLOCK)
        self._picture_crc = 0
        self._sound_crc = 0
        self._ticks = -1
        self._step = round(TICKS / encoder.fps)
        self._scan = MovieScan()
        self._index = MovieIndex()
        # How many pictures are in whole fragments, and where in the file the last of these ends.
        self._marks: deque[tuple[int, int]] = deque()
        self._kept = (0, 0)
        self._unwritten: deque[tuple[int, int]] = deque()
        self._whole = (0, 0)

    @property
    def encoder(self) -> str:
        """What encodes right now, for people and manifests."""
        return self._encoder.title

    @property
    def load(self) -> float:
        """Which share of the time between pictures encoding took lately."""
        return self._encoder.load

    @property
    def seconds(self) -> float:
        """When the last picture ends, in seconds of the film."""
        return (self._ticks + self._step) / TICKS if self.frames else 0.0

    @property
    def crc(self) -> int:
        """What ``proof.MovieProof`` must find: checksums over all packets of pictures, and over all of sound."""
        return self._picture_crc << 32 | self._sound_crc

    def picture(self, planes: memoryview, seconds: float, *, full_range: bool) -> None:
        """Add a picture (8-bit 4:2:0, planes without padding) taken at ``seconds`` of the take.

        ``planes`` may be written over when it returns. Raises ``OSError`` or ``EncoderError``.
        """
        ticks = max(round(seconds * TICKS), self._ticks + 1)
        if self.frames:
            # How long the last one is shown; a gap is no reason to believe that the next one lasts as long.
            self._step = min(ticks - self._ticks, TICKS // 5)
        self._ticks = ticks
        packets = self._encoder.encode(planes, ticks, full_range=full_range)
        self.frames += 1
        self._mux_pictures(packets)

    def sound(self, samples: Floats) -> None:
        """Add the take's sound, shape (frames, channels), in order from its first sample on. Raises ``OSError``."""
        self._mux_sound(self._voice.encode(samples))

    def ease(self) -> bool:
        """Take less trouble with each picture from now on; return whether that can be done, and is due."""
        return self._encoder.ease()

    def recover(self) -> bool:
        """Take more trouble again, after a calm minute."""
        return self._encoder.recover()

    def whole(self) -> tuple[int, int]:
        """Return how many pictures lie in whole fragments that were written, and where the last of these ends."""
        self.kept()
        while self._unwritten and self._unwritten[0][1] <= self.file.written:
            self._whole = self._unwritten.popleft()
        return self._whole

    def kept(self) -> tuple[int, int]:
        """Return the same with what outlives this process, though the disk is full."""
        while self._marks and self._marks[0][1] <= self.file.kept:
            self._kept = self._marks.popleft()
            self._unwritten.append(self._kept)
        return self._kept

    def finish(self) -> None:
        """Write what is left, and the final header as patches. Raises ``OSError`` or ``EncoderError``."""
        try:
            self._mux_pictures(self._encoder.flush())
            self._mux_sound(self._voice.flush())
            if self.frames:
                self.file.gather()
                self._container.close()
                self._look_at_appended()
                self._close_file()
                self.file.let_go()
        finally:
            self.abandon()
        self._check_trouble()

    def abandon(self) -> None:
        """Leave the file as it is; it ends with its last whole fragment."""
        self._tap.end()
        self._container.close()

    def _close_file(self) -> None:
        """Append the final header, and let the start of the file lead to it."""
        begin = self.file.length
        self.file.write(self._index.header(self._scan.header))
        patch = close_start(START, begin)
        assert patch is not None
        self.file.add_patch(*patch)

    def _look_at_appended(self) -> None:
        for fragment in self._scan.feed(self._tap.appended()):
            self._index.add(fragment)
            self._marks.append((self._scan.frames, fragment.end))

    def _mux_pictures(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            made = packet
            if not self._picture_crc:
                made = self._first_packet(packet)
            for unit in units(bytes(made)):
                self._picture_crc = zlib.crc32(unit, self._picture_crc)
            made.duration = self._step
            self._mux(made, self._pictures)
        if self._lead and self._picture_crc:
            lead, self._lead = list(self._lead), deque()
            self._mux_sound(lead)

    def _first_packet(self, packet: Packet[Stream]) -> Packet[Stream]:
        """Return the first packet with the stream's header in it, where the muxer looks for it."""
        made: Packet[Stream] = Packet(self._encoder.extradata + bytes(packet))
        made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
        made.is_keyframe = packet.is_keyframe
        return made

    def _mux_sound(self, packets: list[Packet[Stream]]) -> None:
        if not self._picture_crc:
            self._lead.extend(packets)
            return
        for packet in packets:
            self._sound_crc = zlib.crc32(packet, self._sound_crc)
            self._mux(packet, self._voice.stream)

    def _mux(self, packet: Packet[Stream], stream: Stream) -> None:
        packet.stream = stream
        self.file.gather()
        self._container.mux_one(packet)
        self.file.let_go()
        self._look_at_appended()
        self._check_trouble()

    def _check_trouble(self) -> None:
        if self.file.trouble is not None:
            raise self.file.trouble


def _aac_rate(rate: int) -> int:
    return rate if rate in _AAC_RATES else _OTHER_RATE


class _Voice:
    """The sound of the film: AAC in mono or stereo, for looking at it; the lossless one is a track of its own."""

    def __init__(self, stream: AudioStream, rate: int, channels: int) -> None:
        self.stream = stream
        self._rate = rate
        self._stereo = channels > 1
        self._layout = "stereo" if self._stereo else "mono"
        stream.codec_context.layout = self._layout
        stream.codec_context.bit_rate = _STEREO_BITS if self._stereo else _MONO_BITS
        self._resampler: AudioResampler | None = None
        if stream.codec_context.sample_rate != rate:
            self._resampler = AudioResampler("fltp", self._layout, stream.codec_context.sample_rate, _BLOCK)
        self._pending: list[Floats] = []
        self._count = 0
        self._position = 0

    def encode(self, samples: Floats) -> list[Packet[Stream]]:
        """Take sound in, shape (frames, channels); return what is ready."""
        self._pending.append(self._folded(samples))
        self._count += len(samples)
        if self._count < _BLOCK:
            return []
        joined = np.concatenate(self._pending, axis=1)
        whole = self._count // _BLOCK * _BLOCK
        packets: list[Packet[Stream]] = []
        for at in range(0, whole, _BLOCK):
            packets += self._encode(joined[:, at : at + _BLOCK])
        self._pending, self._count = [joined[:, whole:]], self._count - whole
        return packets

    def flush(self) -> list[Packet[Stream]]:
        """Return what is left."""
        packets: list[Packet[Stream]] = []
        if self._count:
            packets += self._encode(np.concatenate(self._pending, axis=1))
        if self._resampler is not None and self._position:
            for frame in self._resampler.resample(None):
                packets += self.stream.encode(frame)
        return packets + (list(self.stream.encode(None)) if self._position else [])

    def _folded(self, samples: Floats) -> Floats:
        """Return planes, shape (1 or 2, frames). Of many channels, every second one goes to the same side."""
        if not self._stereo:
            return samples.T
        if samples.shape[1] == 2:
            return samples.T
        return np.stack([samples[:, side::2].mean(axis=1) for side in (0, 1)])

    def _encode(self, planes: Floats) -> list[Packet[Stream]]:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(planes, np.float32), "fltp", self._layout)
        frame.sample_rate = self._rate
        frame.pts, frame.time_base = self._position, Fraction(1, self._rate)
        self._position += planes.shape[1]
        frames = [frame] if self._resampler is None else self._resampler.resample(frame)
        return [packet for each in frames for packet in self.stream.encode(each)]
