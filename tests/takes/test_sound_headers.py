"""The headers of FLAC and WAV files, as other programs read them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from roomtone.takes import flac, wave
from roomtone.takes.decode import UnplayableError, blocks, checksum, decode_flac_frames, decode_whole, pack24
from tests.rigs.processes import need, run


def _probe(path: Path) -> dict[str, Any]:
    need("ffprobe")
    said = run(["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", path])
    found: dict[str, Any] = json.loads(said)
    return found


def _noise(frames: int, channels: int, seed: int = 1) -> np.ndarray[Any, np.dtype[np.int32]]:
    made: np.ndarray[Any, np.dtype[np.int32]] = (
        np.random.default_rng(seed).integers(-(2**23), 2**23, (frames, channels), dtype=np.int32) << 8
    )
    return made


# WAV


def _write_wave(path: Path, form: wave.WaveFormat, frames: int, *, growing: bool = False) -> bytes:
    samples = _noise(frames, form.channels)
    data = (samples / 2**31).astype("<f4").tobytes() if form.floating else pack24(samples)
    path.write_bytes(wave.header(form, None if growing else len(data)) + data)
    return data


@pytest.mark.parametrize("floating", [False, True], ids=["24-bit", "float"])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [44_100, 192_000])
def test_a_wav_file_is_what_other_programs_take_it_for(
    tmp_path: Path, floating: bool, channels: int, rate: int
) -> None:
    form = wave.WaveFormat(rate, channels, floating)
    path = tmp_path / "x.wav"
    _write_wave(path, form, 1001)
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.frames) == (rate, channels, 1001)
    stream = _probe(path)["streams"][0]
    assert stream["codec_name"] == ("pcm_f32le" if floating else "pcm_s24le")
    assert (int(stream["sample_rate"]), stream["channels"]) == (rate, channels)
    assert abs(float(stream["duration"]) - 1001 / rate) < 1e-4
    decoded = np.concatenate(list(blocks(path)))
    assert checksum(decoded >> 8 << 8) == checksum(_noise(1001, channels))


@pytest.mark.parametrize("floating", [False, True], ids=["24-bit", "float"])
def test_a_wav_file_can_be_read_while_it_grows(tmp_path: Path, floating: bool) -> None:
    form = wave.WaveFormat(48_000, 1, floating)
    path = tmp_path / "x.wav"
    _write_wave(path, form, 999, growing=True)
    assert sum(len(block) for block in blocks(path)) == 999
    assert len(wave.header(form, None)) == len(wave.header(form, 1)) == wave.HEADER
    assert wave.read_header(path.read_bytes()[: wave.HEADER]) == form


def test_a_wav_file_over_four_gibibytes_becomes_rf64(tmp_path: Path) -> None:
    form = wave.WaveFormat(192_000, 2, True)
    frames = (5 << 30) // form.frame_bytes
    path = tmp_path / "large.wav"
    with path.open("wb") as file:
        file.write(wave.header(form, frames * form.frame_bytes))
        # A hole in the file: it takes no room.
        file.truncate(wave.HEADER + frames * form.frame_bytes)
    with path.open("rb") as file:
        start = file.read(wave.HEADER)
    assert start[:4] == b"RF64"
    assert wave.read_header(start) == form
    info = soundfile.info(path)
    assert (info.frames, info.channels, info.format) == (frames, 2, "RF64")
    assert abs(float(_probe(path)["format"]["duration"]) - frames / 192_000) < 0.01


def test_the_largest_riff_and_the_smallest_rf64_differ_by_one_frame() -> None:
    form = wave.WaveFormat(48_000, 2, True)
    largest = (0xFFFFFFFF - (wave.HEADER - 8)) // form.frame_bytes * form.frame_bytes
    assert wave.header(form, largest)[:4] == b"RIFF"
    assert wave.header(form, largest + form.frame_bytes)[:4] == b"RF64"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:115],
        lambda raw: b"RIFX" + raw[4:],
        lambda raw: raw[:58] + b"\x00\x00" + raw[60:],
        lambda raw: raw[:56] + b"\x07\x00" + raw[58:],
        lambda raw: raw[:70] + b"\x10\x00" + raw[72:],
        lambda raw: raw[:60] + bytes(4) + raw[64:],
        lambda raw: bytes(len(raw)),
    ],
    ids=["short", "another form", "no channels", "another codec", "other bits", "no rate", "zeros"],
)
def test_a_header_that_is_none_of_ours_is_refused(damage: Any) -> None:
    raw = wave.header(wave.WaveFormat(48_000, 2, False), 600)
    with pytest.raises(wave.NotWaveError):
        wave.read_header(damage(raw))


# FLAC


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A FLAC file of 10 whole blocks and a rest, stereo noise with a quiet half."""
    samples = _noise(45_000, 2)
    samples[20_000:] >>= 8
    path = tmp_path / "song.flac"
    soundfile.write(path, samples, 48_000, subtype="PCM_24", format="FLAC")
    return path


