"""Films as ffmpeg and ffprobe see them: while they grow, where they were cut off, and when they are sealed."""

from __future__ import annotations

import itertools
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roomtone.engine.pictures.movie import MovieTrack
from roomtone.takes.movie import MovieScan
from tests.engine.pictures.films import RATE, beeps, moments, new_track, no_room, picture, record, seal
from tests.engine.pictures.films import choice as quick


def run(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a tool; what it says on its error output is the test's business."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


def _probe(path: Path) -> dict[str, dict[str, Any]]:
    entries = "stream=codec_type,codec_name,profile,nb_frames,start_time,duration,has_b_frames,color_range,color_space"
    told = run(["ffprobe", "-v", "warning", "-show_entries", entries, "-of", "json", path])
    streams = json.loads(told.stdout)["streams"]
    assert not told.stderr
    return {stream["codec_type"]: stream for stream in streams}


def _decode(path: Path) -> None:
    # In the film's own ticks: else ffmpeg 5 rounds the times to a rate that it guesses, and warns of its own rounding.
    told = run(["ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-enc_time_base", "-1", "-f", "null", "-"])
    assert told.stderr.strip() == "" == told.stdout.strip()


def _packet_times(path: Path) -> list[float]:
    told = run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path]
    )
    return sorted(float(line.strip(",")) for line in told.stdout.split())


def _onsets(path: Path) -> list[float]:
    """Return when beeps begin, by ffmpeg's decoding."""
    told = run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-vn", "-f", "f32le", "-ac", "1", f"{path}.f32"])
    assert not told.stderr
    sound = np.abs(np.fromfile(f"{path}.f32", np.float32))
    loud = np.flatnonzero(sound > 0.1) / RATE
    return [
        float(at) for at, before in zip(loud, np.concatenate([[-1.0], loud[:-1]]), strict=True) if at - before > 0.3
    ]


def _flashes(path: Path) -> list[float]:
    graph = "signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
    told = run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-an", "-vf", graph, "-f", "null", "-"])
    found, at = [], 0.0
    for line in told.stdout.splitlines():
        if "pts_time:" in line:
            at = float(line.split("pts_time:")[1].split()[0])
        elif float(line.split("=")[1]) > 200:
            found.append(at)
    return found


