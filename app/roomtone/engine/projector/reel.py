"""The pictures of a film by their time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition

log = logging.getLogger(__name__)

# Later than this, pictures that nothing else is made from are left out until the next whole one.
_LATE_SECONDS: Final = 1.5
# So much damage in a row is the end of the film.
_MOST_BROKEN: Final = 64


class Reel:
    """A film from whose pictures one is shown at a time. It belongs to one thread."""

    def __init__(self, container: InputContainer) -> None:
        """Raises ``ValueError`` where the film has no picture."""
        films = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
        if not films:
            raise ValueError("It has no picture")
        self._container = container
        self._stream = films[0]
        self._stream.thread_type = "AUTO"
        sounds = container.streams.audio
        # What is heard begins with the first sample, wherever that is in the file.
        self._origin = max(0.0, _begin(sounds[0])) if sounds else 0.0
        rate = self._stream.average_rate
        self._step = float(1 / rate) if rate else 1 / 30
        self._pictures: Iterator[tuple[float, av.VideoFrame]] = iter(())
        self._ahead: tuple[float, av.VideoFrame] | None = None
        self._fresh = False
        self._hurrying = False
        self.seek(0.0)

    @property
    def aspect(self) -> float:
        """How many times as wide as high a pixel is."""
        return float(self._stream.sample_aspect_ratio or 1)

    @property
    def due(self) -> float | None:
        """When the next picture is to be shown, in seconds of the film; ``None`` after the last."""
        return self._ahead[0] if self._ahead is not None else None

    def seek(self, seconds: float) -> None:
        """Be at ``seconds``: the next picture is the one that is seen there, whenever it begins."""
        self._container.seek(int(max(0.0, seconds + self._origin) * av.time_base), backward=True)
        self._hurry(False)
        self._pictures = self._decoded()
        self._fresh = True
        self._ahead = next(self._pictures, None)

    def picture(self, seconds: float) -> av.VideoFrame | None:
        """Return the picture that is to be seen at ``seconds``; ``None`` while it is still the one before."""
        found: av.VideoFrame | None = None
        while self._ahead is not None and (self._ahead[0] <= seconds or (self._fresh and found is None)):
            begins, found = self._ahead
            self._ahead = next(self._pictures, None)
            # Only what is shown counts as late: pictures before a place that was sought are not.
            self._hurry(not self._fresh and seconds - begins > _LATE_SECONDS)
        if found is not None:
            self._fresh = False
        return found

    def _hurry(self, on: bool) -> None:
        if on != self._hurrying:
            self._hurrying = on
            self._stream.codec_context.skip_frame = "NONKEY" if on else "DEFAULT"

    def _decoded(self) -> Iterator[tuple[float, av.VideoFrame]]:
        at = -self._step
        broken = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except FFmpegError as error:
                broken += 1
                if broken > _MOST_BROKEN:
                    log.info("the film ends in damage: %s", error)
                    return
                # What failed does not go on by itself.
                packets = self._container.demux(self._stream)
                continue
            for frame in frames:
                broken = 0
                at = at + self._step if frame.pts is None else frame.time - self._origin
                yield at, frame


def _begin(sound: AudioStream) -> float:
    """Return when a stream begins, in seconds."""
    if sound.start_time is None or sound.time_base is None:
        return 0.0
    return float(sound.start_time * sound.time_base)
