"""Loudness after EBU R 128, by FFmpeg's ``ebur128`` filter."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import av.error
from av.filter import Graph

from roomtone.assembly.media import UnreadableFileError
from roomtone.assembly.messages import Loudness
from roomtone.takes.opening import opened


def loudness_of(path: Path) -> Loudness:
    """Measure a file's first sound stream. Raises ``UnreadableFileError``."""
    last: dict[str, str] = {}
    try:
        with opened(path) as container:
            stream = container.streams.audio[0]
            graph = Graph()
            source = graph.add_abuffer(template=stream)
            meter = graph.add("ebur128", "metadata=1:peak=true")
            sink = graph.add("abuffersink")
            source.link_to(meter)
            meter.link_to(sink)
            graph.configure()
            for frame in container.decode(stream):
                source.push(frame)
                last = _drain(graph, last)
            source.push(None)
            last = _drain(graph, last)
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise UnreadableFileError(path, f"Its loudness cannot be measured ({error})") from error
    peaks = [_number(v) for key, v in last.items() if "true_peaks_ch" in key]
    found = [peak for peak in peaks if peak is not None]
    peak = 20 * math.log10(max(found)) if found and max(found) > 0 else None
    lufs = _number(last.get("lavfi.r128.I", "nan"))
    return Loudness(
        lufs=round(lufs, 1) if lufs is not None and lufs > -70 else None,
        true_peak=round(peak, 1) if peak is not None else None,
    )


def _drain(graph: Graph, last: dict[str, str]) -> dict[str, str]:
    with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
        while True:
            last = dict(graph.pull().metadata) or last
    return last


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