def test_a_sealed_film_is_as_it_was_taken(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    taken = moments(5)
    at = record(track, taken)
    seal(track)
    streams = _probe(track.file.path)
    assert streams["video"]["nb_frames"] == str(len(taken)) == str(track.frames)
    assert streams["video"]["profile"] == "High"
    assert streams["video"]["has_b_frames"] == 0
    assert streams["audio"]["codec_name"] == "aac"
    assert np.abs(np.array(_packet_times(track.file.path)) - taken).max() < 1e-4
    assert float(streams["video"]["start_time"]) + float(streams["video"]["duration"]) == pytest.approx(
        track.seconds, abs=0.002
    )
    _decode(track.file.path)
    flashes, onsets = _flashes(track.file.path), _onsets(track.file.path)
    assert len(flashes) == len(onsets) == len(at)
    assert np.abs(np.array(flashes) - at).max() < 0.001
    assert np.abs(np.array(onsets) - at).max() < 0.002


def test_it_grows_by_appending_and_sealing_changes_its_start_only(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    record(track, moments(4))
    grown = track.file.path.read_bytes()
    seal(track)
    sealed = track.file.path.read_bytes()
    patches = track.file.patches()
    assert sum(len(data) for _, data in patches) <= 16
    assert all(offset + len(data) < 200 for offset, data in patches)
    changed = bytearray(grown)
    for offset, data in patches:
        changed[offset : offset + len(data)] = data
    assert sealed.startswith(bytes(changed))


def test_a_growing_film_can_be_looked_at_to_its_last_fragment(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    taken = moments(4)
    record(track, taken)
    frames, length = track.whole()
    assert length == track.file.path.stat().st_size
    # What a killed engine loses: the fragment that is being filled, and the encoder's one picture.
    assert len(taken) - frames <= 10
    _decode(track.file.path)
    assert len(_packet_times(track.file.path)) == frames
    track.abandon()
    assert track.file.path.stat().st_size == length
    track.file.close()


def test_a_film_begins_with_the_sound_though_the_picture_comes_late(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    taken = moments(5, first=2.5)
    at = record(track, taken)
    seal(track)
    assert float(_probe(track.file.path)["video"]["start_time"]) == pytest.approx(taken[0], abs=0.001)
    assert np.abs(np.array(_onsets(track.file.path)) - at).max() < 0.002
    assert np.abs(np.array(_flashes(track.file.path)) - at).max() < 0.001
    _decode(track.file.path)


def test_a_gap_of_the_camera_does_not_keep_the_sound_from_the_disk(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    taken = moments(2)
    record(track, taken)
    fed = int(taken[-1] * RATE)
    for _ in range(100):
        track.sound(beeps(fed, RATE // 10, []))
        fed += RATE // 10
    # What is there now outlives a killed engine.
    assert float(_probe(track.file.path)["audio"]["duration"]) > 11
    track.picture(picture(0), fed / RATE, full_range=False)
    seal(track)
    times = _packet_times(track.file.path)
    assert times[-1] - times[-2] == pytest.approx(fed / RATE - taken[-1], abs=0.001)
    _decode(track.file.path)


def test_pictures_go_on_without_sound(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    track.sound(beeps(0, RATE // 2, []))
    for number, moment in enumerate(moments(4)):
        track.picture(picture(number), float(moment), full_range=False)
    assert track.frames - track.whole()[0] < 30
    seal(track)
    _decode(track.file.path)


def test_times_rise_whatever_is_told(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    track.sound(beeps(0, RATE, []))
    for number, moment in enumerate([0.1, 0.1, 0.05, 0.2, 0.2, 0.9]):
        track.picture(picture(number), moment, full_range=False)
    seal(track)
    times = _packet_times(track.file.path)
    assert len(times) == 6
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
    _decode(track.file.path)


def test_its_final_header_tells_what_its_fragments_told(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    record(track, moments(6, first=0.4))
    growing = track.whole()
    track.abandon()
    shutil.copy(track.file.path, tmp_path / "growing.mp4")
    other = new_track(tmp_path / "sealed.mp4")
    record(other, moments(6, first=0.4))
    seal(other)
    told = {}
    for name in ("growing.mp4", "sealed.mp4"):
        entries = "packet=stream_index,pts,dts,size"
        lines = run(["ffprobe", "-v", "warning", "-show_entries", entries, "-of", "csv", tmp_path / name]).stdout
        told[name] = {tuple(line.split(",")[1:5]) for line in lines.splitlines() if line}
    pictures = [packet for packet in told["growing.mp4"] if packet[0] == "0"]
    assert len(pictures) == growing[0] > 100
    assert told["growing.mp4"] < told["sealed.mp4"]


def test_a_long_film_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    script = """
import resource, sys
from pathlib import Path
from tests.engine.pictures.films import beeps, new_track, picture, RATE
track = new_track(Path(sys.argv[1]))
planes, quiet = picture(0), beeps(0, RATE, [])
def second(at):
    track.sound(quiet)
    for number in range(30):
        track.picture(planes, at + number / 30, full_range=False)
    track.file.sync()
    track.whole()
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
for at in range(120):
    second(at)
before = resident()
for at in range(120, 720):
    second(at)
print(resident() - before)
track.finish()
"""
    told = run([sys.executable, "-c", script, tmp_path / "camera-1.mp4"])
    # 46,000 samples: a list of them as FFmpeg keeps it has more than 3 MiB.
    assert int(told.stdout) < 1.5 * (1 << 20)


def test_the_encoder_is_exchanged_in_the_middle(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4", rung=2)
    assert track.encoder == "libx264 veryfast"
    taken = moments(6)
    record(track, taken[:90])
    assert track.ease()
    assert not track.ease()
    fed = int(taken[89] * RATE)
    for number, moment in enumerate(taken[90:].tolist()):
        track.sound(beeps(fed, int(moment * RATE) - fed, []))
        fed = int(moment * RATE)
        track.picture(picture(number), moment, full_range=False)
        assert not track.recover()
    assert track.encoder == "libx264 superfast"
    seal(track)
    assert len(_packet_times(track.file.path)) == len(taken)
    _decode(track.file.path)


@pytest.mark.parametrize("full_range", [False, True])
def test_brightness_comes_out_as_it_went_in(tmp_path: Path, full_range: bool) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    track.sound(beeps(0, RATE, []))
    ramp = picture(0)
    for number in range(20):
        track.picture(ramp, number / 30, full_range=full_range)
    seal(track)
    told = _probe(track.file.path)["video"]
    assert told["color_range"] == ("pc" if full_range else "tv")
    assert told["color_space"] == "bt470bg"
    run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", track.file.path, "-frames:v", "1", "-f", "rawvideo", tmp_path / "y"]
    )
    luma = np.fromfile(tmp_path / "y", np.uint8)[: 320 * 180].astype(float)
    assert np.abs(luma - np.frombuffer(ramp, np.uint8)[: 320 * 180]).mean() < 4


@pytest.mark.parametrize("began_full", [False, True])
def test_a_camera_that_codes_brightness_another_way_changes_no_track(tmp_path: Path, began_full: bool) -> None:
    """White is 255 where brightness takes all values, and 235 where it does not."""
    track = new_track(tmp_path / "camera-1.mp4")
    track.sound(beeps(0, RATE, []))
    size = 320 * 180
    white = {
        full: memoryview(bytes([255 if full else 235]) * size + bytes([128]) * (size // 2)) for full in (True, False)
    }
    for number in range(20):
        full = began_full if number < 10 else not began_full
        track.picture(white[full], number / 30, full_range=full)
    seal(track)
    form = ["-f", "rawvideo", "-pix_fmt", "yuvj420p" if began_full else "yuv420p"]
    as_they_are = ["-fps_mode", "passthrough"]
    run(["ffmpeg", "-nostdin", "-v", "error", "-i", track.file.path, *as_they_are, *form, tmp_path / "y"])
    whole = np.fromfile(tmp_path / "y", np.uint8).reshape(20, size * 3 // 2)[:, :size].astype(float)
    assert np.abs(whole - (255 if began_full else 235)).max() <= 2


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (48_000, 2), (96_000, 4), (192_000, 1)])
def test_any_sound_is_heard_in_the_film(tmp_path: Path, rate: int, channels: int) -> None:
    track = MovieTrack(tmp_path / "camera-1.mp4", no_room, None, 320, 180, quick(), rate, channels)
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(2 * rate) / rate)
    sound = np.repeat(tone[:, None], channels, axis=1).astype(np.float32)
    for number in range(60):
        track.sound(sound[number * rate // 30 : (number + 1) * rate // 30])
        track.picture(picture(number), number / 30, full_range=False)
    seal(track)
    heard = _probe(track.file.path)["audio"]
    assert float(heard["duration"]) == pytest.approx(2, abs=0.05)
    run(["ffmpeg", "-nostdin", "-v", "error", "-i", track.file.path, "-vn", "-f", "f32le", tmp_path / "s"])
    assert np.fromfile(tmp_path / "s", np.float32).std() == pytest.approx(0.354, abs=0.03)
    _decode(track.file.path)


def test_a_film_without_a_picture_is_none(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    track.sound(beeps(0, 5 * RATE, []))
    track.finish()
    assert (track.frames, track.whole(), track.seconds) == (0, (0, 0), 0.0)
    track.file.close()


def test_the_start_of_a_film_waits_in_bounded_memory_for_its_first_picture(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4")
    quiet = np.zeros((RATE, 1), np.float32)
    for _ in range(90):
        track.sound(quiet)
    track.picture(picture(0), 90.0, full_range=False)
    track.picture(picture(1), 90.1, full_range=False)
    seal(track)
    assert float(_probe(track.file.path)["video"]["start_time"]) == pytest.approx(90, abs=0.001)
    assert float(_probe(track.file.path)["audio"]["start_time"]) == pytest.approx(86, abs=0.1)
    _decode(track.file.path)


def test_what_grows_is_counted_by_its_own_boxes(tmp_path: Path) -> None:
    track = new_track(tmp_path / "camera-1.mp4", channels=2)
    taken = moments(3)
    record(track, taken, channels=2)
    scan = MovieScan()
    for byte_count in (1, 7, 1000):
        scan = MovieScan()
        data = track.file.path.read_bytes()
        for at in range(0, len(data), byte_count):
            scan.feed(data[at : at + byte_count])
        assert (scan.frames, scan.whole) == track.whole()
    assert scan.seconds == pytest.approx(taken[scan.frames - 1] + 1 / 30, abs=0.02)
    seal(track)


def test_pictures_are_not_held_when_they_were_taken(tmp_path: Path) -> None:
    """The memory behind a picture is the camera's; it is written over as soon as ``picture`` returned."""
    track = new_track(tmp_path / "camera-1.mp4")
    track.sound(beeps(0, RATE, []))
    memory = bytearray(picture(0).tobytes())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(30):
        with memoryview(memory) as view:
            track.picture(view, number / 30, full_range=False)
        memory[:] = picture(number + 1).tobytes()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    seal(track)
    _decode(track.file.path)
