"""Aligning finds where another recording of the same sound belongs, whatever room and microphone did to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from roomtone.assembly import aligning
from roomtone.assembly.media import Floats
from tests.rigs import processes, signals

_RATE = 8_000


def _speech(folder: Path) -> Floats:
    path = folder / "speech.wav"
    text = (
        "This is the kitchen choir. We sing the second verse together, then the bass comes in alone, "
        "and after eight bars everybody claps. If you hear this on your phone, hold it still and wait for the end."
    )
    processes.need("espeak-ng", "ffmpeg")
    processes.run(["espeak-ng", "-w", path, text])
    processes.run(["ffmpeg", "-v", "error", "-i", path, "-ar", str(_RATE), "-ac", "1", folder / "s8.wav"])
    samples, _ = signals.read_samples(folder / "s8.wav")
    loud: Floats = (samples[:, 0] / np.abs(samples).max()).astype(np.float32)
    return loud


def _in_a_room(sound: Floats, seed: int) -> Floats:
    """Hear a sound from across a room with a cheap microphone: echoes, no bass, hiss, and another level."""
    random = np.random.default_rng(seed)
    response = random.normal(0, 1, 2400) * np.exp(-np.arange(2400) / 500) * 0.08
    response[0] = 1.0
    heard = np.convolve(sound, response)[: len(sound)]
    heard = np.diff(heard, prepend=0.0)
    heard += random.normal(0, 0.05 * heard.std(), len(heard))
    quiet: Floats = (0.2 * heard / np.abs(heard).max()).astype(np.float32)
    return quiet


@pytest.mark.parametrize("offset", [-2.3404, 0.0, 3.71285, 6.5])
def test_a_phone_across_the_room_is_placed_to_the_millisecond(tmp_path: Path, offset: float) -> None:
    speech = _speech(tmp_path)
    random = np.random.default_rng(3)
    ours = (speech + random.normal(0, 0.003, len(speech))).astype(np.float32)
    frames = round(offset * _RATE)
    heard = _in_a_room(speech, 5)
    theirs = heard[frames:] if frames >= 0 else np.concatenate([random.normal(0, 0.001, -frames), heard])
    place = aligning.find_place(ours, theirs.astype(np.float32))
    assert abs(place.offset - offset) < 0.002
    assert place.confidence > 0.8


def test_another_clock_and_a_part_only_still_find_their_place(tmp_path: Path) -> None:
    speech = _speech(tmp_path)
    part = speech[4 * _RATE : 9 * _RATE]
    # 100 ppm fast.
    fast = np.interp(np.arange(0, len(part) - 1, 1.0001), np.arange(len(part)), part)
    place = aligning.find_place(speech, _in_a_room(fast.astype(np.float32), 9))
    assert abs(place.offset - 4.0) < 0.005
    assert place.confidence > 0.5


def test_sounds_that_have_nothing_in_common_are_placed_without_confidence(tmp_path: Path) -> None:
    speech = _speech(tmp_path)
    other = np.random.default_rng(1).normal(0, 0.1, 10 * _RATE).astype(np.float32)
    assert aligning.find_place(speech, other).confidence < 0.3


def test_other_words_are_no_match_because_the_rest_of_the_take_is_silent(tmp_path: Path) -> None:
    speech = _speech(tmp_path)
    half = len(speech) // 2
    # Nothing at all is heard for a minute, as when a take is left to roll: every lag there agrees with nothing.
    ours = np.concatenate([speech[:half], np.zeros(60 * _RATE, np.float32)])
    assert aligning.find_place(ours, speech[half:]).confidence < 0.3
    assert aligning.find_place(ours, speech[_RATE:half]).confidence > 0.8
