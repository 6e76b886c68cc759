"""The ladder of encoders, and how one is chosen."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from roomtone.engine.pictures import encoding
from roomtone.engine.pictures.encoding import Encoders, choose_software, measure, moving_pictures, prove
from roomtone.engine.pictures.ladder import LADDER, SOFTWARE, TICKS, EncoderChoice, EncoderError, LadderEncoder

_W, _H = 320, 180


def _choice(rung: int = 1, codec: str = SOFTWARE, fps: float = 30.0, threads: int = 1) -> EncoderChoice:
    return EncoderChoice(codec, rung, threads, _W, _H, fps)


def _encode(encoder: LadderEncoder, first: int, count: int, fps: float = 30.0) -> list[tuple[int, bool]]:
    """Encode pictures; return the time and the kind of each packet."""
    pictures = moving_pictures(_W, _H)
    found = []
    for number in range(first, first + count):
        picture = memoryview(pictures[number % len(pictures)].tobytes())
        for packet in encoder.encode(picture, round(number * TICKS / fps), full_range=False):
            assert packet.pts is not None
            found.append((packet.pts, packet.is_keyframe))
    return found


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("width", "height", "fps"), [(320, 180, 30.0), (1280, 720, 30.0), (1920, 1080, 60.0)])
def test_every_rung_writes_the_same_header(width: int, height: int, fps: float, threads: int) -> None:
    picture = memoryview(moving_pictures(width, height)[0].tobytes())
    headers = set()
    for rung in range(len(LADDER)):
        encoder = LadderEncoder(EncoderChoice(SOFTWARE, rung, threads, width, height, fps))
        encoder.encode(picture, 0, full_range=True)
        headers.add(encoder.extradata)
    assert len(headers) == 1
    assert headers.pop()


def test_a_group_lasts_a_second_at_any_rate() -> None:
    for fps in (30.0, 7.0):
        encoder = LadderEncoder(_choice())
        packets = _encode(encoder, 0, round(5 * fps), fps)
        keys = [pts / TICKS for pts, key in packets if key]
        assert np.allclose(np.diff(keys), 1.0, atol=1 / fps + 0.01)


def test_the_ladder_is_climbed_down_at_once_and_up_after_a_calm_minute() -> None:
    encoder = LadderEncoder(_choice(2))
    packets = _encode(encoder, 0, 35)
    assert not encoder.recover()
    assert encoder.ease()
    # It is given a moment to show what it can do.
    assert not encoder.ease()
    packets += _encode(encoder, 35, 30)
    assert encoder.title == "libx264 superfast"
    assert encoder.ease()
    packets += _encode(encoder, 65, 40)
    assert encoder.title == "libx264 ultrafast"
    assert not encoder.ease()
    assert not encoder.recover()
    packets += _encode(encoder, 105, 1)
    packets += _encode(encoder, 30 * 70, 2)
    assert encoder.recover()
    assert not encoder.recover()
    packets += _encode(encoder, 30 * 70 + 2, 2)
    assert encoder.title == "libx264 superfast"
    packets += [(packet.pts or 0, packet.is_keyframe) for packet in encoder.flush()]
    assert [pts for pts, _ in packets] == [n * 3000 for n in (*range(106), *range(2100, 2104))]
    assert encoder.load > 0


def test_an_encoder_that_cannot_be_opened_is_explained() -> None:
    with pytest.raises(EncoderError, match="cannot be recorded"):
        LadderEncoder(_choice(codec="h264_nvenc")).encode(
            memoryview(moving_pictures(_W, _H)[0].tobytes()), 0, full_range=False
        )


def test_hardware_must_prove_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = moving_pictures(_W, _H)
    # Software stands in for hardware here: the trial is the same for all.
    assert prove(_choice(), pictures)
    assert not prove(_choice(codec="h264_nvenc"), pictures)
    assert not prove(_choice(codec="no such encoder"), pictures)
    # It opens and encodes, but what comes out is another picture.
    assert not prove(_choice(codec="mpeg4"), pictures)
    monkeypatch.setattr(encoding, "_TRIAL_PSNR", 90.0)
    assert not prove(_choice(), pictures)


def test_an_encoder_that_is_too_slow_is_not_proved() -> None:
    assert not prove(EncoderChoice(SOFTWARE, 3, 1, 1920, 1080, 2000.0), moving_pictures(1920, 1080))


def test_the_finest_preset_that_fits_is_taken() -> None:
    pictures = moving_pictures(_W, _H)
    assert choose_software(_W, _H, 10.0, pictures).rung == len(LADDER) - 1
    assert choose_software(_W, _H, 20_000.0, pictures).rung == 0
    assert measure(_choice(), pictures) > 0


def test_what_was_found_is_remembered(tmp_path: Path) -> None:
    cache = tmp_path / "encoders.json"
    first = Encoders(cache).choose(_W, _H, 30.1)
    kept = cache.read_bytes()
    again = Encoders(cache).choose(_W, _H, 29.8)
    assert (again.codec, again.rung, again.threads) == (first.codec, first.rung, first.threads)
    assert cache.read_bytes() == kept
    # Another machine's findings count for nothing, and damage neither.
    other = msgspec.json.decode(kept)
    other["machine"] = "another"
    other["choices"]["320x180@30"]["rung"] = 77
    for damaged in (msgspec.json.encode(other), b"{", b"\xff\xfe", b"[]"):
        cache.write_bytes(damaged)
        found = Encoders(cache).choose(_W, _H, 30.0)
        assert 0 <= found.rung < len(LADDER)


def test_a_cache_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    assert Encoders(tmp_path / "missing" / "encoders.json").choose(_W, _H, 30.0).width == _W