def test_streaminfo_is_read_as_other_programs_read_it(song: Path) -> None:
    info = flac.read_streaminfo(song.read_bytes())
    assert (info.rate, info.channels, info.bits, info.frames) == (48_000, 2, 24, 45_000)
    assert info.md5 == decode_whole(song).md5
    assert flac.header_length(song.read_bytes()) < song.stat().st_size


def test_a_patched_streaminfo_passes_the_reference_decoder(song: Path) -> None:
    need("flac")
    raw = bytearray(song.read_bytes())
    whole = decode_whole(song)
    # As it is while it is recorded: neither length nor MD5 are known.
    at, unknown = flac.streaminfo_patch(bytes(raw), 0, bytes(16))
    raw[at : at + len(unknown)] = unknown
    song.write_bytes(raw)
    assert flac.read_streaminfo(bytes(raw)).frames == 0
    at, patch = flac.streaminfo_patch(bytes(raw), whole.frames, whole.md5)
    raw[at : at + len(patch)] = patch
    song.write_bytes(raw)
    run(["flac", "-t", "--warnings-as-errors", song])
    assert abs(float(_probe(song)["format"]["duration"]) - 45_000 / 48_000) < 1e-5


def test_a_streaminfo_patch_keeps_rate_channels_and_bits_and_holds_long_takes() -> None:
    header = (
        b"fLaC\x00\x00\x00\x22" + bytes(10) + ((96_000 << 44) | (1 << 41) | (23 << 36)).to_bytes(8, "big") + bytes(16)
    )
    frames = (1 << 36) - 1
    at, patch = flac.streaminfo_patch(header, frames, b"\x11" * 16)
    info = flac.read_streaminfo(header[:at] + patch + header[at + len(patch) :])
    assert (info.rate, info.channels, info.bits, info.frames) == (96_000, 2, 24, frames)


def test_the_walk_finds_all_frames_and_stops_at_the_first_damage(song: Path) -> None:
    raw = song.read_bytes()
    start = flac.header_length(raw)
    block = flac.read_streaminfo(raw).block
    data = raw[start:]
    assert flac.whole_frames(data, block, 0) == (len(data), 45_000)
    whole, samples = flac.whole_frames(data[: len(data) // 2], block, 0)
    assert samples % block == 0
    assert 0 < whole <= len(data) // 2
    decoded = [part.copy() for part in decode_flac_frames(raw[:start], data[:whole], samples)]
    expected, _ = soundfile.read(song, samples, dtype="int32", always_2d=True)
    assert np.array_equal(np.concatenate(decoded), expected)
    with pytest.raises(ValueError, match="frames decoded"):
        list(decode_flac_frames(raw[:start], data[:whole], samples + 1))
    flipped = bytearray(data)
    flipped[whole // 2] ^= 0x10
    assert flac.whole_frames(bytes(flipped), block, 0)[0] <= whole // 2
    assert flac.whole_frames(b"", block, 0) == (0, 0)
    assert flac.whole_frames(data, block, 1) == (0, 0)
    assert flac.whole_frames(os.urandom(10_000), block, 0)[1] == 0


@pytest.mark.parametrize("raw", [b"", b"fLaC", b"OggS" + bytes(60), b"fLaC\x00\x00\x00\x22" + bytes(10)])
def test_what_is_no_flac_is_refused(raw: bytes) -> None:
    with pytest.raises(flac.NotFlacError):
        flac.header_length(raw)
    with pytest.raises(flac.NotFlacError):
        flac.read_streaminfo(raw)


def test_a_damaged_or_shortened_file_is_unplayable_with_the_reason(song: Path) -> None:
    raw = song.read_bytes()
    song.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(UnplayableError) as refused:
        decode_whole(song)
    assert refused.value.detail
    song.write_bytes(b"no sound")
    with pytest.raises(UnplayableError):
        decode_whole(song)


def test_checksums_and_packing_do_not_depend_on_the_blocks() -> None:
    samples = _noise(1000, 2)
    assert checksum(samples[400:], checksum(samples[:400])) == checksum(samples)
    packed = pack24(samples)
    assert packed[:3] == int(samples[0, 0] >> 8).to_bytes(3, "little", signed=True)
    assert len(packed) == 6000
