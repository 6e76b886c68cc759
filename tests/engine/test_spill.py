"""A take whose disk has no room at all: what waits, where it waits, and how it comes home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pytest

from roomtone.devices.streams import Chunk, Floats
from roomtone.engine import messages as m
from roomtone.engine.beginning import begin
from roomtone.engine.capture import FLAC_SECONDS, Capture
from roomtone.engine.growing import GrowingFile
from roomtone.engine.recording import FULL_SECONDS, TakeRecorder
from roomtone.engine.spill import Ledger, Overflow
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import Dropout, Ending, GapCause, Synced
from roomtone.takes.folder import read_journal, read_manifest
from roomtone.takes.follow import TakeFollower
from roomtone.takes.homecoming import bring_all_home, bring_home
from roomtone.takes.model import TakeState, load_take
from roomtone.takes.overflow import OverflowFinder, bases, read_track, spills, waiting
from roomtone.takes.recovery import recover_all
from tests.rigs import signals
from tests.rigs.app import home_on
from tests.rigs.disks import SmallDisk
from tests.rigs.processes import cannot

_RATE = 48_000


@pytest.fixture(autouse=True)
def _in_memory() -> None:
    if not bases():
        cannot("this system keeps no files in memory")


class LeapingClock(SystemClock):
    """The time, and as many seconds more as somebody says."""

    leap = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.leap


class Blocks:
    """An input that delivers what it is given, a block a read."""

    rate = _RATE
    channels = 1

    def __init__(self, blocks: list[Floats]) -> None:
        self._blocks = blocks

    def read(self) -> Chunk:
        return Chunk(self._blocks.pop(0))

    def arrived(self) -> int:
        return len(self._blocks)

    def active(self) -> bool:
        return True

    def close(self) -> None:
        pass


class Deaf:
    """Listens to a capture that nobody started."""

    def levels(self, moments: list[m.Levels]) -> None:
        pass

    def silent(self, on: bool) -> None:
        pass

    def device_gone(self) -> None:
        pass

    def disk_full(self) -> None:
        pass

    def take_must_end(self, ending: Ending) -> None:
        del ending

    def failed(self, error: RoomtoneError) -> None:
        raise error


def _never() -> bool:
    return False


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with SmallDisk(16) as small:
        yield small


@pytest.fixture
def folder(disk: SmallDisk) -> Path:
    made = disk.path / "takes" / "Song [12345678]"
    made.mkdir(parents=True)
    (made / "journal.jsonl").touch()
    return made


def _overflow(folder: Path) -> Path:
    found = OverflowFinder(folder).find()
    assert found is not None
    return found


def test_what_waits_can_be_read_by_others_and_is_removed_when_it_is_home(disk: SmallDisk, folder: Path) -> None:
    random = Random(1)
    overflow = Overflow(folder)
    file = GrowingFile(folder / "t", _never, overflow)
    pieces = [random.randbytes(random.randrange(1, 50_000)) for _ in range(60)]
    whole = b"".join(pieces)
    for piece in pieces[:20]:
        file.write(piece)
    assert waiting(folder.parent) == []
    disk.fill(leave=8192)
    for piece in pieces[20:]:
        file.write(piece)
    assert 0 < file.written < len(whole) == file.kept
    assert [spill.at for spill in spills(_overflow(folder))] == [file.written]
    assert waiting(folder.parent) == [folder]
    for at, size in ((0, len(whole)), (file.written - 10, 100_000), (len(whole) - 5, 50), (len(whole), 5)):
        assert b"".join(read_track(file.path, at, size, 7000)) == whole[at : at + size]
    disk.make_room()
    assert file.flush_waiting()
    assert file.path.read_bytes() == whole
    assert spills(_overflow(folder)) == []
    # The disk fills up once more; this time the overflow begins elsewhere.
    disk.fill()
    file.write(bytes(3_000_000))
    (again,) = spills(_overflow(folder))
    assert again.at == file.written > len(whole)
    overflow.remove()
    assert again.path.exists(), "removed while a track was in it"
    disk.make_room()
    assert file.flush_waiting()
    overflow.remove()
    assert OverflowFinder(folder).find() is None
    assert waiting(folder.parent) == []
    file.close()


def test_where_the_overflow_takes_no_more_the_rest_waits_in_this_process(
    disk: SmallDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SmallDisk(4) as memory:
        monkeypatch.setattr("roomtone.takes.overflow.bases", lambda: [memory.path])
        overflow = Overflow(folder)
        file = GrowingFile(folder / "t", _never, overflow)
        disk.fill()
        whole = Random(2).randbytes(5_000_000)
        for at in range(0, len(whole), 100_000):
            file.write(whole[at : at + 100_000])
        # Half of what was free there is left to others.
        assert 1_500_000 < file.kept < 2_200_000
        assert memory.free > 1_500_000
        assert file.waiting == len(whole) - file.written
        disk.make_room()
        assert file.flush_waiting()
        assert file.path.read_bytes() == whole
        assert file.kept == len(whole)
        file.close()
        overflow.remove()
        assert list(memory.path.iterdir()) == []


def test_without_files_in_memory_everything_waits_in_this_process(
    disk: SmallDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.takes.overflow.bases", list)
    overflow = Overflow(folder)
    file = GrowingFile(folder / "t", _never, overflow)
    disk.fill()
    file.write(bytes(500_000))
    assert (file.waiting, file.kept) == (500_000 - file.written, file.written)
    assert not overflow.append(Synced({}))
    assert not overflow.active
    disk.make_room()
    assert file.flush_waiting()
    file.close()


def test_a_folder_of_somebody_else_is_neither_used_nor_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SmallDisk(2) as memory:
        monkeypatch.setattr("roomtone.takes.overflow.bases", lambda: [memory.path])
        overflow = Overflow(folder)
        overflow.append(Synced({}))
        overflow.close()
        there = _overflow(folder)
        os.chown(there.parent, 12345, 12345)
        assert OverflowFinder(folder).find() is None
        assert waiting(folder.parent) == []
        assert not Overflow(folder).append(Synced({}))


def test_the_journal_goes_on_there_and_comes_home_in_order(disk: SmallDisk, folder: Path) -> None:
    overflow = Overflow(folder)
    ledger = Ledger(folder, overflow)
    gaps = [Dropout(at, 1, GapCause.DEVICE) for at in range(6000)]
    disk.fill()
    for gap in gaps:
        ledger.append(gap, durable=False)
    ledger.append(Synced({"t": (1, 1)}), durable=False)
    ledger.come_home()
    assert waiting(folder.parent) == [folder], "there was no room for it"
    disk.make_room()
    ledger.come_home()
    ledger.close()
    lines = [line for line in (folder / "journal.jsonl").read_bytes().splitlines() if line]
    told = [line for line in lines if line.endswith(b"}")]
    assert len(told) == len(gaps)
    assert waiting(folder.parent) == []


@dataclass
class Rolling:
    """A recorder that was given ten seconds of noise on a disk that took only the first."""

    recorder: TakeRecorder
    clock: LeapingClock
    noise: signals.Samples

    @property
    def folder(self) -> Path:
        return self.recorder.folder

    def check_home(self) -> None:
        """Check that the take is whole, and everything of it at home."""
        take = load_take(self.folder)
        assert take.state is TakeState.SEALED
        assert np.array_equal(signals.read_samples(self.folder / "mic-1.flac")[0], self.noise)
        assert waiting(self.folder.parent) == []


@pytest.fixture
def rolling(disk: SmallDisk) -> Rolling:
    home, clock = home_on(disk.path), LeapingClock()
    source = m.Input("x", "X", _RATE, "flac", [[1]])
    began = begin(m.StartTake(title="Song"), source, [], clock)
    troubles: list[RoomtoneError] = []
    recorder = TakeRecorder(home, clock, began, source, troubles.append)
    noise = signals.noise(10 * _RATE)
    floats = (noise / signals.FULL_SCALE).astype(np.float32)
    capture = Capture(Blocks([floats[:_RATE], floats[_RATE:]]), clock, FLAC_SECONDS, Deaf())
    for _ in range(2):
        # The second time, what was set aside was given back and is eaten by others as well.
        disk.fill()
        capture.record_into(recorder)
        capture.release()
    assert recorder.waiting > 1_000_000
    return Rolling(recorder, clock, noise)


def test_a_stopped_take_waits_for_room_sealed_and_comes_home(disk: SmallDisk, rolling: Rolling) -> None:
    rolling.clock.leap = FULL_SECONDS
    manifest = rolling.recorder.finish(Ending.STOPPED)
    followed = TakeFollower(rolling.folder).poll()
    assert followed.manifest == manifest
    size = manifest.tracks[0].bytes
    assert len(b"".join(read_track(rolling.folder / "mic-1.flac", 0, size + 1, 1 << 20))) == size
    disk.fill()
    assert load_take(rolling.folder).state is TakeState.RECORDING
    # Neither recovery nor homecoming harms what waits.
    assert recover_all(rolling.folder.parent, rolling.clock) == ([], [])
    before = {path: path.read_bytes() for path in rolling.folder.iterdir()}
    with pytest.raises(OSError, match="No space"):
        bring_home(rolling.folder)
    assert bring_all_home([rolling.folder], rolling.clock) == []
    assert {path: path.read_bytes() for path in rolling.folder.iterdir()} == before
    disk.make_room()
    (take,) = bring_all_home([rolling.folder], rolling.clock)
    assert take.manifest == manifest == read_manifest(rolling.folder)
    rolling.check_home()
    after = {path: path.read_bytes() for path in rolling.folder.iterdir()}
    bring_home(rolling.folder)
    assert {path: path.read_bytes() for path in rolling.folder.iterdir()} == after


def test_a_homecoming_that_was_cut_off_goes_on_where_it_was(disk: SmallDisk, rolling: Rolling) -> None:
    rolling.clock.leap = FULL_SECONDS
    manifest = rolling.recorder.finish(Ending.STOPPED)
    disk.make_room()
    (spill,) = spills(_overflow(rolling.folder))
    track = rolling.folder / "mic-1.flac"
    with track.open("ab") as file:
        file.write(spill.path.read_bytes()[track.stat().st_size - spill.at :][:12_345])
    bring_all_home([rolling.folder], rolling.clock)
    assert read_manifest(rolling.folder) == manifest
    rolling.check_home()


@pytest.mark.expects_log("not what was sealed")
def test_a_take_that_was_damaged_meanwhile_comes_home_and_is_not_called_sealed(
    disk: SmallDisk, rolling: Rolling
) -> None:
    rolling.clock.leap = FULL_SECONDS
    rolling.recorder.finish(Ending.STOPPED)
    disk.make_room()
    (spill,) = spills(_overflow(rolling.folder))
    with spill.path.open("r+b") as file:
        file.seek(500_000)
        file.write(b"\x55\xaa\x55")
    rest = spill.path.read_bytes()
    assert bring_all_home([rolling.folder], rolling.clock) == []
    assert load_take(rolling.folder).state is TakeState.RECORDING
    assert (rolling.folder / "mic-1.flac").read_bytes()[spill.at :] == rest


def test_room_that_comes_back_while_the_take_rolls_brings_everything_home(disk: SmallDisk, rolling: Rolling) -> None:
    disk.make_room()
    rolling.recorder.retry_waiting()
    assert rolling.recorder.waiting == 0
    manifest = rolling.recorder.finish(Ending.STOPPED)
    assert read_manifest(rolling.folder) == manifest
    entries = list(read_journal(rolling.folder))
    assert len(entries) == len({str(entry) for entry in entries})
    rolling.check_home()


@pytest.mark.expects_log("could not be kept")
def test_without_an_overflow_the_take_ends_valid_with_what_the_disk_took(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr("roomtone.takes.overflow.bases", list)
    rolling: Rolling = request.getfixturevalue("rolling")
    rolling.clock.leap = FULL_SECONDS
    manifest = rolling.recorder.finish(Ending.STOPPED)
    assert manifest.ending is Ending.DISK_FULL
    samples = signals.read_samples(rolling.folder / "mic-1.flac")[0]
    assert _RATE - 2 * 1152 < len(samples) < 2 * _RATE
    assert np.array_equal(samples, rolling.noise[: len(samples)])
