"""Reading films back: what is right is found right, and any damage is found."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from roomtone.engine.pictures.movie import MovieTrack
from roomtone.engine.pictures.proof import MovieProof
from roomtone.engine.verify import VerifyError
from roomtone.wire.digest import digest_of
from tests.engine.pictures.films import RATE, beeps, moments, new_track, picture, record, seal


def _growing(tmp_path: Path, seconds: float) -> MovieTrack:
    track = new_track(tmp_path / "camera-1.mp4", channels=2)
    record(track, moments(seconds), channels=2)
    return track


@pytest.mark.parametrize("steps", [0, 1, 5])
@pytest.mark.parametrize("seconds", [0.1, 3.3])
def test_a_film_is_found_as_it_was_written(tmp_path: Path, steps: int, seconds: float) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    proof = MovieProof(track.file.path)
    taken = moments(seconds)
    fed = 0
    for number, moment in enumerate(taken.tolist()):
        track.sound(beeps(fed, int(moment * RATE) - fed, []))
        fed = int(moment * RATE)
        track.picture(picture(number), moment, full_range=False)
        if steps and number % (len(taken) // steps or 1) == 0:
            frames, length = track.whole()
            proof.advance(length, frames)
    digest = seal(track)
    proof.finish(track.frames, track.crc, digest)
    assert proof.length == track.file.path.stat().st_size


def test_an_exchanged_encoder_is_no_damage(tmp_path: Path) -> None:
    track = _growing(tmp_path, 2)
    proof = MovieProof(track.file.path)
    assert track.ease()
    for number in range(60):
        track.picture(picture(number), 2 + number / 30, full_range=False)
    digest = seal(track)
    proof.finish(track.frames, track.crc, digest)


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def _flip_in_the_middle(path: Path) -> None:
    _flip(path, path.stat().st_size // 2)


def _flip_at_the_end(path: Path) -> None:
    _flip(path, path.stat().st_size - 10)


def _flip_in_the_header(path: Path) -> None:
    _flip(path, 47)


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)


@pytest.mark.parametrize("damage", [_flip_in_the_middle, _flip_at_the_end, _flip_in_the_header, _cut])
def test_damage_on_the_disk_is_found_when_the_take_is_sealed(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    track = _growing(tmp_path, 2)
    digest = seal(track)
    damage(track.file.path)
    with pytest.raises(VerifyError):
        MovieProof(track.file.path).finish(track.frames, track.crc, digest)


def test_a_header_that_leads_elsewhere_is_found_though_it_was_written_like_that(tmp_path: Path) -> None:
    track = _growing(tmp_path, 2)
    seal(track)
    data = bytearray(track.file.path.read_bytes())
    place = data.index(b"co64", data.rindex(b"moov"))
    count = int.from_bytes(data[place + 8 : place + 12], "big")
    # Where the last pictures lie, by the final header.
    data[place + 12 + 8 * count - 1] ^= 2
    track.file.path.write_bytes(data)
    with pytest.raises(VerifyError, match=r"other pictures|opened again"):
        MovieProof(track.file.path).finish(track.frames, track.crc, digest_of(bytes(data)))


@pytest.mark.parametrize("length", [1, 400])
def test_damage_done_while_the_film_grows_is_found(tmp_path: Path, length: int) -> None:
    track = _growing(tmp_path, 2)
    proof = MovieProof(track.file.path)
    frames, whole = track.whole()
    proof.advance(whole, frames)
    for number in range(60):
        track.picture(picture(number), 2 + number / 30, full_range=False)
    with track.file.path.open("r+b") as file:
        file.seek(whole + 2000)
        file.write(b"\x55" * length)
    digest = seal(track)
    with pytest.raises(VerifyError):
        proof.finish(track.frames, track.crc, digest)


def test_pictures_that_the_muxer_got_wrong_are_found(tmp_path: Path) -> None:
    track = _growing(tmp_path, 2)
    digest = seal(track)
    for crc in (track.crc ^ 1, track.crc ^ 1 << 40):
        with pytest.raises(VerifyError, match="not the film"):
            MovieProof(track.file.path).finish(track.frames, crc, digest)
    with pytest.raises(VerifyError, match="not the film"):
        MovieProof(track.file.path).finish(track.frames + 1, track.crc, digest)


def test_a_long_film_takes_no_longer_at_its_end(tmp_path: Path) -> None:
    """What was read back while it grew is not looked at again: pictures decoded at the seal are those of one group."""
    track = new_track(tmp_path / "camera-1.mp4")
    proof = MovieProof(track.file.path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fed = 0
    for number, moment in enumerate(moments(30).tolist()):
        track.sound(beeps(fed, int(moment * RATE) - fed, []))
        fed = int(moment * RATE)
        track.picture(picture(number), moment, full_range=False)
        if number % 120 == 0:
            frames, length = track.whole()
            proof.advance(length, frames)
    read = proof.length
    digest = seal(track)
    proof.finish(track.frames, track.crc, digest)
    assert proof.length - read < track.file.path.stat().st_size / 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
