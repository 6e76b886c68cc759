"""The writers of the track formats, and reading back what they wrote while it grows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.devices.streams import Floats
from roomtone.engine.messages import Format
from roomtone.engine.tracks import FlacTrack, WaveTrack, open_track, to_int24
from roomtone.engine.verify import TrackVerifier, VerifyError, WaveVerifier
from roomtone.takes import wave
from roomtone.takes.decode import decode_whole
from tests.rigs import signals

_RATE = 48_000
_BLOCK = 1600


def _floats(samples: signals.Samples) -> Floats:
    return (samples / signals.FULL_SCALE).astype(np.float32)


def _write(track: FlacTrack | WaveTrack, samples: signals.Samples) -> None:
    for at in range(0, len(samples), _BLOCK):
        track.append(_floats(samples[at : at + _BLOCK]))


def _seal(track: FlacTrack | WaveTrack) -> str:
    track.finish()
    digest = track.file.digest()
    track.file.sync()
    track.file.apply_patches()
    track.file.close()
    return digest


def _no_room() -> bool:
    return False


def test_every_24_bit_value_survives_the_way_through_floats() -> None:
    edges = np.array([-(2**23), -(2**23) + 1, -1, 0, 1, 2**23 - 2, 2**23 - 1], np.int32)[:, None]
    many = signals.noise(200_000)
    for samples in (edges, many):
        assert np.array_equal(to_int24(_floats(samples)) >> 8, samples)


def test_floats_beyond_full_scale_are_clipped_and_do_not_wrap() -> None:
    loud = np.array([[1.5], [-1.5], [1.0], [-1.0]], np.float32)
    assert (to_int24(loud) >> 8).ravel().tolist() == [2**23 - 1, -(2**23), 2**23 - 1, -(2**23)]


@pytest.mark.parametrize("form", ["flac", "wav", "wav-float"])
@pytest.mark.parametrize("frames", [1, 1151, 1152, 1153, 100_001])
def test_a_track_holds_exactly_what_was_appended(tmp_path: Path, form: Format, frames: int) -> None:
    noise = signals.noise(frames, 2)
    track = open_track(tmp_path, "mic-1", form, _RATE, 2, _no_room)
    _write(track, noise)
    _seal(track)
    if form == "wav-float":
        floats, _ = soundfile.read(track.file.path, dtype="float32", always_2d=True)
        assert np.array_equal(floats, _floats(noise))
    else:
        assert np.array_equal(signals.read_samples(track.file.path)[0], noise)
    if form == "flac":
        assert decode_whole(track.file.path).crc == track.crc


def test_whole_blocks_are_promised_only_once_they_are_in_the_file(tmp_path: Path) -> None:
    track = FlacTrack(tmp_path / "t.flac", _RATE, 1, _no_room)
    assert track.whole() == (0, 0)
    promised = 0
    for _ in range(20):
        _write(track, signals.noise(_BLOCK))
        frames, length = track.whole()
        assert promised <= frames <= track.frames
        assert frames % 1152 == 0
        assert length <= track.file.path.stat().st_size
        assert track.frames - frames <= 2 * 1152 + _BLOCK
        promised = frames
    track.file.close()


def _verifier(track: FlacTrack | WaveTrack) -> TrackVerifier | WaveVerifier:
    if isinstance(track, FlacTrack):
        return TrackVerifier(track.file.path, _RATE, 2)
    return WaveVerifier(track.file.path, wave.WaveFormat(_RATE, 2, False))


@pytest.mark.parametrize("form", ["flac", "wav"])
def test_reading_back_in_steps_agrees_with_what_was_written(tmp_path: Path, form: str) -> None:
    track = open_track(tmp_path, "mic-1", "flac" if form == "flac" else "wav", _RATE, 2, _no_room)
    verifier = _verifier(track)
    for seed in range(5):
        _write(track, signals.noise(20_000, 2, seed))
        frames, length = track.whole()
        verifier.advance(length, frames)
    verifier.finish(100_000, track.crc, _seal(track))


def _flip_in_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def _flip_at_the_end(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-10] ^= 0x01
    path.write_bytes(data)


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)


@pytest.mark.parametrize("form", ["flac", "wav"])
@pytest.mark.parametrize("damage", [_flip_in_the_middle, _flip_at_the_end, _cut])
def test_damage_on_the_disk_is_found_when_the_take_is_sealed(
    tmp_path: Path, form: str, damage: Callable[[Path], None]
) -> None:
    track = open_track(tmp_path, "mic-1", "flac" if form == "flac" else "wav", _RATE, 2, _no_room)
    verifier = _verifier(track)
    _write(track, signals.noise(20_000, 2))
    digest = _seal(track)
    damage(track.file.path)
    with pytest.raises(VerifyError):
        verifier.finish(20_000, track.crc, digest)


def test_a_flipped_byte_is_found_while_the_take_grows(tmp_path: Path) -> None:
    track = FlacTrack(tmp_path / "t.flac", _RATE, 2, _no_room)
    verifier = TrackVerifier(track.file.path, _RATE, 2)
    _write(track, signals.noise(20_000, 2))
    frames, length = track.whole()
    verifier.advance(length, frames)
    _write(track, signals.noise(20_000, 2))
    with track.file.path.open("r+b") as file:
        file.seek(length + 5_000)
        file.write(b"\x55\xaa\x55")
    frames, length = track.whole()
    with pytest.raises(VerifyError):
        verifier.advance(length, frames)
    track.file.close()


def test_sound_that_the_encoder_got_wrong_is_found(tmp_path: Path) -> None:
    track = FlacTrack(tmp_path / "t.flac", _RATE, 2, _no_room)
    verifier = TrackVerifier(track.file.path, _RATE, 2)
    _write(track, signals.noise(20_000, 2))
    digest = _seal(track)
    with pytest.raises(VerifyError, match="not the sound"):
        verifier.finish(20_000, track.crc ^ 1, digest)
