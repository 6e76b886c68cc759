"""Pictures whose size changed in the middle of a track: fitted whole into the size that the track has, on black."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

_BLACK_LUMA = 16
_GREY = 128


def fit(planes: memoryview, size: tuple[int, int], wanted: tuple[int, int]) -> memoryview:
    """Return 8-bit 4:2:0 ``planes`` of ``size`` (width, height) as large as fits into ``wanted``, in the middle."""
    width, height = size
    scale = min(wanted[0] / width, wanted[1] / height)
    # Even sizes and places, because every second line and column carries the colour.
    inner = max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)
    left, top = (wanted[0] - inner[0]) // 4 * 2, (wanted[1] - inner[1]) // 4 * 2
    frame = av.VideoFrame.from_ndarray(_as_array(planes, width, height), format="yuv420p")
    scaled = _planes(frame.reformat(width=inner[0], height=inner[1], format="yuv420p"))
    parts = []
    for number, plane in enumerate(scaled):
        half = 2 if number else 1
        whole = np.full((wanted[1] // half, wanted[0] // half), _GREY if number else _BLACK_LUMA, np.uint8)
        rows, columns = plane.shape
        whole[top // half : top // half + rows, left // half : left // half + columns] = plane
        parts.append(whole.reshape(-1))
    return memoryview(np.concatenate(parts).tobytes())


def _as_array(planes: memoryview, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return the planes in the shape in which PyAV takes 4:2:0: (height * 3 / 2, width). Odd sizes lose a line."""
    flat = np.frombuffer(planes, np.uint8)
    if width % 2 == 0 and height % 2 == 0:
        return flat.reshape(height * 3 // 2, width)
    chroma_width, chroma_height = (width + 1) // 2, (height + 1) // 2
    even = width // 2 * 2, height // 2 * 2
    luma = flat[: width * height].reshape(height, width)[: even[1], : even[0]]
    colours = flat[width * height :].reshape(2, chroma_height, chroma_width)[:, : even[1] // 2, : even[0] // 2]
    return np.concatenate([luma.reshape(-1), colours.reshape(-1)]).reshape(even[1] * 3 // 2, even[0])


def _planes(frame: av.VideoFrame) -> list[npt.NDArray[np.uint8]]:
    found = []
    for number, plane in enumerate(frame.planes):
        half = 2 if number else 1
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        found.append(rows[: frame.height // half, : frame.width // half])
    return found
